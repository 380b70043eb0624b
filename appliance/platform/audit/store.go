package audit

import "github.com/switchkeep/switchkeep/appliance/platform/store"

// Tables are this room's tables for the catalogue.
func Tables() []store.Registered { return []store.Registered{rows(), hashes(), tree()} }

func rows() *store.Table[Row, *Row] {
	return store.NewTable(store.Spec[Row]{
		Name: "audit_row", Schema: 1,
		Key: func(r *Row) []store.Part { return []store.Part{store.Text(r.ID)} },
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
