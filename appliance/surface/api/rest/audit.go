package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
)

// Person is a user as the operation log shows him.
type Person struct {
	ID    string `json:"id"`
	Label string `json:"label"`
}

// Thing is what was done something to.
type Thing struct {
	Kind  string `json:"kind"`
	ID    string `json:"id"`
	Label string `json:"label"`
}

// AuditRow is a line of the operation log.
type AuditRow struct {
	ID        string            `json:"id"`
	At        time.Time         `json:"at"`
	User      Person            `json:"user"`
	Subject   *Person           `json:"subject,omitempty" doc:"log in as: whose rights were used"`
	Action    string            `json:"action"`
	Object    Thing             `json:"object"`
	Account   Named             `json:"account"`
	IP        string            `json:"ip"`
	UserAgent string            `json:"user_agent"`
	Request   string            `json:"request"`
	Reason    string            `json:"reason"`
	Result    string            `json:"result" enum:"ok,refused,failed"`
	Code      string            `json:"code"`
	Detail    map[string]string `json:"detail,omitempty"`
	Sealed    bool              `json:"sealed" doc:"part of the signed tree already"`
}

func (h *handlers) audit(r *route.Registry) {
	route.Add(r, route.Entry{Method: http.MethodGet, Path: "/audit", ID: "audit_list", Summary: "Operation log", Tag: "audit", Need: "audit.view", Kind: route.List}, h.auditList)
	r.Handle(route.Entry{
		Method: http.MethodGet, Path: "/audit/export", ID: "audit_export", Summary: "Operation log as xlsx, csv or json (format=)", Tag: "audit",
		Need: "audit.export", Kind: route.Stream,
	}, http.HandlerFunc(h.auditExport))
}

func (h *handlers) auditFilter(ctx context.Context, c *route.Call, in *ListIn) (audit.Filter, error) {
	if err := in.known("account", "user", "action", "result", "object_kind", "object_id", "from", "to"); err != nil {
		return audit.Filter{}, err
	}
	from, err1 := in.instant("from")
	to, err2 := in.instant("to")
	after, err3 := in.after()
	if err := fault.Join(err1, err2, err3); err != nil {
		return audit.Filter{}, err
	}
	has, err := h.scope(ctx, c, in)
	if err != nil {
		return audit.Filter{}, err
	}
	_, desc := in.order("-at")
	return audit.Filter{
		Accounts: has, User: in.Filter["user"], Action: in.Filter["action"], Result: in.Filter["result"],
		ObjectKind: in.Filter["object_kind"], ObjectID: in.Filter["object_id"], Text: in.Q, From: from, To: to,
		After: store.Cursor(after), Limit: limit(in), Desc: desc,
	}, nil
}

func (h *handlers) auditList(ctx context.Context, c *route.Call, in *ListIn) (List[AuditRow], error) {
	f, err := h.auditFilter(ctx, c, in)
	if err != nil {
		return List[AuditRow]{}, err
	}
	rows, next, err := h.Audit.Query(ctx, f)
	if err != nil {
		return List[AuditRow]{}, err
	}
	items := make([]AuditRow, len(rows))
	for i := range rows {
		items[i] = h.auditShow(&rows[i])
	}
	return page(items, string(next), -1), nil
}

func (h *handlers) auditShow(r *audit.Row) AuditRow {
	out := AuditRow{
		ID: r.ID, At: r.At, User: Person{r.User, r.UserLabel}, Action: r.Action, Object: Thing{r.ObjectKind, r.ObjectID, r.ObjectLabel},
		Account: h.named(r.Account), IP: r.IP, UserAgent: r.UserAgent, Request: r.Request, Reason: r.Reason, Result: r.Result, Code: r.Code,
		Detail: r.Detail, Sealed: r.Leaf > 0,
	}
	if r.Subject != "" {
		out.Subject = &Person{r.Subject, r.SubjectLabel}
	}
	return out
}
