package idem

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Life is how long an answer is kept.
const Life = 24 * time.Hour

// maxBody bounds an answer that is kept; larger ones are not repeated.
const maxBody = 256 << 10

// sweepStep is the number of rows deleted in one transaction.
const sweepStep = 100

var (
	// ErrOther says that the key was used for another request.
	ErrOther = fault.New(fault.KindConflict, "idempotency_key_reused", "this idempotency key was used for another request")
	// ErrRunning says that the first request is not done yet.
	ErrRunning = fault.New(fault.KindConflict, "idempotency_in_progress", "the first request with this idempotency key is still running").After(time.Second)
	// ErrUnknown says that the appliance stopped while it worked on the first request.
	ErrUnknown = fault.New(fault.KindConflict, "outcome_unknown", "the first request was interrupted; look whether it took effect before repeating it with a new key")
)

// Sealer encrypts answers at rest; they may hold what is shown once.
type Sealer interface {
	Seal(table, row, field string, plain []byte) ([]byte, error)
	Open(table, row, field string, sealed []byte) ([]byte, error)
}

// Config of a Keep.
type Config struct {
	DB     *store.DB
	Clock  clock.Clock
	Sealer Sealer
	// Unsure tells that the time is not trusted: nothing is swept then.
	Unsure func() bool
}

// Keep holds answers.
type Keep struct {
	c     Config
	start string
}

// Answer is what a handler answered.
type Answer struct {
	Status     int
	Type, ETag string
	Body       []byte
}

// Table is the room's table, for the catalogue.
func Table() store.Registered { return rows() }

func rows() *store.Table[Row, *Row] {
	return store.NewTable[Row](store.Spec[Row]{
		Name: "idem", Schema: 1,
		Key: func(r *Row) []store.Part { return []store.Part{store.Text(r.Scope), store.Text(r.Key)} },
		Lookup: []store.Index[Row]{{Name: "at", Keys: func(r *Row) [][]store.Part {
			return [][]store.Part{{store.Time(r.At)}}
		}}},
	})
}

// New returns a Keep.
func New(c Config) (*Keep, error) {
	if c.DB == nil || c.Clock == nil || c.Sealer == nil {
		return nil, errors.New("idem: a store, a clock and a sealer are needed")
	}
	return &Keep{c: c, start: ident.New()}, nil
}

// Hash names a request.
func Hash(method, target string, body []byte) []byte {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%s\n%s\n%d\n", method, target, len(body))
	_, _ = h.Write(body)
	return h.Sum(nil)
}

// Begin notes the request. It returns the kept answer when it was done before, nil when it is to be
// done now; then End must be called.
func (k *Keep) Begin(ctx context.Context, scope, key string, hash []byte) (*Answer, error) {
	var found *Row
	_, err := k.c.DB.Update(ctx, func(_ context.Context, tx store.Tx) error {
		found = nil
		row, err := rows().Get(tx, store.Text(scope), store.Text(key))
		switch {
		case err == nil && (k.unsure() || k.c.Clock.Now().Sub(row.At) < Life):
			found = &row
			return nil
		case err != nil && !errors.Is(err, store.ErrNotFound):
			return err
		}
		return rows().Put(tx, &Row{Scope: scope, Key: key, Hash: hash, Start: k.start, At: k.c.Clock.Now()})
	})
	if err != nil || found == nil {
		return nil, err
	}
	switch {
	case !bytes.Equal(found.Hash, hash):
		return nil, ErrOther
	case !found.Done && found.Start == k.start:
		return nil, ErrRunning
	case !found.Done:
		return nil, ErrUnknown
	}
	body, err := k.c.Sealer.Open("idem", rowID(scope, key), "body", found.Body)
	if err != nil {
		return nil, fmt.Errorf("open the kept answer: %w", err)
	}
	return &Answer{Status: found.Status, Type: found.Type, ETag: found.ETag, Body: body}, nil
}

// End keeps the answer of a success and forgets the request otherwise.
func (k *Keep) End(ctx context.Context, scope, key string, hash []byte, a Answer) error {
	if a.Status < 200 || a.Status > 299 || len(a.Body) > maxBody {
		_, err := k.c.DB.Update(ctx, func(_ context.Context, tx store.Tx) error {
			return rows().Delete(tx, store.Text(scope), store.Text(key))
		})
		return err
	}
	sealed, err := k.c.Sealer.Seal("idem", rowID(scope, key), "body", a.Body)
	if err != nil {
		return fmt.Errorf("seal the answer: %w", err)
	}
	at := k.c.Clock.Now()
	_, err = k.c.DB.Update(ctx, func(_ context.Context, tx store.Tx) error {
		return rows().Put(tx, &Row{
			Scope: scope, Key: key, Hash: hash, Done: true, Start: k.start,
			Status: a.Status, Type: a.Type, ETag: a.ETag, Body: sealed, At: at,
		})
	})
	return err
}

// Sweep deletes what is older than Life.
func (k *Keep) Sweep(ctx context.Context) error {
	for !k.unsure() {
		end := k.c.Clock.Now().Add(-Life)
		n := 0
		_, err := k.c.DB.UpdateBulk(ctx, func(_ context.Context, tx store.Tx) error {
			n = 0
			var old []Row
			for item, err := range rows().Lookup(tx, "at", store.Page{Limit: sweepStep}) {
				if err != nil {
					return err
				}
				if item.Row.At.After(end) {
					break
				}
				old = append(old, item.Row)
			}
			for i := range old {
				if err := rows().Delete(tx, store.Text(old[i].Scope), store.Text(old[i].Key)); err != nil {
					return err
				}
			}
			n = len(old)
			return nil
		})
		if err != nil || n < sweepStep {
			return err
		}
	}
	return nil
}

func (k *Keep) unsure() bool { return k.c.Unsure != nil && k.c.Unsure() }

func rowID(scope, key string) string {
	sum := sha256.Sum256([]byte(scope + "\x00" + key))
	return hex.EncodeToString(sum[:])
}
