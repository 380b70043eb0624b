package quota

import (
	"cmp"
	"context"
	"slices"

	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Figures are one kind of an account, for pages. Left is 0 where Unlimited. A flag's Granted is 1
// where it holds.
type Figures struct {
	Kind      Kind  `json:"kind"`
	Class     Class `json:"class"`
	Granted   int64 `json:"granted"`
	Children  int64 `json:"children"`
	Used      int64 `json:"used"`
	Left      int64 `json:"left"`
	Deficit   int64 `json:"deficit"`
	Unlimited bool  `json:"unlimited"`
	Offered   bool  `json:"offered"` // it has some that it could give
}

// View is an account's capacity, *My Subscription*.
type View struct {
	Account string    `json:"account"`
	Kinds   []Figures `json:"kinds"` // in the order of Catalogue
	MinExt  int64     `json:"min_ext"`
	MaxExt  int64     `json:"max_ext"`
	Ver     uint64    `json:"ver"`
}

// Of returns the figures of one kind.
func (v *View) Of(k Kind) Figures {
	for i := range v.Kinds {
		if v.Kinds[i].Kind == k {
			return v.Kinds[i]
		}
	}
	return Figures{Kind: k}
}

// Read returns an account's capacity.
func Read(r store.Reader, account string) (View, error) {
	w := begin(r)
	have, err := w.load(account)
	if err != nil {
		return View{}, err
	}
	v := View{Account: account, Ver: have.Ver}
	if v.MinExt, v.MaxExt, err = w.bounds(account); err != nil {
		return View{}, err
	}
	for _, k := range Catalogue() {
		l := have.get(k.Kind)
		f := Figures{Kind: k.Kind, Class: k.Class, Granted: l.G, Children: l.C, Used: l.U}
		switch {
		case k.Class == Flag:
			if f.Offered, err = w.flag(account, k.Kind); err != nil {
				return View{}, err
			}
			f.Granted = 0
			if f.Offered {
				f.Granted = 1
			}
		case l.G == Unlimited:
			f.Unlimited, f.Offered = true, true
		default:
			f.Left, f.Deficit = max(0, l.G-l.held()), l.deficit()
			f.Offered = f.Left > 0
		}
		v.Kinds = append(v.Kinds, f)
	}
	return v, nil
}

// Holder is what stands in the way of a shrink: a child's claim or an object.
type Holder struct {
	Kind  string `json:"kind"` // "account" or "object"
	ID    string `json:"id"`
	Label string `json:"label,omitempty"`
	N     int64  `json:"n"`
}

// maxHolders is how many a refusal names.
const maxHolders = 20

func (w *work) inUse(account string, l *line) error {
	held, err := holdersOf(w.r, account, l.Kind, 40)
	if err != nil {
		return err
	}
	return ErrInUse.With(map[string]any{
		"kind": string(l.Kind), "account": account, "needed": l.held(), "held_by": held,
	})
}

// holders reads the list again outside the transaction, over all children.
func (q *Quota) holders(ctx context.Context, refused error) error {
	e, ok := fault.As(refused)
	if !ok {
		return refused
	}
	account, _ := e.Details["account"].(string)
	kind, _ := e.Details["kind"].(string)
	var held []Holder
	err := q.db.View(ctx, func(r store.Reader) (err error) {
		held, err = holdersOf(r, account, Kind(kind), 0)
		return err
	})
	if err != nil {
		return err
	}
	return e.With(map[string]any{"held_by": held})
}

// holdersOf returns the largest holders; scan bounds the children looked at (0: all).
func holdersOf(r store.Reader, account string, k Kind, scan int) ([]Holder, error) {
	var out []Holder
	for it, err := range rows().Lookup(r, "giver", store.Page{Limit: scan}, store.Text(account)) {
		if err != nil {
			return nil, err
		}
		if l := it.Row.get(k); l.claim() > 0 {
			out = append(out, Holder{Kind: "account", ID: it.Row.Account, N: l.claim()})
		}
	}
	for it, err := range heldRows().Lookup(r, "account", store.Page{Limit: maxHolders}, store.Text(account), store.Text(string(k))) {
		if err != nil {
			return nil, err
		}
		out = append(out, Holder{Kind: "object", ID: it.Row.Object, N: it.Row.N})
	}
	slices.SortStableFunc(out, func(a, b Holder) int { return cmp.Compare(b.N, a.N) })
	out = out[:min(len(out), maxHolders)]
	for i := range out {
		if out[i].Kind == "account" {
			a, err := tenant.Get(r, out[i].ID)
			if err != nil {
				return nil, err
			}
			out[i].Label = a.Name
		}
	}
	return out, nil
}
