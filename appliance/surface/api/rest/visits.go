package rest

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/switchkeep/switchkeep/appliance/domain/identity"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/protocol/visit"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
)

// VisitRow is a live visit.
type VisitRow struct {
	ID            string    `json:"id"`
	PBX           Named     `json:"pbx"`
	Account       Named     `json:"account"`
	User          Person    `json:"user"`
	Reason        string    `json:"reason"`
	IP            string    `json:"ip"`
	Mode          string    `json:"mode" enum:"host,port"`
	Open          bool      `json:"open" doc:"the browser has arrived"`
	CreatedAt     time.Time `json:"created_at"`
	LastActivity  time.Time `json:"last_activity"`
	IdleEnds      time.Time `json:"idle_ends"`
	BytesIn       uint64    `json:"bytes_in"`
	BytesOut      uint64    `json:"bytes_out"`
	Requests      uint64    `json:"requests"`
	ActiveStreams int       `json:"active_streams"`
	Own           bool      `json:"own"`
}

// VisitLaunched is where the browser goes, once.
type VisitLaunched struct {
	ID      string    `json:"id"`
	URL     string    `json:"url"`
	Mode    string    `json:"mode" enum:"host,port"`
	Expires time.Time `json:"expires"`
}

// VisitProbe is what the browser fetches to learn whether it reaches the visit zone.
type VisitProbe struct {
	ProbeURL string `json:"probe_url" doc:"empty where there is no zone: visits get a port of their own"`
}

type visitIn struct {
	PathID
	Body struct {
		Reason  string `json:"reason,omitempty" maxLength:"500"`
		ProbeOK bool   `json:"probe_ok,omitempty"`
	}
}

func (h *handlers) visits(r *route.Registry) {
	route.Add(r, route.Entry{
		Method: http.MethodPost, Path: "/pbxs/{id}/visits", ID: "visit_launch", Summary: "Visit the web portal of a PBX", Tag: "pbx",
		Need: "pbx.visit", Kind: route.Change, Cap: 8 << 10, Plain: true,
	}, h.visitLaunch)
	route.Add(r, route.Entry{Method: http.MethodGet, Path: "/visits", ID: "visit_list", Summary: "Live visits", Tag: "visit", Need: "visit.view", Kind: route.List}, h.visitList)
	route.Add(r, route.Entry{Method: http.MethodDelete, Path: "/visits/{id}", ID: "visit_end", Summary: "End a visit", Tag: "visit", Need: "visit.end", Kind: route.Change}, h.visitEnd)
	route.Add(r, route.Entry{Method: http.MethodGet, Path: "/visits/probe", ID: "visit_probe", Summary: "Where to look for the visit zone", Tag: "visit", Need: route.Self, Kind: route.Object, Quiet: true}, h.visitProbe)
}

func console(c *route.Call) string { return "https://" + c.HTTP.Host }

func (h *handlers) visitLaunch(ctx context.Context, c *route.Call, in *visitIn) (VisitLaunched, error) {
	if _, err := h.pbxRow(ctx, c, in.ID); err != nil {
		return VisitLaunched{}, err
	}
	v, err := h.Visits.Launch(ctx, c.By, visit.Request{
		PBX: in.ID, Reason: strings.TrimSpace(in.Body.Reason), ProbeOK: in.Body.ProbeOK, Console: console(c), Check: c.Checker(standing),
	})
	return VisitLaunched{v.ID, v.URL, v.Mode, v.Expires}, err
}

// standing is the caller with the role that he has in his membership now.
func standing(r store.Reader, who route.Who) (route.Who, error) {
	m, err := identity.Memberships().Get(r, store.Text(who.Membership))
	if errors.Is(err, store.ErrNotFound) {
		return who, fault.New(fault.KindDenied, "member_gone", "the person is no member any more")
	}
	who.Role = m.Role
	return who, err
}

func (h *handlers) visitList(ctx context.Context, c *route.Call, in *ListIn) (List[VisitRow], error) {
	if err := in.known("account", "pbx", "user"); err != nil {
		return List[VisitRow]{}, err
	}
	see, err := h.scope(ctx, c, in)
	if err != nil {
		return List[VisitRow]{}, err
	}
	var rows []VisitRow
	for _, v := range h.Visits.List(see) {
		if one(in.any("pbx"), v.PBX) && one(in.any("user"), v.User) {
			rows = append(rows, VisitRow{
				v.ID,
				Named{v.PBX, v.PBXLabel},
				h.named(v.Account),
				Person{v.User, v.UserLabel},
				v.Reason, v.IP, v.Mode, v.Open, v.CreatedAt,
				v.LastActivity, v.LastActivity.Add(visit.Idle), v.BytesIn, v.BytesOut, v.Requests, v.ActiveStreams, v.User == c.Who.User,
			})
		}
	}
	return short[VisitRow]{
		id:   func(r *VisitRow) string { return r.ID },
		text: func(r *VisitRow) []string { return []string{r.PBX.Name, r.Account.Name, r.User.Label, r.Reason, r.IP} },
		columns: map[string]func(*VisitRow) string{
			"created_at": func(r *VisitRow) string { return r.ID }, "pbx": func(r *VisitRow) string { return fold(r.PBX.Name) },
			"user": func(r *VisitRow) string { return fold(r.User.Label) }, "account": func(r *VisitRow) string { return fold(r.Account.Name) },
			"last_activity": func(r *VisitRow) string { return r.LastActivity.UTC().Format(time.RFC3339Nano) },
		},
		sort: "-created_at",
	}.page(in, rows)
}

func (h *handlers) visitEnd(ctx context.Context, c *route.Call, in *PathID) (route.None, error) {
	c.Object = in.ID
	err := h.Visits.End(ctx, c.By, in.ID, c.Allow)
	return route.None{}, err
}

func (h *handlers) visitProbe(_ context.Context, c *route.Call, _ *struct{}) (VisitProbe, error) {
	return VisitProbe{h.Visits.ProbeURL(console(c))}, nil
}
