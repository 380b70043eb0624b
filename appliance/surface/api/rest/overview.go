package rest

import (
	"context"
	"net/http"
	"strings"

	"github.com/switchkeep/switchkeep/appliance/platform/search"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
	"github.com/switchkeep/switchkeep/appliance/surface/backup"
	"github.com/switchkeep/switchkeep/appliance/surface/doctor"
)

// Overview is the first page: what the caller may see of each kind, and the appliance's own health
// for those who look after it.
type Overview struct {
	Counts map[string]int   `json:"counts" doc:"accounts, users, pbxs, pbxs_connected, pbxs_awaiting, visits: those that the caller may view"`
	Health []doctor.Finding `json:"health" nullable:"false"`
}

// SearchItem is a hit of the palette.
type SearchItem struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	Sub   string `json:"sub"`
	Href  string `json:"href"`
}

// SearchGroup are hits of one kind.
type SearchGroup struct {
	Kind  string       `json:"kind" enum:"account,user,pbx"`
	Items []SearchItem `json:"items" nullable:"false"`
}

// SearchResult is what the palette shows.
type SearchResult struct {
	Groups []SearchGroup `json:"groups" nullable:"false"`
}

type searchIn struct {
	Q string `query:"q" maxLength:"100"`
}

const searchHits = 8

func (h *handlers) overview(r *route.Registry) {
	self := func(path, id, summary string, kind route.Kind) route.Entry {
		return route.Entry{Method: http.MethodGet, Path: path, ID: id, Summary: summary, Tag: "system", Need: route.Self, Kind: kind}
	}
	system := func(method, path, id, summary string, need route.Need, kind route.Kind) route.Entry {
		return route.Entry{Method: method, Path: path, ID: id, Summary: summary, Tag: "system", Need: need, Kind: kind}
	}
	route.Add(r, self("/overview", "overview", "Counts and health", route.Object), h.overviewGet)
	route.Add(r, self("/search", "search", "Accounts, people and PBXs by any word", route.Object), h.searchGet)
	route.Add(r, system(http.MethodGet, "/system/doctor", "doctor", "Look at ports, names, clock, disk, certificates, backup and mail", "system.view", route.Object), h.doctorGet)
	route.Add(r, system(http.MethodGet, "/system/backups", "backup_list", "Backups on this host", "system.view", route.List), h.backupList)
	route.Add(r, system(http.MethodPost, "/system/backups", "backup_add", "Make a backup", "system.backup", route.Change), h.backupAdd)
}

// scopeOf is the caller's scope for one action; empty where he has not got it.
func (h *handlers) scopeOf(ctx context.Context, c *route.Call, act route.Action) (route.Scope, error) {
	var s route.Scope
	err := h.view(ctx, func(r store.Reader) (err error) {
		s, err = c.ScopeOf(r, act)
		return err
	})
	return s, err
}

func (h *handlers) overviewGet(ctx context.Context, c *route.Call, _ *struct{}) (Overview, error) {
	out := Overview{Counts: map[string]int{}, Health: []doctor.Finding{}}
	accounts, err := h.scopeOf(ctx, c, "account.view")
	if err != nil {
		return Overview{}, err
	}
	out.Counts["accounts"] = accounts.Nums().Len()
	users, err := h.people(ctx, c, func(UserRow) bool { return true })
	if err != nil {
		return Overview{}, err
	}
	out.Counts["users"], out.Counts["pbxs"], out.Counts["pbxs_connected"] = len(users), 0, 0
	pbxs, err := h.scopeOf(ctx, c, "pbx.view")
	if err != nil {
		return Overview{}, err
	}
	if err = h.PBXIndex.loaded(); err != nil {
		return Overview{}, err
	}
	states, err := h.PBXIndex.ix.Counts(search.Query{Allowed: pbxs.Nums()}, "state")
	if err != nil {
		return Overview{}, err
	}
	for state, n := range states {
		out.Counts["pbxs"] += n
		out.Counts["pbxs_"+state] = n
	}
	visits, err := h.scopeOf(ctx, c, "visit.view")
	if err != nil {
		return Overview{}, err
	}
	out.Counts["visits"] = len(h.Visits.List(visits.Has))
	system, err := h.scopeOf(ctx, c, "system.view")
	if err == nil && system.Has("") {
		out.Health = h.Health(ctx)
	}
	return out, err
}

// people are the members that the caller may view and that match.
func (h *handlers) people(ctx context.Context, c *route.Call, match func(UserRow) bool) ([]UserRow, error) {
	scope, err := h.scopeOf(ctx, c, "user.view")
	if err != nil {
		return nil, err
	}
	var out []UserRow
	err = h.view(ctx, func(r store.Reader) error {
		out = nil
		for m, err := range h.Identity.AllMembers(r) {
			if err != nil {
				return err
			}
			if scope.Has(m.Account) {
				if row := h.userRow(c, &m); match(row) {
					out = append(out, row)
				}
			}
		}
		return nil
	})
	return out, err
}

