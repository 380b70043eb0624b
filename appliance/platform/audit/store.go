package audit

import (
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Table is the table of the operation log; others follow and read it only.
func Table() *store.Table[Row, *Row] { return rows() }

// Tables are this room's tables for the catalogue.
func Tables() []store.Registered { return []store.Registered{rows(), hashes(), tree()} }

func rows() *store.Table[Row, *Row] {
	return store.NewTable(store.Spec[Row]{
		Name: "audit_row", Schema: 1,
		Key: func(r *Row) []store.Part {
			return []store.Part{store.Uint(dayOf(r.At)), store.Time(r.At), store.Text(r.ID)}
		},
		Lookup: []store.Index[Row]{{Name: "unsealed", Keys: func(r *Row) [][]store.Part {
			if r.Leaf != 0 {
				return nil
			}
			return [][]store.Part{{}}
		}}},
	})
}

func hashes() *store.Table[hashRow, *hashRow] {
	return store.NewTable(store.Spec[hashRow]{
		Name: "audit_hash", Schema: 1,
		Key: func(r *hashRow) []store.Part { return []store.Part{store.Uint(r.Index)} },
	})
}

func tree() *store.Table[treeRow, *treeRow] {
	return store.NewTable(store.Spec[treeRow]{
		Name: "audit_tree", Schema: 1,
		Key: func(*treeRow) []store.Part { return []store.Part{store.Uint(0)} },
	})
}

// dayOf is the number of the UTC day, counted from the year 1 so that it is never negative.
func dayOf(t time.Time) uint64 {
	const unixEpochDay = 719162
	return uint64(t.Unix()/86400 + unixEpochDay)
}
