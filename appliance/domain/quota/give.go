package quota

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Config is what the room needs. DB is required.
type Config struct{ DB *store.DB }

// Quota changes grants. It is safe for concurrent use.
type Quota struct{ db *store.DB }

// New returns the room.
func New(c Config) (*Quota, error) {
	if c.DB == nil {
		return nil, errors.New("quota: a store is required")
	}
	return &Quota{c.DB}, nil
}

// Change sets an account's grants (without the dated ones) and the extensions of a PBX. What is not
// named stays. Force lets grants fall below what is held; it needs a reason.
type Change struct {
	Grants         map[Kind]int64
	MinExt, MaxExt *int64 // 0 takes a bound away
	Force          bool
}

// Effect is what a change does to one kind of one account: the preview before it is typed.
type Effect struct {
	Account string `json:"account"`
	Name    string `json:"name"`
	Kind    Kind   `json:"kind"`
	From    int64  `json:"from"`
	To      int64  `json:"to"`
	Deficit int64  `json:"deficit,omitempty"`
}

// AllocateTx sets the grants that a child has from its parent.
func AllocateTx(tx store.Tx, by audit.Cause, parent, child string, want map[Kind]int64) error {
	c, err := tenant.Get(tx, child)
	if err != nil {
		return err
	}
	if c.Parent != parent {
		return fmt.Errorf("allocate to %q: %w", child, tenant.ErrNotFound)
	}
	_, err = SetTx(tx, by, child, 0, Change{Grants: want})
	return err
}

