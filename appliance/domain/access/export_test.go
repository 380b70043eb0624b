package access

import "github.com/switchkeep/switchkeep/appliance/platform/store"

func all[T any, P store.Row[T]](r store.Reader, t *store.Table[T, P]) (out []T) {
	for it, err := range t.List(r, store.Page{}) {
		if err != nil {
			panic(err)
		}
		out = append(out, it.Row)
	}
	return out
}

func AllGrants(r store.Reader) []Grant                 { return all(r, grants()) }
func AllRoles(r store.Reader) []CustomRole             { return all(r, roles()) }
func AllAuthorizations(r store.Reader) []Authorization { return all(r, authorizations()) }

// Rows puts rows as they are.
func Rows(tx store.Tx, g []Grant, c []CustomRole, z []Authorization) error {
	for i := range g {
		if err := grants().Put(tx, &g[i]); err != nil {
			return err
		}
	}
	for i := range c {
		if err := roles().Put(tx, &c[i]); err != nil {
			return err
		}
	}
	for i := range z {
		if err := authorizations().Put(tx, &z[i]); err != nil {
			return err
		}
	}
	return nil
}
