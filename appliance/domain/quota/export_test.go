package quota

import "github.com/switchkeep/switchkeep/appliance/platform/store"

// Spoil adds to a counter behind the room's back.
func Spoil(tx store.Tx, account string, k Kind, n int64) error {
	r, err := rows().Get(tx, store.Text(account))
	if err != nil {
		return err
	}
	r.at(k).U += n
	return rows().Put(tx, &r)
}
