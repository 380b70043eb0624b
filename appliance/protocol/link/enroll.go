package link

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"

	"github.com/switchkeep/switchkeep/appliance/domain/pbx"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/protocol/link/wire"
	"github.com/switchkeep/switchkeep/certs"
)

// Enroll serves POST /_link/enroll and /_link/enroll/poll. A wrong password, an unknown user, a missing
// right, a wrong or used code and a parked enrolment get the same status and the same bytes.
func (s *Server) Enroll() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+wire.PathEnroll, s.enroll)
	mux.HandleFunc("POST "+wire.PathPoll, s.poll)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		if r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") != "" {
			answer(w, http.StatusForbidden, wire.EnrollAnswer{State: wire.EnrollRefused, Code: "no_browser", Message: "This address is for connectors."})
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// read takes the body within its cap, declared or not.
func read(w http.ResponseWriter, r *http.Request, into interface{ Check() error }) bool {
	if r.ContentLength > wire.MaxEnroll {
		w.Header().Set("Connection", "close")
		answer(w, http.StatusRequestEntityTooLarge, wire.EnrollAnswer{State: wire.EnrollRefused, Code: "too_large"})
		return false
	}
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, wire.MaxEnroll))
	if _, big := errors.AsType[*http.MaxBytesError](err); big {
		answer(w, http.StatusRequestEntityTooLarge, wire.EnrollAnswer{State: wire.EnrollRefused, Code: "too_large"})
		return false
	}
	if err == nil {
		err = json.Unmarshal(b, into)
	}
	if err == nil {
		err = into.Check()
	}
	if err != nil {
		message := "The request is malformed."
		if errors.Is(err, wire.ErrMalformed) || errors.Is(err, wire.ErrTooLong) {
			message = err.Error() // names the field, never its value
		}
		answer(w, http.StatusUnprocessableEntity, wire.EnrollAnswer{State: wire.EnrollRefused, Code: "invalid", Message: message})
		return false
	}
	return true
}

func parseCSR(text string) (*x509.CertificateRequest, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil || block.Type != "CERTIFICATE REQUEST" {
		return nil, errors.New("csr is no PEM certificate request")
	}
	csr, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("csr: %w", err)
	}
	return csr, csr.CheckSignature()
}

func (s *Server) cause(r *http.Request) audit.Cause {
	ip, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		ip = r.RemoteAddr
	}
	return audit.Cause{At: s.cfg.Clock.Now(), IP: ip, UserAgent: r.UserAgent(), Reason: "connector"}
}

func (s *Server) enroll(w http.ResponseWriter, r *http.Request) {
	var q wire.EnrollRequest
	if !read(w, r, &q) {
		return
	}
	csr, err := parseCSR(q.CSR)
	if err != nil {
		answer(w, http.StatusUnprocessableEntity, wire.EnrollAnswer{State: wire.EnrollRefused, Code: "invalid", Message: "csr is not valid"})
		return
	}
	select {
	case s.verify <- struct{}{}:
		defer func() { <-s.verify }()
	default:
		w.Header().Set("Retry-After", "5")
		answer(w, http.StatusServiceUnavailable, wire.EnrollAnswer{
			State: wire.EnrollRefused, Code: "busy", Message: "The server is busy, try again.", RetrySeconds: 5,
		})
		return
	}
	out, err := s.cfg.PBXs.Enroll(r.Context(), s.cause(r), pbx.Request{
		Email: q.Email, Password: q.Password, Code: q.Code, AuthCode: q.AuthCode, Account: q.Account, Name: q.Name,
		Device: pbx.Device{
			Serial: q.Serial, Model: q.Model, Firmware: q.Firmware, MachineID: q.MachineID, PortalURL: q.Portal.URL, PortalSPKI: q.Portal.SPKI,
		},
		KeySPKI: pinOf(csr), PollSecret: q.Poll,
	})
	switch {
	case err != nil:
		s.fail(w, r, err)
	case out.Enrolled != nil:
		s.issue(w, r, csr, out.Enrolled)
	case len(out.Choose) > 0:
		a := wire.EnrollAnswer{State: wire.EnrollChoose, Message: "Choose the account."}
		for _, c := range out.Choose {
			a.Accounts = append(a.Accounts, wire.EnrollAccount{ID: c.ID, Name: c.Name})
		}
		answer(w, http.StatusConflict, a)
	default:
		wait(w)
	}
}

