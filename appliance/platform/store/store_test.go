package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/platform/store/kv"
	"github.com/switchkeep/switchkeep/bolt/bolttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func spec() store.Spec[user] {
	return store.Spec[user]{
		Name: "user", Schema: 1, Key: func(u *user) []store.Part { return []store.Part{store.Text(u.ID)} },
		Unique: []store.Index[user]{{Name: "mail", Keys: func(u *user) [][]store.Part {
			return [][]store.Part{{store.Text(u.Mail)}}
		}}},
		Lookup: []store.Index[user]{
			{Name: "tag", Keys: func(u *user) (out [][]store.Part) {
				for _, tag := range u.Tags {
					out = append(out, []store.Part{store.Text(tag)})
				}
				return out
			}},
			{Name: "group", Keys: func(u *user) [][]store.Part { // sparse
				if u.Group == "" {
					return nil
				}
				return [][]store.Part{{store.Text(u.Group), store.Int(u.Age)}}
			}},
		},
	}
}

func users() *store.Table[user, *user] { return store.NewTable[user](spec()) }

type rig struct {
	t  *testing.T
	db *store.DB
}

func open(t *testing.T, tables ...store.Registered) *rig {
	t.Helper()
	return &rig{t, bolttest.Open(t, tables...)}
}

func (r *rig) try(fn func(tx store.Tx) error) error {
	_, err := r.db.Update(r.t.Context(), func(_ context.Context, tx store.Tx) error { return fn(tx) })
	return err
}

