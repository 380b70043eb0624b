package connector

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"

	"github.com/switchkeep/switchkeep/appliance/protocol/link/wire"
)

// Verify reaches the server and verifies it; nothing is sent.
func (e *Enroller) Verify(ctx context.Context, in Enrollment) error {
	addr, trust, _, err := in.known()
	if err != nil {
		return err
	}
	srv, err := reach(ctx, addr, trust, e.Proxy)
	if err != nil {
		return err
	}
	srv.close()
	return nil
}

// known is the server's address and what is known of it; secret is the half of an authentication code that is sent.
func (in *Enrollment) known() (addr string, t Trust, secret string, err error) {
	if addr, err = ServerAddress(in.Server); err != nil {
		return "", t, "", err
	}
	t = in.Trust
	if t.Pin != "" {
		if t.Pin, err = wire.CheckPin(t.Pin); err != nil {
			return "", t, "", err
		}
	}
	if in.AuthCode == "" {
		return addr, t, "", nil
	}
	code, err := wire.ParseCode(in.AuthCode)
	if err != nil {
		return "", t, "", err
	}
	t.Code = code.PinnedText()
	return addr, t, code.SecretText(), nil
}

// PageURL is the running connector's page with its token, "" when there is none.
func (f Folder) PageURL() string {
	b, err := os.ReadFile(f.path("page.json"))
	if err != nil {
		return ""
	}
	var v struct{ URL string }
	if json.Unmarshal(b, &v) != nil {
		return ""
	}
	return v.URL
}

// SetPortal changes the portal when to is not empty, pins its certificate anew with pin, and returns what is set.
func (f Folder) SetPortal(ctx context.Context, to string, pin bool) (Portal, error) {
	st, err := f.Load()
	if err != nil {
		return Portal{}, err
	}
	if to == "" && !pin {
		return st.Portal, nil
	}
	if to == "" {
		to = st.Portal.URL
	}
	p, _, err := probe(ctx, to)
	if err != nil {
		return st.Portal, fmt.Errorf("portal %q: %w", to, err)
	}
	st.Portal = p
	return p, f.Save(st)
}

// SetYeastar pins the P-Series' certificate at first sight, tries the sign-in and stores the way to it.
func (f Folder) SetYeastar(ctx context.Context, y Yeastar) (Information, error) {
	st, err := f.Load()
	if err != nil {
		return Information{}, err
	}
	for _, origin := range []string{y.URL, y.VIP, y.Peer} {
		if origin == "" {
			continue
		}
		pin, perr := pinOf(ctx, origin)
		if perr != nil {
			return Information{}, fmt.Errorf("P-Series %q: %w", origin, perr)
		}
		if pin != "" {
			y.Pins = append(y.Pins, pin)
		}
	}
	info, err := y.Information(ctx)
	if err != nil {
		return info, err
	}
	st.Yeastar, st.Device = &y, info.Device()
	return info, f.Save(st)
}

// pinOf looks at an OpenAPI for the first time.
func pinOf(ctx context.Context, origin string) (string, error) {
	u, err := ParsePortal(origin)
	if err != nil {
		return "", err
	}
	if u.Scheme != "https" && !loopback(u) {
		return "", errors.New("the client secret goes over HTTPS only")
	}
	p, err := first(ctx, u)
	return p.SPKI, err
}

func loopback(u *url.URL) bool {
	h := u.Hostname()
	return h == "localhost" || h == "127.0.0.1" || h == "::1"
}
