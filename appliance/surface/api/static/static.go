// Package static serves the built web application from an fs.FS (ui.Dist).
//
// index.html is the only dynamic file: it gets a <base> and a nonce for styles per
// request, and the Content-Security-Policy that goes with it; it answers every path
// that is no file, so that deep links work. Files under assets/ carry a hash in their
// name and are immutable; an unknown one is 404, never index.html, or a tab from before
// an upgrade would take HTML for a script. Text is sent in the encoding that the build
// left beside the file (.br, .gz), chosen by the q-values of Accept-Encoding.
package static

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"html"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

// ErrNoIndex says that there is no built application, not even the placeholder.
var ErrNoIndex = errors.New("no index.html")

// Config says what is served where.
type Config struct {
	Files fs.FS
	// Base is the path that the application lives under; "/" when empty.
	Base string
	// Connect are further sources of the policy's connect-src ("https://*.visit.example:8443"), for the
	// probe of the visit name.
	Connect func() []string
	// NotFound answers an unknown file.
	NotFound http.Handler
}

// Handler is the http.Handler for everything that is not the API.
type Handler struct {
	c     Config
	files map[string]file
	index []byte
}

type file struct {
	etag      string
	ctype     string
	encodings []string // "br", "gzip" beside the raw file
}

// New reads the list of files once.
func New(c Config) (*Handler, error) {
	h := &Handler{c: c, files: map[string]file{}}
	if h.c.Base == "" {
		h.c.Base = "/"
	}
	index, err := fs.ReadFile(c.Files, "index.html")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoIndex, err)
	}
	h.index = index
	err = fs.WalkDir(c.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || name == "index.html" || strings.HasPrefix(path.Base(name), ".") {
			return err
		}
		if ext := path.Ext(name); ext == ".br" || ext == ".gz" {
			return nil
		}
		f, err := describe(c.Files, name)
		h.files[name] = f
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the web application: %w", err)
	}
	return h, nil
}

func describe(files fs.FS, name string) (file, error) {
	b, err := fs.ReadFile(files, name)
	if err != nil {
		return file{}, err
	}
	sum := sha256.Sum256(b)
	f := file{etag: `"` + hex.EncodeToString(sum[:12]) + `"`, ctype: contentType(name)}
	for _, e := range []struct{ name, suffix string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if _, err := fs.Stat(files, name+e.suffix); err == nil {
			f.encodings = append(f.encodings, e.name)
		}
	}
	return f, nil
}

// contentType does not ask the host's mime table: answers are the same everywhere.
func contentType(name string) string {
	known := map[string]string{
		".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
		".woff2": "font/woff2", ".json": "application/json", ".webmanifest": "application/manifest+json",
		".png": "image/png", ".ico": "image/x-icon", ".txt": "text/plain; charset=utf-8", ".html": "text/html; charset=utf-8",
		".map": "application/json",
	}
	if t := known[path.Ext(name)]; t != "" {
		return t
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(path.Clean("/"+strings.TrimPrefix(r.URL.Path, h.c.Base)), "/")
	if f, ok := h.files[name]; ok {
		h.file(w, r, name, f)
		return
	}
	if strings.HasPrefix(name, "assets/") || path.Ext(name) != "" && name != "index.html" {
		h.c.NotFound.ServeHTTP(w, r)
		return
	}
	h.page(w, r)
}

const workerPolicy = "default-src 'none'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

func (h *Handler) file(w http.ResponseWriter, r *http.Request, name string, f file) {
	head := w.Header()
	head.Set("Content-Type", f.ctype)
	head.Set("Cache-Control", "no-cache")
	if strings.HasPrefix(name, "assets/") {
		head.Set("Cache-Control", "public, max-age=31536000, immutable")
		// A worker obeys the policy of its own file: the one of the event stream asks our own host.
		head.Set("Content-Security-Policy", workerPolicy)
	}
	etag, stored := f.etag, name
	if len(f.encodings) > 0 {
		head.Add("Vary", "Accept-Encoding")
		switch choose(r.Header.Get("Accept-Encoding"), f.encodings) {
		case "br":
			stored, etag = name+".br", strings.TrimSuffix(f.etag, `"`)+`-br"`
			head.Set("Content-Encoding", "br")
		case "gzip":
			stored, etag = name+".gz", strings.TrimSuffix(f.etag, `"`)+`-gz"`
			head.Set("Content-Encoding", "gzip")
		}
	}
	head.Set("ETag", etag)
	b, err := h.c.Files.Open(stored)
	if err != nil {
		h.c.NotFound.ServeHTTP(w, r)
		return
	}
	defer func() { _ = b.Close() }()
	seeker, ok := b.(io.ReadSeeker)
	if !ok {
		all, err := io.ReadAll(b)
		if err != nil {
			h.c.NotFound.ServeHTTP(w, r)
			return
		}
		seeker = bytes.NewReader(all)
	}
	// Ranges of a compressed body help nobody and the tag names the whole.
	r.Header.Del("Range")
	http.ServeContent(w, r, "", time.Time{}, seeker)
}

// choose returns the best of offered ("br" before "gzip") that the header allows, or "".
func choose(accept string, offered []string) string {
	best, quality := "", 0.0
	for _, o := range offered {
		if q := qualityOf(accept, o); q > quality {
			best, quality = o, q
		}
	}
	if best != "" && qualityOf(accept, "identity") > quality {
		return ""
	}
	return best
}

func qualityOf(accept, coding string) float64 {
	wild := -1.0
	for part := range strings.SplitSeq(accept, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		q := 1.0
		if v, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			parsed, err := strconv.ParseFloat(v, 64)
			if err != nil {
				parsed = 0
			}
			q = parsed
		}
		switch strings.ToLower(strings.TrimSpace(name)) {
		case coding:
			return q
		case "*":
			wild = q
		}
	}
	if wild >= 0 && coding != "identity" {
		return wild
	}
	return 0
}

// page answers index.html with its base, nonce and policy.
func (h *Handler) page(w http.ResponseWriter, r *http.Request) {
	var raw [16]byte
	_, _ = rand.Read(raw[:])
	nonce := base64.StdEncoding.EncodeToString(raw[:])
	insert := `<head><base href="` + html.EscapeString(h.c.Base) + `"><meta property="csp-nonce" nonce="` + nonce + `">`
	body := bytes.Replace(h.index, []byte("<head>"), []byte(insert), 1)
	head := w.Header()
	head.Set("Content-Security-Policy", h.policy(nonce))
	head.Set("Content-Type", "text/html; charset=utf-8")
	head.Set("Cache-Control", "no-store")
	head.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}

func (h *Handler) policy(nonce string) string {
	connect := "'self'"
	if h.c.Connect != nil {
		connect = strings.Join(append([]string{connect}, h.c.Connect()...), " ")
	}
	return "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-" + nonce + "'; img-src 'self' data: blob:; " +
		"font-src 'self'; connect-src " + connect + "; manifest-src 'self'; worker-src 'self'; base-uri 'self'; " +
		"form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types default"
}