func (r *rig) do(fn func(tx store.Tx) error) {
	r.t.Helper()
	if err := r.try(fn); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) view(fn func(rd store.Reader) error) {
	r.t.Helper()
	if err := r.db.View(r.t.Context(), fn); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) put(rows ...user) {
	r.t.Helper()
	r.do(func(tx store.Tx) error {
		for i := range rows {
			if err := users().Put(tx, &rows[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// lookup returns the ids that an index holds under a prefix.
func (r *rig) lookup(index string, page store.Page, prefix ...store.Part) (ids []string, last store.Cursor) {
	r.t.Helper()
	r.view(func(rd store.Reader) error {
		for item, err := range users().Lookup(rd, index, page, prefix...) {
			if err != nil {
				return err
			}
			ids, last = append(ids, item.Row.ID), item.At
		}
		return nil
	})
	return ids, last
}

func equal(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestInsertGetDelete(t *testing.T) {
	t.Parallel()
	r := open(t, users())
	ada := user{ID: "1", Mail: "ada@example.com", Tags: []string{"x"}}
	r.do(func(tx store.Tx) error { return users().Insert(tx, &ada) })
	if err := r.try(func(tx store.Tx) error { return users().Insert(tx, &ada) }); !errors.Is(err, store.ErrExists) {
		t.Error(err)
	}
	r.view(func(rd store.Reader) error {
		got, err := users().Get(rd, store.Text("1"))
		if err != nil || got.Mail != ada.Mail {
			t.Error(got, err)
		}
		if ok, hasErr := users().Has(rd, store.Text("2")); ok || hasErr != nil {
			t.Error(ok, hasErr)
		}
		_, err = users().Get(rd, store.Text("2"))
		if !errors.Is(err, store.ErrNotFound) || !strings.Contains(err.Error(), "user") {
			t.Error(err)
		}
		return nil
	})
	for range 2 { // an absent row is no error
		r.do(func(tx store.Tx) error { return users().Delete(tx, store.Text("1")) })
	}
	n := 0
	if err := r.db.Engine().View(t.Context(), func(rd kv.Reader) error {
		for range rd.Range(nil, nil, 0, false) {
			n++
		}
		return nil
	}); err != nil || n != 0 {
		t.Errorf("%d keys are left of a deleted row: %v", n, err)
	}
}

func TestUniqueIndex(t *testing.T) {
	t.Parallel()
	r := open(t, users())
	r.put(user{ID: "1", Mail: "a"}, user{ID: "2", Mail: "b"})
	err := r.try(func(tx store.Tx) error { return users().Put(tx, &user{ID: "3", Mail: "a"}) })
	var c *store.Conflict
	if !errors.As(err, &c) || c.Index != "mail" || c.Table != "user" || !errors.Is(err, store.ErrExists) {
		t.Fatal(err)
	}
	r.put(user{ID: "1", Mail: "a", Age: 3}) // its own entry is no conflict
	r.do(func(tx store.Tx) error {          // a freed entry can be taken in the same transaction
		if err := users().Put(tx, &user{ID: "1", Mail: "c"}); err != nil {
			return err
		}
		return users().Put(tx, &user{ID: "3", Mail: "a"})
	})
	r.view(func(rd store.Reader) error {
		for mail, id := range map[string]string{"a": "3", "b": "2", "c": "1"} {
			got, err := users().ByUnique(rd, "mail", store.Text(mail))
			if err != nil || got.ID != id {
				t.Error(mail, got, err)
			}
		}
		_, err := users().ByUnique(rd, "mail", store.Text("d"))
		if !errors.Is(err, store.ErrNotFound) {
			t.Error(err)
		}
		return nil
	})
}

func TestLookupIndex(t *testing.T) {
	t.Parallel()
	r := open(t, users())
	r.put(
		user{ID: "1", Mail: "1", Tags: []string{"x", "y"}, Group: "g", Age: 9},
		user{ID: "2", Mail: "2", Tags: []string{"x"}, Group: "g", Age: -5},
		user{ID: "3", Mail: "3", Tags: []string{"xx"}}, // in no group
	)
	ids, _ := r.lookup("tag", store.Page{}, store.Text("x"))
	equal(t, ids, "1", "2")
	ids, _ = r.lookup("group", store.Page{})
	equal(t, ids, "2", "1")
	ids, _ = r.lookup("group", store.Page{Desc: true}, store.Text("g"))
	equal(t, ids, "1", "2")
	r.put(user{ID: "1", Mail: "1", Tags: []string{"y"}})
	ids, _ = r.lookup("tag", store.Page{}, store.Text("x"))
	equal(t, ids, "2")
	ids, _ = r.lookup("group", store.Page{})
	equal(t, ids, "2")
	if n, err := r.db.Verify(t.Context()); n != 3 || err != nil {
		t.Error(n, err)
	}
}

func TestPagesOfAListing(t *testing.T) {
	t.Parallel()
	r := open(t, users())
	var want []string
	for i := range 25 {
		id := fmt.Sprintf("%02d", i)
		want = append(want, id)
		r.put(user{ID: id, Mail: id, Group: "g"})
	}
	for _, desc := range []bool{false, true} {
		var got, byGroup []string
		var at, atGroup store.Cursor
		for range 7 {
			r.view(func(rd store.Reader) error {
				for item, err := range users().List(rd, store.Page{After: at, Limit: 4, Desc: desc}) {
					if err != nil {
						return err
					}
					got, at = append(got, item.Row.ID), item.At
				}
				return nil
			})
			ids, last := r.lookup("group", store.Page{After: atGroup, Limit: 4, Desc: desc}, store.Text("g"))
			byGroup, atGroup = append(byGroup, ids...), last
		}
		if desc {
			slices.Reverse(want)
		}
		equal(t, got, want...)
		equal(t, byGroup, want...)
	}
}

func TestMigratesWhenRead(t *testing.T) {
	t.Parallel()
	engine := bolttest.Engine(t)
	old := store.NewTable[userV1](store.Spec[userV1]{Name: "user", Schema: 1, Key: func(u *userV1) []store.Part {
		return []store.Part{store.Text(u.ID)}
	}})
	odb, err := store.New(engine, old)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = odb.Update(t.Context(), func(_ context.Context, tx store.Tx) error {
		return old.Insert(tx, &userV1{ID: "1", EMail: "a@b"})
	}); err != nil {
		t.Fatal(err)
	}
	s := spec()
	s.Schema, s.Unique, s.Lookup = 2, nil, nil
	s.Migrations = []store.Migration{{From: 1, Up: func(b []byte) ([]byte, error) {
		// BEFORE {id, e_mail}  AFTER {id, mail}
		var was userV1
		if _, upErr := was.UnmarshalMsg(b); upErr != nil {
			return nil, upErr
		}
		return (&user{ID: was.ID, Mail: was.EMail}).MarshalMsg(nil)
	}}}
	now := store.NewTable[user](s)
	db, err := store.New(engine, now)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t, db}
	r.view(func(rd store.Reader) error {
		got, getErr := now.Get(rd, store.Text("1"))
		if getErr != nil || got.Mail != "a@b" {
			t.Error(got, getErr)
		}
		return nil
	})
	var dump strings.Builder
	if err = db.Dump(t.Context(), &dump); err != nil || !strings.Contains(dump.String(), `"mail":"a@b"`) {
		t.Error(dump.String(), err)
	}
	r.do(func(tx store.Tx) error { return now.Put(tx, &user{ID: "1", Mail: "c"}) })
	if err = odb.View(t.Context(), func(rd store.Reader) error {
		_, getErr := old.Get(rd, store.Text("1"))
		return getErr
	}); !errors.Is(err, store.ErrNewer) {
		t.Errorf("an older version reads a newer row: %v", err)
	}
}

func TestDump(t *testing.T) {
	t.Parallel()
	r := open(t, users())
	r.put(user{ID: "1", Mail: "a\"b", Group: "g", Age: 4}, user{ID: "2", Mail: "c"})
	var out strings.Builder
	if err := r.db.Dump(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	want := `{"table":"user","row":{"id":"1","mail":"a\"b","tags":[],"group":"g","age":4}}
{"table":"user","row":{"id":"2","mail":"c","tags":[],"group":"","age":0}}
`
	if out.String() != want {
		t.Errorf("got %s", out.String())
	}
}

// Verify finds every way in which an index and its rows can disagree.
func TestVerifyFindsDamage(t *testing.T) {
	t.Parallel()
	key := func(table string, parts ...string) []byte {
		k := []byte(table + "\x00")
		for _, p := range parts {
			k = append(k, p+"\x00"...)
		}
		return k
	}
	for name, c := range map[string]struct {
		damage func(tx kv.Tx) error
		want   string
	}{
		"unique entry gone":    {func(tx kv.Tx) error { return tx.Delete(key("user.mail", "a")) }, "user.mail: index entry missing"},
		"lookup entry gone":    {func(tx kv.Tx) error { return tx.Delete(key("user.tag", "x", "1")) }, "user.tag: index entry missing"},
		"entry of another row": {func(tx kv.Tx) error { return tx.Put(key("user.mail", "a"), []byte("2\x00")) }, "index entry of another row"},
		"row gone":             {func(tx kv.Tx) error { return tx.Delete(key("user", "1")) }, "dangling index entry"},
		"stale entry":          {func(tx kv.Tx) error { return tx.Put(key("user.tag", "old", "1"), []byte("1\x00")) }, "stale index entry"},
		"garbage":              {func(tx kv.Tx) error { return tx.Put(key("user", "1"), []byte("\xc1")) }, "malformed row"},
		"cut short": {func(tx kv.Tx) error {
			v, err := tx.Get(key("user", "1"))
			if err != nil {
				return err
			}
			return tx.Put(key("user", "1"), v[:len(v)-1])
		}, "malformed row"},
		"wrong place": {func(tx kv.Tx) error {
			v, err := tx.Get(key("user", "1"))
			if err != nil {
				return err
			}
			return tx.Put(key("user", "9"), v)
		}, "belongs under another key"},
		"unknown table": {func(tx kv.Tx) error { return tx.Put(key("ghost", "1"), nil) }, "not in the catalogue"},
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			r := open(t, users())
			r.put(user{ID: "1", Mail: "a", Tags: []string{"x"}}, user{ID: "2", Mail: "b"})
			if _, err := r.db.Verify(t.Context()); err != nil {
				t.Fatalf("before the damage: %v", err)
			}
			r.do(func(tx store.Tx) error { return c.damage(tx) })
			if _, err := r.db.Verify(t.Context()); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestWatchTellsRowsOnly(t *testing.T) {
	t.Parallel()
	other := spec()
	other.Name = "other"
	r := open(t, users(), store.NewTable[user](other))
	r.do(func(tx store.Tx) error {
		return store.NewTable[user](other).Put(tx, &user{ID: "9", Mail: "z"})
	})
	r.put(user{ID: "1", Mail: "a", Tags: []string{"x"}}, user{ID: "2", Mail: "b"})
	r.do(func(tx store.Tx) error { return users().Delete(tx, store.Text("1")) })
	var got []string
	for changes, err := range r.db.Watch(t.Context(), 0, "user") {
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range changes {
			id, err := store.KeyText(c.Key, 1)
			if err != nil {
				t.Fatal(err)
			}
			value := c.Value
			if value == nil {
				value = c.Old
			}
			row, err := users().Decode(value)
			if err != nil || row.ID != id[0] {
				t.Error(row, err)
			}
			got = append(got, fmt.Sprintf("%d %s %t", c.Rev, id[0], c.Value == nil))
		}
		if changes[0].Rev == 3 {
			break
		}
	}
	equal(t, got, "2 1 false", "2 2 false", "3 1 true")
}

func TestNewRefusesTwoTablesOfOneName(t *testing.T) {
	t.Parallel()
	if _, err := store.New(bolttest.Engine(t), users(), users()); err == nil {
		t.Error("no error")
	}
	s := spec()
	s.Schema = 3
	s.Migrations = []store.Migration{{From: 1}}
	defer func() {
		if recover() == nil {
			t.Error("a gap in the migrations is accepted")
		}
	}()
	store.NewTable[user](s)
}