// Set changes an account's grants; the operator's are its totals. With dryRun nothing is kept and the
// effects are returned all the same.
func (q *Quota) Set(ctx context.Context, by audit.Cause, account string, ver uint64, c Change, dryRun bool) ([]Effect, error) {
	var out []Effect
	undo := errors.New("dry run")
	_, err := q.db.Update(ctx, func(_ context.Context, tx store.Tx) (err error) {
		if out, err = SetTx(tx, by, account, ver, c); err == nil && dryRun {
			err = undo
		}
		return err
	})
	if errors.Is(err, undo) {
		err = nil
	}
	if errors.Is(err, ErrInUse) {
		err = q.holders(ctx, err)
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

// SetTotal changes one grant.
func (q *Quota) SetTotal(ctx context.Context, by audit.Cause, account string, k Kind, n int64) error {
	_, err := q.Set(ctx, by, account, 0, Change{Grants: map[Kind]int64{k: n}}, false)
	return err
}

// SetTx is Set in a transaction.
func SetTx(tx store.Tx, by audit.Cause, account string, ver uint64, c Change) ([]Effect, error) {
	if err := c.check(by); err != nil {
		return nil, err
	}
	w := begin(tx)
	r, err := w.load(account)
	if err != nil {
		return nil, err
	}
	if ver != 0 && r.Ver != ver {
		return nil, fault.Stale(r.Ver)
	}
	for _, k := range slices.Sorted(maps.Keys(c.Grants)) {
		if err = w.set(tx, by, r, k, c.Grants[k], c.Force); err != nil {
			return nil, err
		}
	}
	if err = w.setBounds(r, c.MinExt, c.MaxExt); err != nil {
		return nil, err
	}
	effects, err := w.effects()
	if err != nil {
		return nil, err
	}
	if err = w.commit(tx, by, "grant", account, ""); err != nil {
		return nil, err
	}
	return effects, recordSet(tx, by, account, c, effects)
}

func recordSet(tx store.Tx, by audit.Cause, account string, c Change, effects []Effect) error {
	if len(effects) == 0 && c.MinExt == nil && c.MaxExt == nil {
		return nil
	}
	a, err := tenant.Get(tx, account)
	if err != nil {
		return err
	}
	detail := map[string]string{}
	for _, e := range effects {
		if e.Account == account {
			detail[string(e.Kind)] = fmt.Sprintf("%d → %d", e.From, e.To)
		}
	}
	if c.Force {
		detail["force"] = "true"
	}
	return audit.Record(tx, by, audit.Entry{
		Account: account, Action: "quota.edit", ObjectKind: "account", ObjectID: account, ObjectLabel: a.Name, Detail: detail,
	})
}

func (c *Change) check(by audit.Cause) error {
	var bad fault.Fields
	for _, k := range slices.Sorted(maps.Keys(c.Grants)) {
		n := c.Grants[k]
		switch class := ClassOf(k); {
		case class == "":
			bad.Add(string(k), "unknown", "no such kind")
		case class == Flag && n != 0 && n != 1:
			bad.Add(string(k), "out_of_range", "0 or 1")
		case n < Unlimited || n > MaxQuantity:
			bad.Add(string(k), "out_of_range", "a number from 0, or -1 for unlimited")
		}
	}
	for path, v := range map[string]*int64{"min_ext": c.MinExt, "max_ext": c.MaxExt} {
		if v != nil && (*v < 0 || *v > MaxExtensionsPerPBX) {
			bad.Add(path, "out_of_range", fmt.Sprintf("0 to %d", MaxExtensionsPerPBX))
		}
	}
	if c.Force && by.Reason == "" {
		bad.Add("reason", "required", "a reason is required")
	}
	return bad.Err()
}

// set gives the account a grant of one kind: n plus its dated grants.
func (w *work) set(r store.Reader, by audit.Cause, to *row, k Kind, n int64, force bool) error {
	account := to.Account
	l := to.at(k)
	if ClassOf(k) == Flag {
		return w.setFlag(to, k, n)
	}
	if n == Unlimited && to.Parent != "" {
		giver, err := w.load(to.Parent)
		if err != nil {
			return err
		}
		if !mayGiveUnlimited(giver.get(k).G) {
			return ErrUnlimited.With(map[string]any{"kind": string(k)})
		}
	}
	g := n
	if n == Unlimited {
		w.ends = append(w.ends, spot{account, k})
	} else {
		dated, err := datedNow(r, account, k, by.At)
		if err != nil {
			return err
		}
		g += dated
	}
	was := *l
	if grows := claim(g, l.held()) > l.claim() || (g == Unlimited && was.G != Unlimited); grows && to.Parent != "" {
		if err := w.grow(to.Parent, k); err != nil {
			return err
		}
	}
	if force && mayForce(ClassOf(k)) {
		w.forced[spot{account, k}] = true
	}
	if was.G == Unlimited && g != Unlimited {
		if err := w.limitBelow(account, k); err != nil {
			return err
		}
	}
	return w.change(account, k, func(l *line) { l.Base, l.G = n, g })
}

func (w *work) setFlag(to *row, k Kind, n int64) error {
	if n == 1 && to.get(k).G == 0 && to.Parent != "" {
		if err := w.grow(to.Parent, k); err != nil {
			return err
		}
		if has, err := w.flag(to.Parent, k); err != nil || !has {
			return errors.Join(err, ErrFlag.With(map[string]any{"kind": string(k)}))
		}
	}
	l := to.at(k)
	l.Base, l.G = n, n
	return nil
}

// limitBelow turns every unlimited account below into "held now", because its giver gets a limit.
func (w *work) limitBelow(account string, k Kind) error {
	const most = 100 // accounts in one transaction
	todo := []string{account}
	for n := 0; len(todo) > 0; {
		giver := todo[0]
		todo = todo[1:]
		for it, err := range rows().Lookup(w.r, "unlimited", store.Page{Limit: most}, store.Text(giver), store.Text(string(k))) {
			if err != nil {
				return err
			}
			if n++; n >= most {
				return ErrTooMany.With(map[string]any{"kind": string(k), "most": most})
			}
			todo = append(todo, it.Row.Account)
		}
		if giver == account {
			continue
		}
		if err := w.change(giver, k, func(l *line) { l.G = heldNow(l.held()); l.Base = l.G }); err != nil {
			return err
		}
	}
	return nil
}

// effects lists the grants that the operation changes.
func (w *work) effects() ([]Effect, error) {
	var out []Effect
	for _, account := range w.order {
		old, now := w.before[account], w.rows[account]
		for _, k := range Catalogue() {
			a, b := old.get(k.Kind), now.get(k.Kind)
			if a.G == b.G {
				continue
			}
			acc, err := tenant.Get(w.r, account)
			if err != nil {
				return nil, err
			}
			e := Effect{Account: account, Name: acc.Name, Kind: k.Kind, From: a.G, To: b.G}
			if k.Class != Flag {
				e.Deficit = b.deficit()
			}
			out = append(out, e)
		}
	}
	return out, nil
}

func (w *work) setBounds(r *row, minExt, maxExt *int64) error {
	if minExt == nil && maxExt == nil {
		return nil
	}
	if minExt != nil {
		r.MinExt = *minExt
	}
	if maxExt != nil {
		r.MaxExt = *maxExt
	}
	least, most, err := w.bounds(r.Account)
	if err == nil && least > most {
		err = fault.Invalid("max_ext", "out_of_range", "the maximum is below the minimum")
	}
	return err
}
