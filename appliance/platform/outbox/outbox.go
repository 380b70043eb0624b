package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	netmail "net/mail"
	"strings"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/mail"
	"github.com/switchkeep/switchkeep/appliance/platform/secret"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// KindMail is a letter.
const KindMail = "mail"

// States of a row.
const (
	Queued   = "queued"
	Sent     = "sent"
	Deferred = "deferred"
	Refused  = "refused"
)

// KeepRun is how much Retain removes in one run: two days' worth.
const KeepRun = 48 * time.Hour

// GiveUp is how long a deferred row is tried.
const GiveUp = 72 * time.Hour

// ErrNotConfigured says that there is no mail server: the caller shows the link once instead.
var ErrNotConfigured = mail.ErrNotConfigured

// Message is what is to be sent.
type Message struct {
	ID       string // "" makes one; an id that exists is refused
	Kind     string // "" is KindMail
	Account  string // owner, for who may see it in the mail log
	To       string
	Template string // of package mail
	Lang     string
	Data     map[string]string // sealed at rest; "email" and "at" are To and At unless given
	At       time.Time
}

// Config is what an Outbox needs; all fields are required.
type Config struct {
	DB     *store.DB
	Clock  clock.Clock
	Logger *slog.Logger
	Keeper *secret.Keeper
}

// Outbox queues and sends. It is safe for concurrent use.
type Outbox struct{ c Config }

// New returns an outbox; Run starts its sending.
func New(c Config) (*Outbox, error) {
	if c.DB == nil || c.Clock == nil || c.Logger == nil || c.Keeper == nil {
		return nil, errors.New("outbox: incomplete configuration")
	}
	return &Outbox{c}, nil
}

// Tables are this room's tables for the catalogue.
func Tables() []store.Registered { return []store.Registered{table()} }

// Table is the table of letters; others follow and read it only.
func Table() *store.Table[Row, *Row] { return table() }

func table() *store.Table[Row, *Row] {
	return store.NewTable(store.Spec[Row]{
		Name: "outbox", Schema: 1,
		Key: func(r *Row) []store.Part { return []store.Part{store.Text(r.ID)} },
		Lookup: []store.Index[Row]{{Name: "due", Keys: func(r *Row) [][]store.Part {
			if r.State != Queued && r.State != Deferred {
				return nil
			}
			return [][]store.Part{{store.Time(r.Next)}}
		}}},
	})
}

// Configured tells whether mail can be sent at all; without it EnqueueTx refuses.
func Configured(r store.Reader) (bool, error) { return mail.Configured(r) }

// Configured is the function of the same name, for callers that hold an Outbox.
func (o *Outbox) Configured(r store.Reader) (bool, error) { return mail.Configured(r) }

// EnqueueTx puts a message in the transaction of its fact. ErrNotConfigured without a mail server;
// a malformed address is an Invalid with the path "email".
func (o *Outbox) EnqueueTx(tx store.Tx, m Message) error {
	if m.Kind == "" {
		m.Kind = KindMail
	}
	if m.Kind != KindMail {
		return fmt.Errorf("outbox: unknown kind %q", m.Kind)
	}
	if a, err := netmail.ParseAddress(m.To); err != nil || a.Name != "" || a.Address != m.To {
		return fault.Invalid("email", "malformed", fmt.Sprintf("%q is no mail address", m.To))
	}
	m.Data = complete(m)
	if err := mail.Check(m.Template, m.Data); err != nil {
		return err
	}
	if ok, err := mail.Configured(tx); err != nil || !ok {
		return errors.Join(err, notConfigured(ok))
	}
	if m.ID == "" {
		m.ID = ident.New()
	}
	plain, err := json.Marshal(m.Data)
	if err != nil {
		return err
	}
	sealed, err := o.c.Keeper.Seal("outbox", m.ID, "data", plain)
	if err != nil {
		return err
	}
	at := m.At.UTC()
	return table().Insert(tx, &Row{
		ID: m.ID, Kind: m.Kind, Account: m.Account, To: m.To, Template: m.Template, Lang: m.Lang, Data: sealed,
		At: at, State: Queued, Queued: at, Next: at,
	})
}

// complete adds what every letter knows of itself.
func complete(m Message) map[string]string {
	data := map[string]string{"email": m.To, "at": m.At.UTC().Format(time.RFC3339)}
	maps.Copy(data, m.Data)
	return data
}

func notConfigured(ok bool) error {
	if ok {
		return nil
	}
	return ErrNotConfigured
}

// Get returns one row.
func (o *Outbox) Get(r store.Reader, id string) (Row, error) {
	row, err := table().Get(r, store.Text(id))
	if errors.Is(err, store.ErrNotFound) {
		return Row{}, fault.NotFound("message")
	}
	return row, err
}

// ResendTx queues a row once more, whatever became of it.
func (o *Outbox) ResendTx(tx store.Tx, id string, at time.Time) (Row, error) {
	row, err := o.Get(tx, id)
	if err != nil {
		return Row{}, err
	}
	if ok, err := mail.Configured(tx); err != nil || !ok {
		return Row{}, errors.Join(err, notConfigured(ok))
	}
	row.State, row.Tries, row.Queued, row.Next, row.Answer = Queued, 0, at.UTC(), at.UTC(), ""
	return row, table().Put(tx, &row)
}

