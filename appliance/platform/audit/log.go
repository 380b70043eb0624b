package audit

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/secret"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Config is what a Log needs; all fields are required.
type Config struct {
	DB     *store.DB
	Clock  clock.Clock
	Logger *slog.Logger
	Keeper *secret.Keeper // the signing key is derived from it
}

// Log is the operation log. It is safe for concurrent use.
type Log struct {
	cfg    Config
	origin string
	signer note.Signer
	verify note.Verifier
	vkey   string
	mu     sync.Mutex // one sealer at a time
	told   time.Time  // when a checkpoint was logged last; Run's own
}

const (
	// SealEvery is how often the sealer looks for new rows.
	SealEvery = 5 * time.Second
	// TellEvery is how often a new checkpoint goes to the log, which may be kept on another host:
	// what it covers cannot be rewritten unseen.
	TellEvery = 5 * time.Minute
)

// New returns the log; Run starts its sealer.
func New(c Config) (*Log, error) {
	l := &Log{cfg: c, origin: "switchkeep/audit/" + c.Keeper.Fingerprint()}
	seed := c.Keeper.Derive("audit/checkpoint")
	pub, ok := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	if !ok {
		return nil, fmt.Errorf("audit: no public key")
	}
	var err error
	if l.vkey, err = note.NewEd25519VerifierKey(l.origin, pub); err != nil {
		return nil, fmt.Errorf("audit: verifier key: %w", err)
	}
	hash := strings.Split(l.vkey, "+")[1]
	const algEd25519 = 1
	skey := "PRIVATE+KEY+" + l.origin + "+" + hash + "+" +
		base64.StdEncoding.EncodeToString(append([]byte{algEd25519}, seed...))
	if l.signer, err = note.NewSigner(skey); err != nil {
		return nil, fmt.Errorf("audit: signer: %w", err)
	}
	if l.verify, err = note.NewVerifier(l.vkey); err != nil {
		return nil, fmt.Errorf("audit: verifier: %w", err)
	}
	return l, nil
}

// VerifierKey is the public key (golang.org/x/mod/sumdb/note) that checks checkpoints.
func (l *Log) VerifierKey() string { return l.vkey }

// Append writes a row in a transaction of its own: for refusals and failed sign-ins.
func (l *Log) Append(ctx context.Context, by Cause, e Entry) error {
	row, err := newRow(by, e)
	if err != nil {
		return err
	}
	_, err = l.cfg.DB.Update(ctx, func(_ context.Context, tx store.Tx) error { return rows().Put(tx, &row) })
	if err != nil {
		return fmt.Errorf("audit %q: %w", e.Action, err)
	}
	return nil
}

// Run seals every SealEvery until ctx ends, and once more then.
func (l *Log) Run(ctx context.Context) error {
	tick := l.cfg.Clock.NewTicker(SealEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			if _, err := l.Seal(context.WithoutCancel(ctx)); err != nil {
				l.cfg.Logger.ErrorContext(ctx, "seal on stop", slog.Any("error", err))
			}
			return nil
		case <-tick.C():
			l.sealAndTell(ctx)
		}
	}
}

func (l *Log) sealAndTell(ctx context.Context) {
	n, err := l.Seal(ctx)
	if err != nil && ctx.Err() == nil {
		l.cfg.Logger.ErrorContext(ctx, "seal", slog.Any("error", err))
	}
	now := l.cfg.Clock.Now()
	if n == 0 || now.Sub(l.told) < TellEvery && !now.Before(l.told) {
		return
	}
	if cp, err := l.Checkpoint(ctx); err == nil {
		l.told = now
		l.cfg.Logger.InfoContext(ctx, "audit checkpoint", slog.String("note", string(cp)))
	}
}
