package visit

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// maxRefusals bounds the lines in the operation log that one visit's wrong tokens make.
const maxRefusals = 10

// own serves the reserved paths.
func (v *Visits) own(w http.ResponseWriter, r *http.Request, vis *visit) {
	switch {
	case r.URL.Path == launchPath && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		v.pages.launch(w, r)
	case r.URL.Path == openPath && r.Method == http.MethodPost:
		v.open(w, r, vis)
	default:
		v.pages.write(w, r, pageNotFound)
	}
}

// open redeems a launch token.
func (v *Visits) open(w http.ResponseWriter, r *http.Request, vis *visit) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.Header.Get("Origin") != vis.origin || r.Header.Get("Sec-Fetch-Site") != "same-origin" || kind != "application/json" {
		v.refuse(w, r, vis, pageRefused)
		return
	}
	var in struct {
		Token string `json:"token"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10)).Decode(&in); err != nil || in.Token == "" {
		v.refuse(w, r, vis, pageToken)
		return
	}
	if sha256.Sum256([]byte(r.UserAgent())) != vis.agent || !vis.bind(r.RemoteAddr) {
		v.refuse(w, r, vis, pageMoved)
		return
	}
	if vis.row.Mode == ModePort { // cookies know no ports: the console's own must be that of the launch
		if s, ok := v.cfg.CookieSession(r); !ok || s != vis.row.Session {
			v.refuse(w, r, vis, pageMoved)
			return
		}
	}
	alive, err := v.cfg.Touch(r.Context(), vis.row.Session)
	if err == nil && !alive {
		v.system(vis, ReasonSession)
		v.pages.write(w, r, pageEnded)
		return
	}
	now := v.cfg.Clock.Now()
	if err == nil {
		err = v.redeem(r.Context(), vis, in.Token, now)
	}
	switch {
	case errors.Is(err, ErrToken):
		v.refuse(w, r, vis, pageToken)
	case err != nil:
		v.log.ErrorContext(r.Context(), "visit not opened", slog.String("visit", vis.id), slog.Any("error", err))
		v.pages.write(w, r, pagePortal)
	default:
		v.admit(w, vis, now)
	}
}

// redeem deletes the token and opens the visit in one transaction. A token that belongs elsewhere
// is deleted too: it is in the wrong hands.
func (v *Visits) redeem(ctx context.Context, vis *visit, token string, now time.Time) error {
	refused := false
	_, err := v.cfg.DB.Update(ctx, func(_ context.Context, tx store.Tx) error {
		refused = true
		t, err := tokens().Get(tx, store.Text(hashToken(token)))
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if err = tokens().Delete(tx, store.Text(t.Hash)); err != nil {
			return err
		}
		if t.Visit != vis.id || now.After(t.Expires) || v.lost(tx, vis) != "" {
			return nil
		}
		row, err := visits().Get(tx, store.Text(vis.id))
		if err != nil {
			return err
		}
		refused = false
		row.OpenedAt = now
		return visits().Put(tx, &row)
	})
	if err == nil && refused {
		return ErrToken
	}
	return err
}

func (v *Visits) admit(w http.ResponseWriter, vis *visit, now time.Time) {
	secret := make([]byte, 32)
	rand.Read(secret)
	value := base64.RawURLEncoding.EncodeToString(secret)
	vis.mu.Lock()
	vis.secret, vis.opened, vis.last = sha256.Sum256([]byte(value)), now, now
	vis.mu.Unlock()
	http.SetCookie(w, &http.Cookie{Name: vis.cookie, Value: value, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if vis.row.Mode == ModePort { // an earlier visit had the same origin
		h.Set("Clear-Site-Data", `"storage"`)
	}
	_ = json.NewEncoder(w).Encode(map[string]string{"next": vis.target.start}) // the browser is gone
}

// refuse answers and writes the attempt into the operation log.
func (v *Visits) refuse(w http.ResponseWriter, r *http.Request, vis *visit, p page) {
	if vis.refusals.Add(1) <= maxRefusals {
		by := audit.Cause{At: v.cfg.Clock.Now(), UserLabel: "unknown", IP: r.RemoteAddr, UserAgent: r.UserAgent()}
		_, err := v.cfg.DB.Update(context.WithoutCancel(r.Context()), func(_ context.Context, tx store.Tx) error {
			return audit.Record(tx, by, audit.Entry{
				Account: vis.row.Account, Action: "pbx.visit", ObjectKind: "pbx", ObjectID: vis.row.PBX, ObjectLabel: vis.row.Label,
				Result: audit.Refused, Code: string(p), Detail: map[string]string{"visit": vis.id},
			})
		})
		var f *fault.Error
		if err != nil && !errors.As(err, &f) {
			v.log.ErrorContext(r.Context(), "refusal not recorded", slog.String("visit", vis.id), slog.Any("error", err))
		}
	}
	v.pages.write(w, r, p)
}
