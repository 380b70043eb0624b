package connector

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/switchkeep/switchkeep/appliance/protocol/link/wire"
)

//go:embed page
var pageFiles embed.FS

const (
	pageCookie   = "sk-connector"
	pageBody     = 16 << 10
	pageTries    = 10
	pageLock     = 5 * time.Minute
	pageCSP      = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
	pageTimeout  = 90 * time.Second
	pageShutdown = 2 * time.Second
)

// page is the connector's own page on loopback.
type page struct {
	c      *Connector
	ln     net.Listener
	srv    *http.Server
	token  string
	cookie string

	mu     sync.Mutex
	wrong  int
	locked time.Time
}

func newPage(ctx context.Context, c *Connector) (*page, error) {
	host, _, err := net.SplitHostPort(c.cfg.Page)
	if err != nil {
		return nil, fmt.Errorf("page address: %w", err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("page address %q: the page listens on loopback only", c.cfg.Page)
	}
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", c.cfg.Page)
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	p := &page{c: c, ln: ln, token: rand.Text(), cookie: rand.Text()}
	p.srv = &http.Server{
		Handler: p.handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: pageTimeout, MaxHeaderBytes: 16 << 10,
		BaseContext: func(net.Listener) context.Context { return ctx }, ErrorLog: slog.NewLogLogger(c.log.Handler(), slog.LevelDebug),
	}
	url := "http://" + ln.Addr().String() + "/#t=" + p.token
	if err := c.cfg.Folder.write("page.json", map[string]string{"url": url}); err != nil {
		_ = ln.Close()
		return nil, err
	}
	if c.cfg.Said != nil {
		c.cfg.Said(url)
	}
	return p, nil
}

func (p *page) serve() {
	if err := p.srv.Serve(p.ln); err != nil && !errors.Is(err, http.ErrServerClosed) {
		p.c.log.Error("page ended", slog.Any("error", err))
	}
}

func (p *page) close() {
	ctx, cancel := context.WithTimeout(context.Background(), pageShutdown)
	defer cancel()
	_ = p.srv.Shutdown(ctx)
	_ = p.srv.Close()
}

func (p *page) handler() http.Handler {
	m := http.NewServeMux()
	for path, file := range map[string]string{"/{$}": "index.html", "/app.js": "app.js", "/app.css": "app.css"} {
		m.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, pageFiles, "page/"+file) })
	}
	m.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	m.HandleFunc("POST /api/session", p.open)
	m.HandleFunc("GET /api/status", p.inside(p.status))
	m.HandleFunc("POST /api/enroll", p.inside(p.enroll))
	return p.guard(m)
}

// guard refuses what does not come from the page itself: another Host is a rebound name, another Origin
// another page.
func (p *page) guard(next http.Handler) http.Handler {
	_, port, _ := net.SplitHostPort(p.ln.Addr().String())
	hosts := map[string]bool{p.ln.Addr().String(): true, "localhost:" + port: true}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", pageCSP)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if !hosts[r.Host] {
			http.Error(w, "wrong host", http.StatusMisdirectedRequest)
			return
		}
		api := strings.HasPrefix(r.URL.Path, "/api/")
		site := r.Header.Get("Sec-Fetch-Site")
		origin := r.Header.Get("Origin")
		if api && (site != "" && site != "same-origin" || origin != "" && origin != "http://"+r.Host) {
			http.Error(w, "wrong origin", http.StatusForbidden)
			return
		}
		if r.ContentLength > pageBody {
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, pageBody)
		next.ServeHTTP(w, r)
	})
}

func (p *page) inside(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ck, err := r.Cookie(pageCookie)
		if err != nil || subtle.ConstantTimeCompare([]byte(ck.Value), []byte(p.cookie)) != 1 {
			reply(w, http.StatusUnauthorized, map[string]any{"code": "token"})
			return
		}
		next(w, r)
	}
}

