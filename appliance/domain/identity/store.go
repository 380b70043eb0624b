package identity

import "github.com/switchkeep/switchkeep/appliance/platform/store"

// Tables are this room's tables for the catalogue.
func Tables() []store.Registered {
	return []store.Registered{Users(), Memberships(), sessions(), secrets(), tokens(), tickets(), tries()}
}

// Users is the table of people; others read it only.
func Users() *store.Table[User, *User] {
	return store.NewTable(store.Spec[User]{
		Name: "user", Schema: 1,
		Key: func(u *User) []store.Part { return []store.Part{store.Text(u.ID)} },
		Unique: []store.Index[User]{{Name: "email", Keys: func(u *User) [][]store.Part {
			return [][]store.Part{{store.Text(u.EmailKey)}}
		}}},
	})
}

// Memberships is the table of memberships; others read it only.
func Memberships() *store.Table[Membership, *Membership] {
	return store.NewTable(store.Spec[Membership]{
		Name: "membership", Schema: 1,
		Key: func(m *Membership) []store.Part { return []store.Part{store.Text(m.ID)} },
		Unique: []store.Index[Membership]{{Name: "pair", Keys: func(m *Membership) [][]store.Part {
			return [][]store.Part{{store.Text(m.User), store.Text(m.Account)}}
		}}},
		Lookup: []store.Index[Membership]{
			{Name: "user", Keys: func(m *Membership) [][]store.Part { return [][]store.Part{{store.Text(m.User)}} }},
			{Name: "account", Keys: func(m *Membership) [][]store.Part { return [][]store.Part{{store.Text(m.Account)}} }},
		},
	})
}

func sessions() *store.Table[Session, *Session] {
	return store.NewTable(store.Spec[Session]{
		Name: "session", Schema: 1,
		Key: func(s *Session) []store.Part { return []store.Part{store.Text(s.ID)} },
		Unique: []store.Index[Session]{{Name: "token", Keys: func(s *Session) [][]store.Part {
			return [][]store.Part{{store.Text(s.Hash)}}
		}}},
		Lookup: []store.Index[Session]{
			{Name: "user", Keys: func(s *Session) [][]store.Part { return [][]store.Part{{store.Text(s.User)}} }},
			{Name: "account", Keys: func(s *Session) [][]store.Part { return [][]store.Part{{store.Text(s.Account)}} }},
			{Name: "ends", Keys: func(s *Session) [][]store.Part { return [][]store.Part{{store.Time(s.EndsAt)}} }},
		},
	})
}

func secrets() *store.Table[secretRow, *secretRow] {
	return store.NewTable(store.Spec[secretRow]{
		Name: "user_secret", Schema: 1,
		Key: func(s *secretRow) []store.Part { return []store.Part{store.Text(s.User)} },
	})
}

func tokens() *store.Table[tokenRow, *tokenRow] {
	return store.NewTable(store.Spec[tokenRow]{
		Name: "user_token", Schema: 1,
		Key: func(t *tokenRow) []store.Part { return []store.Part{store.Text(t.Hash)} },
		Lookup: []store.Index[tokenRow]{
			{Name: "user", Keys: func(t *tokenRow) [][]store.Part { return [][]store.Part{{store.Text(t.User)}} }},
			{Name: "ends", Keys: func(t *tokenRow) [][]store.Part { return [][]store.Part{{store.Time(t.EndsAt)}} }},
			{Name: "open", Keys: func(t *tokenRow) [][]store.Part {
				if t.Replaced || !t.UsedAt.IsZero() {
					return nil
				}
				return [][]store.Part{{}}
			}},
		},
	})
}

func tickets() *store.Table[ticketRow, *ticketRow] {
	return store.NewTable(store.Spec[ticketRow]{
		Name: "signin_ticket", Schema: 1,
		Key: func(t *ticketRow) []store.Part { return []store.Part{store.Text(t.Hash)} },
		Lookup: []store.Index[ticketRow]{
			{Name: "user", Keys: func(t *ticketRow) [][]store.Part { return [][]store.Part{{store.Text(t.User)}} }},
			{Name: "ends", Keys: func(t *ticketRow) [][]store.Part { return [][]store.Part{{store.Time(t.EndsAt)}} }},
		},
	})
}

func tries() *store.Table[tryRow, *tryRow] {
	return store.NewTable(store.Spec[tryRow]{
		Name: "signin_try", Schema: 1,
		Key: func(t *tryRow) []store.Part { return []store.Part{store.Text(t.Key)} },
		Lookup: []store.Index[tryRow]{{Name: "ends", Keys: func(t *tryRow) [][]store.Part {
			return [][]store.Part{{store.Bool(t.LockedAt != 0), store.Int(t.ends())}}
		}}},
	})
}
