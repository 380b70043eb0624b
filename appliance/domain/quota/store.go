package quota

import (
	"slices"

	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Tables are this room's tables for the catalogue.
func Tables() []store.Registered {
	return []store.Registered{rows(), heldRows(), grants(), ledger()}
}

func rows() *store.Table[row, *row] {
	return store.NewTable(store.Spec[row]{
		Name: "quota", Schema: 1,
		Key: func(r *row) []store.Part { return []store.Part{store.Text(r.Account)} },
		Lookup: []store.Index[row]{
			{Name: "giver", Keys: func(r *row) [][]store.Part {
				if r.Parent == "" {
					return nil
				}
				return [][]store.Part{{store.Text(r.Parent), store.Text(r.Account)}}
			}},
			{Name: "unlimited", Keys: func(r *row) (keys [][]store.Part) {
				for i := range r.Lines {
					if l := &r.Lines[i]; l.G == Unlimited && r.Parent != "" {
						keys = append(keys, []store.Part{store.Text(r.Parent), store.Text(string(l.Kind)), store.Text(r.Account)})
					}
				}
				return keys
			}},
		},
	})
}

func heldRows() *store.Table[heldRow, *heldRow] {
	return store.NewTable(store.Spec[heldRow]{
		Name: "quota_held", Schema: 1,
		Key: func(r *heldRow) []store.Part { return []store.Part{store.Text(string(r.Kind)), store.Text(r.Object)} },
		Lookup: []store.Index[heldRow]{{Name: "account", Keys: func(r *heldRow) [][]store.Part {
			return [][]store.Part{{store.Text(r.Account), store.Text(string(r.Kind)), store.Int(-r.N), store.Text(r.Object)}}
		}}},
	})
}

func grants() *store.Table[grantRow, *grantRow] {
	return store.NewTable(store.Spec[grantRow]{
		Name: "quota_grant", Schema: 1,
		Key: func(r *grantRow) []store.Part {
			return []store.Part{store.Text(r.Account), store.Text(string(r.Kind)), store.Text(r.ID)}
		},
		Lookup: []store.Index[grantRow]{{Name: "end", Keys: func(r *grantRow) [][]store.Part {
			return [][]store.Part{{store.Time(r.To), store.Text(r.ID)}}
		}}},
	})
}

func ledger() *store.Table[LedgerRow, *LedgerRow] {
	return store.NewTable(store.Spec[LedgerRow]{
		Name: "quota_ledger", Schema: 1,
		Key: func(r *LedgerRow) []store.Part { return []store.Part{store.Text(r.ID)} },
		Lookup: []store.Index[LedgerRow]{{Name: "account", Keys: func(r *LedgerRow) (keys [][]store.Part) {
			var seen []string
			for i := range r.Lines {
				if a := r.Lines[i].Account; !slices.Contains(seen, a) {
					seen = append(seen, a)
					keys = append(keys, []store.Part{store.Text(a), store.Text(r.ID)})
				}
			}
			return keys
		}}},
	})
}

// Ledger returns the operations that touched an account, newest first, at most limit.
func Ledger(r store.Reader, account string, after store.Cursor, limit int) ([]LedgerRow, store.Cursor, error) {
	var out []LedgerRow
	var next store.Cursor
	page := store.Page{After: after, Limit: limit, Desc: true}
	for it, err := range ledger().Lookup(r, "account", page, store.Text(account)) {
		if err != nil {
			return nil, "", err
		}
		out = append(out, it.Row)
		next = it.At
	}
	if len(out) < limit {
		next = ""
	}
	return out, next, nil
}
