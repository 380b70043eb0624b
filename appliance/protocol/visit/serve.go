package visit

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"
)

const (
	ownPath    = "/__sk/"
	launchPath = ownPath + "launch"
	openPath   = ownPath + "session"
	probePath  = ownPath + "probe"
	queueFor   = 15 * time.Second // for one of the visit's streams
)

// Handler serves the visit zone: every request goes by its own Host.
func (v *Visits) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := strings.ToLower(strings.TrimSuffix(r.Host, ":443"))
		name := host
		if h, _, err := net.SplitHostPort(host); err == nil {
			name = h
		}
		label, zone, _ := strings.Cut(name, ".")
		if zone != localZone && (zone == "" || zone != strings.ToLower(v.cfg.Zone())) {
			v.pages.write(w, r, pageForeign)
			return
		}
		if label == "probe" {
			v.probe(w, r)
			return
		}
		id, ok := strings.CutPrefix(label, "v-")
		if !ok {
			v.pages.write(w, r, pageForeign)
			return
		}
		v.mu.Lock()
		vis := v.live[id]
		v.mu.Unlock()
		switch {
		case vis == nil:
			w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
			v.pages.write(w, r, pageEnded)
		case vis.host != host || vis.row.Mode != ModeHost:
			v.pages.write(w, r, pageForeign)
		default:
			v.serve(w, r, vis)
		}
	})
}

// Server is an http.Server for the visit zone's listener with the limits that fit it.
func (v *Visits) Server() *http.Server { return v.server(v.Handler()) }

func (v *Visits) server(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(v.log.Handler(), slog.LevelDebug),
		HTTP2:    &http.HTTP2Config{MaxConcurrentStreams: 2 * MaxStreams},
	}
}

// probe answers the console's question whether the browser resolves and trusts the visit zone.
func (v *Visits) probe(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Origin")
	origin := r.Header.Get("Origin")
	name := strings.TrimPrefix(origin, "https://")
	if p, _, err := net.SplitHostPort(name); err == nil {
		name = p
	}
	if r.URL.Path != probePath || name == origin || !v.cfg.IsConsole(strings.Trim(name, "[]")) {
		v.pages.write(w, r, pageForeign)
		return
	}
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Private-Network") == "true" {
		h.Set("Access-Control-Allow-Private-Network", "true")
	}
	w.WriteHeader(http.StatusNoContent)
}

func (v *Visits) serve(w http.ResponseWriter, r *http.Request, vis *visit) {
	now := v.cfg.Clock.Now()
	if reason := vis.due(now); reason != "" {
		v.system(vis, reason)
		v.pages.write(w, r, pageEnded)
		return
	}
	if strings.HasPrefix(r.URL.Path, ownPath) {
		v.own(w, r, vis)
		return
	}
	if bad := vis.gate(r); bad != "" {
		v.pages.write(w, r, bad)
		return
	}
	if !v.touch(vis, now) {
		v.pages.write(w, r, pageEnded)
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(vis.ctx, cancel)()
	if !v.slotFor(ctx, vis) {
		v.pages.write(w, r, pageBusy)
		return
	}
	defer func() { <-vis.slots }()
	vis.requests.Add(1)
	vis.streams.Add(1)
	defer vis.streams.Add(-1)
	r = r.WithContext(ctx)
	r.Body = &countedBody{ReadCloser: http.MaxBytesReader(w, r.Body, MaxBody), n: &vis.bytesIn}
	vis.proxy.ServeHTTP(&writer{ResponseWriter: w, v: v, vis: vis}, r)
}

// slotFor waits a while for one of the visit's streams.
func (v *Visits) slotFor(ctx context.Context, vis *visit) bool {
	select {
	case vis.slots <- struct{}{}:
		return true
	default:
	}
	t := v.cfg.Clock.NewTimer(queueFor)
	defer t.Stop()
	select {
	case vis.slots <- struct{}{}:
		return true
	case <-ctx.Done():
	case <-t.C():
	}
	return false
}

// touch notes activity; false when the console session is gone, which ends the visit.
func (v *Visits) touch(vis *visit, now time.Time) bool {
	if !vis.active(now) {
		return true
	}
	alive, err := v.cfg.Touch(vis.ctx, vis.row.Session)
	if err != nil {
		if vis.ctx.Err() == nil {
			v.log.WarnContext(vis.ctx, "console session not touched", slog.String("visit", vis.id), slog.Any("error", err))
		}
		return vis.ctx.Err() == nil
	}
	if !alive {
		v.system(vis, ReasonSession)
	}
	return alive
}

// gate tells what is wrong with a request to the portal, or nothing.
func (vis *visit) gate(r *http.Request) page {
	h := r.Header
	if strings.EqualFold(h.Get("Service-Worker"), "script") || h.Get("Sec-Fetch-Dest") == "serviceworker" {
		return pageWorker
	}
	upgrade := h.Get("Upgrade") != ""
	if upgrade && !strings.EqualFold(h.Get("Upgrade"), "websocket") {
		return pageRefused
	}
	switch o := h.Get("Origin"); {
	case o != "" && o != vis.origin, o == "" && upgrade:
		return pageRefused
	}
	switch h.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
	default: // a link somewhere may lead here; no part of another page may. Another visit is same-site.
		if r.Method != http.MethodGet || h.Get("Sec-Fetch-Mode") != "navigate" || h.Get("Sec-Fetch-Dest") != "document" {
			return pageRefused
		}
	}
	return vis.known(r)
}

// known tells whether the request comes from the browser that opened the visit.
func (vis *visit) known(r *http.Request) page {
	vis.mu.Lock()
	open, want := !vis.opened.IsZero(), vis.secret
	vis.mu.Unlock()
	got := r.CookiesNamed(vis.cookie)
	if !open || len(got) != 1 {
		return pageLaunch
	}
	sum := sha256.Sum256([]byte(got[0].Value))
	if subtle.ConstantTimeCompare(sum[:], want[:]) != 1 {
		return pageLaunch
	}
	if sha256.Sum256([]byte(r.UserAgent())) != vis.agent || !vis.bind(r.RemoteAddr) {
		return pageMoved
	}
	return ""
}

// failed answers what the portal could not.
func (v *Visits) failed(w http.ResponseWriter, r *http.Request, vis *visit, err error) {
	switch {
	case vis.ctx.Err() != nil:
		v.pages.write(w, r, pageEnded)
		return
	case r.Context().Err() != nil: // nobody waits for an answer
		return
	case errors.Is(err, errPin):
		v.log.WarnContext(r.Context(), "portal shows another key", slog.String("visit", vis.id), slog.String("pbx", vis.row.PBX))
		v.system(vis, ReasonIdentity)
		v.pages.write(w, r, pageIdentity)
		return
	case !v.cfg.Dialer.Online(vis.row.PBX):
		v.system(vis, ReasonLink)
		v.pages.write(w, r, pageOffline)
		return
	}
	if _, big := errors.AsType[*http.MaxBytesError](err); big {
		v.pages.write(w, r, pageTooBig)
		return
	}
	v.log.InfoContext(r.Context(), "portal did not answer", slog.String("visit", vis.id), slog.Any("error", err))
	v.pages.write(w, r, pagePortal)
}