func (h *handlers) searchGet(ctx context.Context, c *route.Call, in *searchIn) (SearchResult, error) {
	out := SearchResult{Groups: []SearchGroup{}}
	if strings.TrimSpace(in.Q) == "" {
		return out, nil
	}
	for _, find := range []func(context.Context, *route.Call, string) (SearchGroup, error){h.findAccounts, h.findPeople, h.findPBXs} {
		g, err := find(ctx, c, in.Q)
		if err != nil {
			return SearchResult{}, err
		}
		if len(g.Items) > 0 {
			out.Groups = append(out.Groups, g)
		}
	}
	return out, nil
}

func (h *handlers) findAccounts(ctx context.Context, c *route.Call, q string) (SearchGroup, error) {
	g := SearchGroup{Kind: "account"}
	scope, err := h.scopeOf(ctx, c, "account.view")
	if err != nil {
		return g, err
	}
	list := ListIn{Q: q, Limit: searchHits}
	ids := h.idsIn(scope, h.root())
	var rows []AccountRow
	for _, id := range ids {
		if n, ok := h.tree().Node(id); ok {
			rows = append(rows, h.accountRow(c.Who.Account, &n))
		}
	}
	found, err := accountColumns().page(&list, rows)
	for _, r := range found.Items {
		g.Items = append(g.Items, SearchItem{r.ID, r.Name, r.Realm, "/accounts/" + r.ID})
	}
	return g, err
}

func (h *handlers) findPeople(ctx context.Context, c *route.Call, q string) (SearchGroup, error) {
	g := SearchGroup{Kind: "user"}
	rows, err := h.people(ctx, c, func(r UserRow) bool { return hasWords([]string{r.Email, r.First, r.Last}, q) })
	for _, r := range rows[:min(len(rows), searchHits)] {
		label := strings.TrimSpace(r.First + " " + r.Last)
		if label == "" {
			label = r.Email
		}
		g.Items = append(g.Items, SearchItem{r.ID, label, r.Email + " · " + r.Account.Name, "/users?filter[account]=" + r.Account.ID + "&q=" + r.Email})
	}
	return g, err
}

func (h *handlers) findPBXs(ctx context.Context, c *route.Call, q string) (SearchGroup, error) {
	g := SearchGroup{Kind: "pbx"}
	scope, err := h.scopeOf(ctx, c, "pbx.view")
	if err != nil {
		return g, err
	}
	found, err := h.PBXIndex.query(ctx, search.Query{Allowed: scope.Nums(), Text: q, Sort: []search.Order{{Column: "name"}}, Limit: searchHits})
	if err != nil {
		return g, err
	}
	rows, err := h.pbxRows(ctx, found.IDs)
	for _, r := range rows {
		g.Items = append(g.Items, SearchItem{r.ID, r.Name, r.Serial + " · " + r.Account.Name, "/pbxs/" + r.ID})
	}
	return g, err
}

// Doctor is the report of the appliance about itself.
type Doctor struct {
	Worst    doctor.Level     `json:"worst"`
	Findings []doctor.Finding `json:"findings" nullable:"false"`
}

func (h *handlers) doctorGet(ctx context.Context, c *route.Call, _ *struct{}) (Doctor, error) {
	if err := h.view(ctx, func(r store.Reader) error { return h.allowRoot(c, r) }); err != nil {
		return Doctor{}, err
	}
	f := h.Doctor(ctx)
	if f == nil {
		f = []doctor.Finding{}
	}
	return Doctor{doctor.Worst(f), f}, nil
}

// Backup is an archive on this host.
type Backup struct {
	ID string `json:"id"`
	backup.Info
}

func (h *handlers) backupList(ctx context.Context, c *route.Call, in *ListIn) (List[Backup], error) {
	if err := h.view(ctx, func(r store.Reader) error { return h.allowRoot(c, r) }); err != nil {
		return List[Backup]{}, err
	}
	all, err := h.Backups.List()
	if err != nil {
		return List[Backup]{}, err
	}
	rows := make([]Backup, len(all))
	for i := range all {
		rows[i] = Backup{all[i].Name, all[i]}
	}
	return short[Backup]{
		id:   func(r *Backup) string { return r.ID },
		text: func(r *Backup) []string { return []string{r.Name, r.Kind} },
		columns: map[string]func(*Backup) string{
			"made": func(r *Backup) string { return r.Made.UTC().Format("20060102150405.000000000") }, "name": func(r *Backup) string { return r.Name },
		},
		sort: "-made",
	}.page(in, rows)
}

func (h *handlers) backupAdd(ctx context.Context, c *route.Call, _ *struct{}) (Backup, error) {
	if err := h.view(ctx, func(r store.Reader) error { return h.allowRoot(c, r) }); err != nil {
		return Backup{}, err
	}
	// A client that goes away must not leave half an archive.
	info, err := h.Backups.Create(context.WithoutCancel(ctx), c.By, backup.Options{})
	return Backup{info.Name, info}, err
}
