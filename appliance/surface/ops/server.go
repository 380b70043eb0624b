package ops

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// SocketName is the socket's file in the data folder.
const SocketName = "control.sock"

const (
	maxRequest   = 64 << 10
	errorTrailer = "Ops-Error"
)

// Verb carries one request out. It writes lines for a person to out.
type Verb func(ctx context.Context, in json.RawMessage, out io.Writer) error

// Config is what the server needs. All fields must be set.
type Config struct {
	Folder string          // the data folder
	Verbs  map[string]Verb // by name
	Logger *slog.Logger
}

// Server listens on the control socket.
type Server struct {
	cfg  Config
	http *http.Server
	ln   net.Listener
	done chan struct{}
}

// Listen opens the socket, replacing one that nobody answers. A socket that answers is an error:
// another appliance runs on this data folder.
func Listen(ctx context.Context, cfg Config) (*Server, error) {
	path := filepath.Join(cfg.Folder, SocketName)
	if c, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "unix", path); err == nil {
		return nil, errors.Join(fmt.Errorf("another appliance answers on %q", path), c.Close())
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("remove the old control socket: %w", err)
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "unix", path)
	if err != nil {
		return nil, fmt.Errorf("open the control socket: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("protect the control socket: %w", err), ln.Close())
	}
	s := &Server{cfg: cfg, ln: ln, done: make(chan struct{})}
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 5 * time.Second}
	go func() {
		defer close(s.done)
		if err := s.http.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			cfg.Logger.ErrorContext(context.WithoutCancel(ctx), "control socket ended", slog.Any("error", err))
		}
	}()
	return s, nil
}

// Close ends running verbs' connections and removes the socket.
func (s *Server) Close() error {
	err := s.http.Close()
	<-s.done
	return err
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/v1/")
	verb, ok := s.cfg.Verbs[name]
	if !ok || r.Method != http.MethodPost {
		http.Error(w, fmt.Sprintf("no verb %q; there are: %s", name, strings.Join(s.names(), ", ")), http.StatusNotFound)
		return
	}
	in, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		http.Error(w, "request too large", http.StatusRequestEntityTooLarge)
		return
	}
	w.Header().Set("Trailer", errorTrailer)
	w.WriteHeader(http.StatusOK)
	if err := verb(r.Context(), in, flushing{w}); err != nil {
		w.Header().Set(errorTrailer, strings.ReplaceAll(err.Error(), "\n", "; "))
	}
}

func (s *Server) names() []string {
	var out []string
	for n := range s.cfg.Verbs {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

type flushing struct{ w http.ResponseWriter }

func (f flushing) Write(p []byte) (int, error) {
	n, err := f.w.Write(p)
	if fl, ok := f.w.(http.Flusher); ok {
		fl.Flush()
	}
	return n, err
}