// open takes the token that the connector printed. Ten wrong ones lock the page for five minutes.
func (p *page) open(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Token string `json:"token"`
	}
	if !decode(w, r, &in) {
		return
	}
	now := p.c.cfg.Clock.Now()
	p.mu.Lock()
	left := p.locked.Sub(now)
	ok := left <= 0 && subtle.ConstantTimeCompare([]byte(strings.TrimSpace(in.Token)), []byte(p.token)) == 1
	switch {
	case ok:
		p.wrong = 0
	case left <= 0:
		if p.wrong++; p.wrong >= pageTries {
			p.wrong, p.locked, left = 0, now.Add(pageLock), pageLock
		}
	}
	p.mu.Unlock()
	switch {
	case ok:
		http.SetCookie(w, &http.Cookie{ //nolint:gosec // loopback has no TLS, so no Secure
			Name: pageCookie, Value: p.cookie, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode,
		})
		reply(w, http.StatusOK, map[string]any{"ok": true})
	case left > 0:
		reply(w, http.StatusLocked, map[string]any{"code": "locked", "retry_s": int(left.Seconds() + 0.999)})
	default:
		reply(w, http.StatusUnauthorized, map[string]any{"code": "token"})
	}
}

func (p *page) status(w http.ResponseWriter, _ *http.Request) {
	st, err := p.c.cfg.Folder.Load()
	if err != nil {
		reply(w, http.StatusInternalServerError, map[string]any{"code": "state", "message": err.Error()})
		return
	}
	email := ""
	if st.Pending != nil {
		email = st.Pending.Email
	}
	reply(w, http.StatusOK, map[string]any{
		"status": p.c.Status(), "enrolled": st.Enrolled(), "pending": st.Pending != nil, "email": email,
		"device": st.Device, "portal": st.Portal.URL, "now": p.c.cfg.Clock.Now(), "version": p.c.cfg.Version,
	})
}

type pageForm struct {
	ServerType string `json:"server_type"` // "custom"
	Server     string `json:"server"`
	Method     string `json:"method"` // "email" or "code"
	Email      string `json:"email"`
	Password   string `json:"password"`
	Code       string `json:"code"`
	AuthCode   string `json:"auth_code"`
	Known      string `json:"known"` // a pin, or the typed characters of a fingerprint
	Account    string `json:"account"`
	Name       string `json:"name"`
	Portal     string `json:"portal"`
	Serial     string `json:"serial"`
	Model      string `json:"model"`
	Firmware   string `json:"firmware"`
}

func (p *page) enroll(w http.ResponseWriter, r *http.Request) {
	var in pageForm
	if !decode(w, r, &in) {
		return
	}
	q := Enrollment{
		Server: in.Server, Account: in.Account, Name: in.Name, Portal: in.Portal,
		Device: Device{Serial: in.Serial, Model: in.Model, Firmware: in.Firmware}, Trust: Known(in.Known),
	}
	if in.Method == "code" {
		q.AuthCode = in.AuthCode
	} else {
		q.Email, q.Password, q.Code = in.Email, in.Password, in.Code
	}
	res, err := p.c.enroll.Enroll(r.Context(), q)
	var refused *RefusedError
	var choose *ChooseError
	switch {
	case err == nil && res.Waits:
		reply(w, http.StatusOK, map[string]any{"state": "awaiting", "message": wire.WaitMessage})
	case err == nil:
		reply(w, http.StatusOK, map[string]any{"state": "enrolled"})
	case errors.As(err, &choose):
		reply(w, http.StatusConflict, map[string]any{"code": "choose", "accounts": choose.Accounts})
	case errors.As(err, &refused):
		reply(w, http.StatusConflict, map[string]any{
			"code": refused.Answer.Code, "message": refused.Error(), "details": refused.Answer.Details, "retry_s": refused.Answer.RetrySeconds,
		})
	case errors.Is(err, ErrServer):
		reply(w, http.StatusConflict, map[string]any{"code": "server", "message": err.Error()})
	default:
		reply(w, http.StatusConflict, map[string]any{"code": "failed", "message": err.Error()})
	}
}

// Known reads what a person knows of the server: a pin, typed characters, or nothing.
func Known(s string) Trust {
	s = strings.TrimSpace(s)
	switch {
	case s == "":
		return Trust{}
	case strings.HasPrefix(s, "sha256/"):
		return Trust{Pin: s}
	default:
		return Trust{Typed: s}
	}
}

func decode(w http.ResponseWriter, r *http.Request, into any) bool {
	b, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(b, into)
	}
	if err != nil {
		reply(w, http.StatusBadRequest, map[string]any{"code": "malformed"})
	}
	return err == nil
}

func reply(w http.ResponseWriter, code int, v map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v)
}