// wait is the uniform answer.
func wait(w http.ResponseWriter) {
	answer(w, http.StatusAccepted, wire.EnrollAnswer{State: wire.EnrollWait, Message: wire.WaitMessage})
}

func (s *Server) poll(w http.ResponseWriter, r *http.Request) {
	var q wire.PollRequest
	if !read(w, r, &q) {
		return
	}
	csr, err := parseCSR(q.CSR)
	if err != nil {
		answer(w, http.StatusUnprocessableEntity, wire.EnrollAnswer{State: wire.EnrollRefused, Code: "invalid", Message: "csr is not valid"})
		return
	}
	row, err := s.cfg.PBXs.Poll(r.Context(), q.Poll, pinOf(csr))
	switch {
	case err != nil:
		s.fail(w, r, err)
	case row == nil:
		wait(w)
	default:
		s.issue(w, r, csr, row)
	}
}

// issue hands the certificate over.
func (s *Server) issue(w http.ResponseWriter, r *http.Request, csr *x509.CertificateRequest, row *pbx.PBX) {
	c, err := s.cfg.Signer.SignLinkCSR(csr.Raw, row.ID, certs.LinkDays)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, wire.EnrollAnswer{
		State: wire.EnrollDone, ID: row.ID, Name: row.Name, Certificate: certPEM(c.Cert), CA: certPEM(c.CA),
		StreamKey: s.StreamKey(row.ID, pinOf(csr)), Now: s.cfg.Clock.Now(),
	})
}

func certPEM(der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// renew signs the session's own key again.
func (s *Server) renew(ctx context.Context, p *session, r wire.Renew) *wire.Renewed {
	csr, err := parseCSR(r.CSR)
	if err != nil || pinOf(csr) != p.spki {
		return &wire.Renewed{Problem: "the request is not for this session's key"}
	}
	if err = s.cfg.PBXs.Judge(ctx, p.id, p.spki, p.issued); err != nil {
		return &wire.Renewed{Problem: "refused"}
	}
	c, err := s.cfg.Signer.SignLinkCSR(csr.Raw, p.id, certs.LinkDays)
	if err != nil {
		s.log.ErrorContext(ctx, "certificate was not renewed", slog.String("pbx", p.id), slog.Any("error", err))
		return &wire.Renewed{Problem: "the appliance could not sign"}
	}
	return &wire.Renewed{Certificate: certPEM(c.Cert)}
}

// fail shows a fault, and hides everything else.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	f, ok := fault.As(err)
	if !ok {
		s.log.ErrorContext(r.Context(), "enrolment failed", slog.Any("error", err))
		answer(w, http.StatusInternalServerError, wire.EnrollAnswer{State: wire.EnrollRefused, Code: "internal", Message: "The server failed."})
		return
	}
	a := wire.EnrollAnswer{State: wire.EnrollRefused, Code: f.Code, Message: sentence(f.Message), Details: f.Details}
	if f.RetryAfter > 0 {
		a.RetrySeconds = int(f.RetryAfter.Seconds() + 0.999)
		w.Header().Set("Retry-After", fmt.Sprint(a.RetrySeconds))
	}
	answer(w, status(f.Kind), a)
}

func status(k fault.Kind) int {
	switch k {
	case fault.KindInvalid:
		return http.StatusUnprocessableEntity
	case fault.KindLocked:
		return http.StatusLocked
	case fault.KindTooMany:
		return http.StatusTooManyRequests
	case fault.KindConflict, fault.KindStale:
		return http.StatusConflict
	case fault.KindUnavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusForbidden
	}
}

func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

func answer(w http.ResponseWriter, code int, a wire.EnrollAnswer) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	b, err := json.Marshal(a)
	if err != nil {
		http.Error(w, "internal", http.StatusInternalServerError)
		return
	}
	w.WriteHeader(code)
	_, _ = w.Write(b)
}