// Filter selects rows; a zero field selects all.
type Filter struct {
	Accounts func(id string) bool // may the caller see rows of this account; "" is the appliance
	State    string
	Template string
	Text     string // part of the address or the answer; any case
	From, To time.Time
	After    store.Cursor
	Limit    int // 0: 50, at most 500
	Desc     bool
}

const maxScan = 20_000

// List returns a page and where the next one begins ("" at the end). A page may have fewer rows than
// Limit and still have a next one.
func (o *Outbox) List(ctx context.Context, f Filter) ([]Row, store.Cursor, error) {
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, 500)
	f.Text = strings.ToLower(f.Text)
	if f.After != "" {
		if name, err := store.TableOf([]byte(f.After)); err != nil || name != table().Name() {
			return nil, "", fault.Invalid("after", "malformed", "after is no cursor of this list")
		}
	}
	var out []Row
	var next store.Cursor
	err := o.c.DB.View(ctx, func(r store.Reader) error {
		out, next = nil, ""
		scanned := 0
		for it, err := range table().List(r, store.Page{After: f.After, Desc: f.Desc}) {
			if err != nil {
				return err
			}
			if f.match(&it.Row) {
				if len(out) == f.Limit {
					return nil
				}
				out = append(out, it.Row)
			}
			next = it.At
			if scanned++; scanned == maxScan {
				return nil
			}
		}
		next = ""
		return nil
	})
	return out, next, err
}

func (f *Filter) match(r *Row) bool {
	switch {
	case f.State != "" && f.State != r.State,
		f.Template != "" && f.Template != r.Template,
		!f.From.IsZero() && r.At.Before(f.From),
		!f.To.IsZero() && !r.At.Before(f.To),
		f.Accounts != nil && !f.Accounts(r.Account):
		return false
	}
	return f.Text == "" || strings.Contains(strings.ToLower(r.To), f.Text) || strings.Contains(strings.ToLower(r.Answer), f.Text)
}

// Stats tell how the queue is doing.
type Stats struct {
	Waiting  int       `json:"waiting"`  // queued and deferred; counted up to 1000
	Deferred int       `json:"deferred"` // of these
	Oldest   time.Time `json:"oldest"`   // when the oldest of these was queued
	Answer   string    `json:"answer"`   // the last answer that deferred one
}

// Stats reads the queue.
func (o *Outbox) Stats(r store.Reader) (Stats, error) {
	var s Stats
	for it, err := range table().Lookup(r, "due", store.Page{Limit: 1000}) {
		if err != nil {
			return Stats{}, err
		}
		s.Waiting++
		if it.Row.State == Deferred {
			s.Deferred++
			s.Answer = it.Row.Answer
		}
		if s.Oldest.IsZero() || it.Row.Queued.Before(s.Oldest) {
			s.Oldest = it.Row.Queued
		}
	}
	return s, nil
}

// Void settles at most 100 waiting rows of a restored backup, whose links are dead; it returns how many.
func Void(_ context.Context, tx store.Tx, at time.Time) (int, error) {
	var rows []Row
	for it, err := range table().Lookup(tx, "due", store.Page{Limit: 100}) {
		if err != nil {
			return 0, err
		}
		rows = append(rows, it.Row)
	}
	for i := range rows {
		rows[i].State, rows[i].Last, rows[i].Answer = Refused, at.UTC(), "not sent: the appliance was restored from a backup"
		if err := table().Put(tx, &rows[i]); err != nil {
			return 0, err
		}
	}
	return len(rows), nil
}

// Retain removes settled rows from before the given time, at most KeepRun's worth of them, so that a
// clock that was wrong for a while costs little. It returns how many there were.
func (o *Outbox) Retain(ctx context.Context, before time.Time) (removed int, err error) {
	var first time.Time
	err = o.c.DB.View(ctx, func(r store.Reader) error {
		for it, err := range table().List(r, store.Page{}) {
			if err != nil {
				return err
			}
			if it.Row.State == Sent || it.Row.State == Refused {
				first = it.Row.At
				return nil
			}
		}
		return nil
	})
	if err != nil || first.IsZero() {
		return 0, err
	}
	if limit := first.Add(KeepRun); limit.Before(before) {
		before = limit
	}
	for done := false; !done; {
		var n int
		if n, done, err = o.prune(ctx, before); err != nil {
			return removed, err
		}
		removed += n
	}
	return removed, nil
}

// Prune removes at most 100 settled rows from before the given time; done says that none is left.
func (o *Outbox) Prune(ctx context.Context, before time.Time) (done bool, err error) {
	_, done, err = o.prune(ctx, before)
	return done, err
}

func (o *Outbox) prune(ctx context.Context, before time.Time) (n int, done bool, err error) {
	_, err = o.c.DB.UpdateBulk(ctx, func(_ context.Context, tx store.Tx) error {
		n, done = 0, true
		for it, err := range table().List(tx, store.Page{Limit: 200}) {
			if err != nil {
				return err
			}
			if !it.Row.At.Before(before) {
				return nil
			}
			if it.Row.State == Queued || it.Row.State == Deferred {
				continue
			}
			if n == 100 {
				done = false
				return nil
			}
			n++
			if err := table().Delete(tx, store.Text(it.Row.ID)); err != nil {
				return err
			}
		}
		return nil
	})
	return n, done, err
}
