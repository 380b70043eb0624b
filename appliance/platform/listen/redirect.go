package listen

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
)

const (
	plainHeader = 8 << 10  // bytes of a plain request that are read
	plainDrain  = 64 << 10 // bytes of its body that are thrown away, so that the answer arrives
)

// redirect answers plain HTTP on the TLS port. The connection is still pending: slow clients count.
func redirect(c *conn, known func(string) bool) error {
	r, err := http.ReadRequest(bufio.NewReader(io.LimitReader(c, plainHeader)))
	if err != nil {
		_, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 30\r\n\r\nThis port speaks HTTPS (TLS).\n")
		return finish(c)
	}
	status, location := httpsFor(r, known, r.Host)
	body := "This port speaks HTTPS.\n"
	head := fmt.Sprintf("HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n",
		status, http.StatusText(status), len(body))
	if location != "" {
		head += "Location: " + location + "\r\n"
	}
	if r.Method == http.MethodHead {
		body = ""
	}
	_, _ = io.WriteString(c, head+"\r\n"+body)
	return finish(c)
}

// httpsFor returns the same place under https at host (with port), or 400 for an unknown host.
func httpsFor(r *http.Request, known func(string) bool, host string) (status int, location string) {
	name := r.Host
	if h, _, err := net.SplitHostPort(r.Host); err == nil {
		name = h
	}
	if name == "" || !known(strings.Trim(name, "[]")) || !strings.HasPrefix(r.RequestURI, "/") || strings.ContainsAny(r.RequestURI, "\r\n") {
		return http.StatusBadRequest, ""
	}
	return http.StatusPermanentRedirect, "https://" + host + r.RequestURI
}

func finish(c *conn) error {
	if t, ok := c.Conn.(*net.TCPConn); ok {
		_ = t.CloseWrite()
	}
	_, _ = io.CopyN(io.Discard, c, plainDrain)
	return nil
}

// Redirect is the handler of a plain HTTP port: known hosts are sent to https at httpsPort (308,
// which keeps the method), others get 400.
func Redirect(known func(host string) bool, httpsPort string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.Host
		if h, _, err := net.SplitHostPort(r.Host); err == nil {
			name = h
		}
		host := name
		if httpsPort != "443" {
			host = net.JoinHostPort(strings.Trim(name, "[]"), httpsPort)
		}
		status, location := httpsFor(r, known, host)
		if location != "" {
			w.Header().Set("Location", location)
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "Use HTTPS.\n")
	})
}
