package connector

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/protocol/link/wire"
)

// Enrollment is what a person gives to connect the PBX.
type Enrollment struct {
	Server   string // HOST[:PORT]
	Email    string
	Password string
	Code     string // second factor, may be empty
	AuthCode string // instead of e-mail and password
	Account  string // which of several accounts
	Name     string
	Trust    Trust
	Portal   string // URL; "" looks for one
	Device   Device // what is empty is found out
}

// RefusedError is a server's refusal with its message.
type RefusedError struct{ Answer wire.EnrollAnswer }

// Error implements error.
func (e *RefusedError) Error() string { return Explain(e.Answer) }

// ChooseError asks for one of several accounts.
type ChooseError struct{ Accounts []wire.EnrollAccount }

// Error implements error.
func (e *ChooseError) Error() string {
	names := make([]string, len(e.Accounts))
	for i, a := range e.Accounts {
		names[i] = a.Name
	}
	return "several accounts are possible, choose one: " + strings.Join(names, ", ")
}

// Explain is a refusal in a sentence.
func Explain(a wire.EnrollAnswer) string {
	text := a.Message
	if text == "" {
		text = "The server refused: " + a.Code + "."
	}
	detail := func(key string) string { s, _ := a.Details[key].(string); return s }
	switch a.Code {
	case "firmware_too_old":
		text = fmt.Sprintf("The firmware %s is older than the minimum %s. Upgrade the PBX and try again.", detail("have"), detail("need"))
	case "frozen":
		text = "The account is frozen: " + detail("reason")
	case "quota_exceeded":
		text = "The subscription is full: no remote management connection is left. Ask your provider for more."
	}
	if a.RetrySeconds > 0 {
		text += fmt.Sprintf(" Try again in %d:%02d minutes.", a.RetrySeconds/60, a.RetrySeconds%60)
	}
	return text
}

// Result is how an enrolment went.
type Result struct {
	State  State
	Waits  bool // for approval, or the data are wrong: the server does not tell which
	Portal string
}

// Enroller enrols the PBX of a state folder.
type Enroller struct {
	Folder  Folder
	Clock   clock.Clock
	Version string
	Proxy   proxyFunc
}

// Enroll verifies the server, sends the request and stores what came of it. Nothing secret is sent
// to a server that could not be verified (ErrServer).
func (e *Enroller) Enroll(ctx context.Context, in Enrollment) (Result, error) {
	addr, trust, secret, err := in.known()
	if err != nil {
		return Result{}, err
	}
	q := wire.EnrollRequest{Account: in.Account, Name: in.Name, Poll: rand.Text() + rand.Text(), Connector: e.Version, AuthCode: secret}
	if secret == "" {
		q.Email, q.Password, q.Code = strings.TrimSpace(in.Email), in.Password, strings.TrimSpace(in.Code)
	}
	srv, err := reach(ctx, addr, trust, e.Proxy)
	if err != nil {
		return Result{}, err
	}
	defer srv.close()
	st, err := e.Folder.Load()
	if err != nil {
		return Result{}, err
	}
	if err = e.describe(ctx, &st, in, &q); err != nil {
		return Result{}, err
	}
	key, err := newKey()
	if err != nil {
		return Result{}, err
	}
	if q.CSR, err = request(key); err != nil {
		return Result{}, err
	}
	if err = q.Check(); err != nil {
		return Result{}, err
	}
	a, err := srv.post(ctx, wire.PathEnroll, &q)
	if err != nil {
		return Result{}, err
	}
	st.Pending = &Pending{Server: addr, Trust: trust, Poll: q.Poll, Key: key, Since: e.Clock.Now(), Email: q.Email}
	return e.take(st, srv, a)
}

// describe fills in what the device and its portal are.
func (e *Enroller) describe(ctx context.Context, st *State, in Enrollment, q *wire.EnrollRequest) error {
	dev, err := describe(ctx, *st, in.Device)
	if err != nil {
		return err
	}
	machine, err := machineID()
	if err != nil {
		return err
	}
	url := in.Portal
	if url == "" {
		url = st.Portal.URL
	}
	portal, seen, err := probe(ctx, url)
	if err != nil && url != "" {
		return fmt.Errorf("portal %s: %w", url, err)
	}
	st.Device, st.Portal = dev, portal
	q.Serial, q.Model, q.Firmware, q.MachineID, q.Portal = dev.Serial, dev.Model, dev.Firmware, machine, seen
	return nil
}

// take stores an answer.
func (e *Enroller) take(st State, srv *server, a wire.EnrollAnswer) (Result, error) {
	p := st.Pending
	switch a.State {
	case wire.EnrollDone:
		ca, err := parseCert(a.CA)
		if err != nil {
			return Result{}, fmt.Errorf("%w: link CA: %w", ErrServer, err)
		}
		if srv.ca != nil && !bytes.Equal(srv.ca.RawSubjectPublicKeyInfo, ca.RawSubjectPublicKeyInfo) {
			return Result{}, fmt.Errorf("%w: it answered with another link CA than the one that vouched for it", ErrServer)
		}
		st.Server, st.ID, st.Name, st.Key, st.Certificate, st.CA, st.StreamKey = p.Server, a.ID, a.Name, p.Key, a.Certificate, a.CA, a.StreamKey
		st.Pending = nil
		if _, err := st.certificate(); err != nil {
			return Result{}, fmt.Errorf("%w: its certificate is not for this key: %w", ErrServer, err)
		}
		return Result{State: st, Portal: st.Portal.URL}, e.Folder.Save(st)
	case wire.EnrollWait:
		return Result{State: st, Waits: true, Portal: st.Portal.URL}, e.Folder.Save(st)
	case wire.EnrollChoose:
		return Result{}, &ChooseError{a.Accounts}
	default:
		return Result{}, &RefusedError{a}
	}
}

// Poll asks how the waiting enrolment fares.
func (e *Enroller) Poll(ctx context.Context) (Result, error) {
	st, err := e.Folder.Load()
	if err != nil {
		return Result{}, err
	}
	if st.Pending == nil {
		return Result{State: st}, nil
	}
	srv, err := reach(ctx, st.Pending.Server, st.Pending.Trust, e.Proxy)
	if err != nil {
		return Result{}, err
	}
	defer srv.close()
	csr, err := request(st.Pending.Key)
	if err != nil {
		return Result{}, err
	}
	a, err := srv.post(ctx, wire.PathPoll, &wire.PollRequest{Poll: st.Pending.Poll, CSR: csr})
	if err != nil {
		return Result{}, err
	}
	if a.State == wire.EnrollWait {
		return Result{State: st, Waits: true}, nil
	}
	return e.take(st, srv, a)
}

// PendingFor is how long an enrolment is worth waiting for.
const PendingFor = 24 * time.Hour

func (s *server) post(ctx context.Context, path string, body any) (wire.EnrollAnswer, error) {
	var a wire.EnrollAnswer
	b, err := json.Marshal(body)
	if err != nil {
		return a, fmt.Errorf("encode request: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+s.addr+path, bytes.NewReader(b))
	if err != nil {
		return a, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := s.http.Do(req)
	if err != nil {
		return a, fmt.Errorf("the server did not answer: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	out, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return a, fmt.Errorf("the server's answer broke off: %w", err)
	}
	if err := json.Unmarshal(out, &a); err != nil || a.State == "" {
		return a, errors.Join(fmt.Errorf("this is no Switchkeep server: it answered %s", resp.Status), err)
	}
	return a, nil
}
