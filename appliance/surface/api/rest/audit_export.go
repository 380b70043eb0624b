package rest

import (
	"context"
	"iter"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/export"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/surface/api/problem"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
)

// auditExport streams what the list would show. An export that fails in the middle is cut off, so that
// the client sees a broken download and not a short log.
func (h *handlers) auditExport(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	c := route.From(ctx)
	in := listOf(r.URL.Query())
	f, filter, err := h.exportPlan(ctx, c, r.URL.Query().Get("format"), &in)
	if err != nil {
		p, _ := problem.From(c.Fail(err))
		problem.Write(w, p)
		return
	}
	now := h.Clock.Now()
	_ = http.NewResponseController(w).SetWriteDeadline(time.Time{})
	w.Header().Set("Content-Type", f.ContentType())
	w.Header().Set("Content-Disposition", `attachment; filename="`+f.FileName("operation-log", now)+`"`)
	o := export.Options{Columns: auditColumns(), Sheet: "Operation log"}
	if n, err := export.Write(ctx, w, f, o, h.auditRows(ctx, filter)); err != nil {
		h.Log.ErrorContext(ctx, "export cut off", slog.String("request", c.By.Request), slog.Int("rows", n), slog.Any("err", err))
		panic(http.ErrAbortHandler)
	}
}

func (h *handlers) exportPlan(ctx context.Context, c *route.Call, format string, in *ListIn) (export.Format, audit.Filter, error) {
	f, err1 := export.ParseFormat(format)
	filter, err2 := h.auditFilter(ctx, c, in)
	if err := fault.Join(err1, err2); err != nil {
		return "", audit.Filter{}, err
	}
	err := h.Audit.Append(ctx, c.By, audit.Entry{
		Account: c.Who.Account, Action: "audit.export", ObjectKind: "audit", Detail: map[string]string{"format": string(f), "q": in.Q},
	})
	return f, filter, err
}

// listOf reads the parameters of a list on a route that huma does not serve.
func listOf(q url.Values) ListIn {
	in := ListIn{Q: q.Get("q"), Sort: q.Get("sort"), Filter: map[string]string{}}
	for k := range q {
		if name, ok := strings.CutPrefix(k, "filter["); ok {
			in.Filter[strings.TrimSuffix(name, "]")] = q.Get(k)
		}
	}
	return in
}

func auditColumns() []export.Column {
	return []export.Column{
		{Key: "at", Title: "Time"},
		{Key: "user", Title: "User"},
		{Key: "subject", Title: "On behalf of"},
		{Key: "action", Title: "Action"},
		{Key: "object_kind", Title: "Object"},
		{Key: "object", Title: "Name"},
		{Key: "object_id", Title: "Object id"},
		{Key: "account", Title: "Account"},
		{Key: "ip", Title: "Address"},
		{Key: "result", Title: "Result"},
		{Key: "code", Title: "Code"},
		{Key: "reason", Title: "Reason"},
		{Key: "detail", Title: "Detail"},
		{Key: "request", Title: "Request"},
	}
}

func (h *handlers) auditRows(ctx context.Context, f audit.Filter) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for r, err := range h.Audit.All(ctx, f) {
			if err != nil {
				yield(nil, err)
				return
			}
			cells := []any{
				r.At, r.UserLabel, r.SubjectLabel, r.Action, r.ObjectKind, r.ObjectLabel, r.ObjectID, h.named(r.Account).Name, r.IP,
				r.Result, r.Code, r.Reason, details(r.Detail), r.Request,
			}
			if !yield(cells, nil) {
				return
			}
		}
	}
}

func details(d map[string]string) string {
	lines := make([]string, 0, len(d))
	for k, v := range d {
		lines = append(lines, k+"="+v)
	}
	slices.Sort(lines)
	return strings.Join(lines, "; ")
}
