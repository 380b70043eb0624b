package certs

import (
	"context"
	"crypto/x509"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"time"
)

// Maintain issues what is missing, due or called otherwise, and publishes it. Call it once an hour
// and after the clock was set.
func (a *Authority) Maintain(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	st := a.now.Load().clone()
	if st.root == nil || a.due(st.root) || !a.names.constrained(st.root.leaf()) {
		p, err := a.issueRoot(st.root)
		if err != nil {
			return err
		}
		if err := a.keep(ctx, "root", p); err != nil {
			return err
		}
		st.root = p
	}
	if st.link == nil || a.due(st.link) {
		p, err := a.issueLinkCA(st.link)
		if err != nil {
			return err
		}
		if err := a.keep(ctx, "link-ca", p); err != nil {
			return err
		}
		st.link = p
	}
	for _, r := range []Role{Console, Visit, Link, DeviceRSA, DeviceEC} {
		if (r == DeviceRSA || r == DeviceEC) && len(a.names.Devices) == 0 {
			delete(st.leaves, r)
			continue
		}
		ca := st.root
		if r == Link {
			ca = st.link
		}
		if p := st.leaves[r]; p != nil && !a.due(p) && a.names.fits(p.leaf(), r) && under(p, ca) {
			continue
		}
		p, err := a.issueLeaf(r, ca)
		if err != nil {
			return err
		}
		if err := a.keep(ctx, "leaf/"+string(r), p); err != nil {
			return err
		}
		st.leaves[r] = p
	}
	st.pool = x509.NewCertPool()
	st.pool.AddCert(st.link.leaf())
	a.now.Store(st)
	return nil
}

func (a *Authority) keep(ctx context.Context, name string, p *pair) error {
	if err := a.save(ctx, name, p); err != nil {
		return err
	}
	a.cfg.Logger.InfoContext(ctx, "certificate issued", slog.String("name", name),
		slog.Time("not_after", p.leaf().NotAfter), slog.String("sha256", Fingerprint(p.leaf())))
	return nil
}

// due tells whether two thirds of the lifetime are over, or the certificate is of a time that
// cannot be. A clock that is unsure decides nothing.
func (a *Authority) due(p *pair) bool {
	if !a.cfg.Sure() {
		return false
	}
	now := a.cfg.Now()
	return now.Before(p.leaf().NotBefore) || !now.Before(renewAt(p.leaf()))
}

func renewAt(c *x509.Certificate) time.Time {
	return c.NotBefore.Add(c.NotAfter.Sub(c.NotBefore) / 3 * 2)
}

// under tells whether the leaf was issued below exactly this copy of the authority, so that the
// chain it sends is the current one.
func under(p, ca *pair) bool {
	return len(p.chain) > 1 && p.chain[1].Equal(ca.leaf())
}

func (n Names) fits(c *x509.Certificate, r Role) bool {
	want := n.ips(r)
	if !slices.Equal(n.dns(r), c.DNSNames) || len(want) != len(c.IPAddresses) {
		return false
	}
	for i, ip := range want {
		if !net.IP(ip.AsSlice()).Equal(c.IPAddresses[i]) {
			return false
		}
	}
	return true
}

// Expiry is one certificate as the overview lists it.
type Expiry struct {
	Name        string // as in the store: "root", "leaf/console", "own/console"
	Subject     string
	Names       []string // DNS names and addresses
	NotBefore   time.Time
	NotAfter    time.Time
	RenewAt     time.Time // zero for own certificates: nobody but the operator renews them
	DaysLeft    int
	Fingerprint string
	Pin         string
	InUse       bool
	Problem     string // why an own certificate on disk was not taken
}

// Expiries lists all certificates, the next to end first.
func (a *Authority) Expiries() []Expiry {
	st := a.now.Load()
	out := []Expiry{a.expiry("root", st.root, true), a.expiry("link-ca", st.link, true)}
	for r, p := range st.leaves {
		out = append(out, a.expiry("leaf/"+string(r), p, true))
	}
	for r, p := range st.own {
		e := a.expiry("own/"+string(r), p, true)
		e.RenewAt, e.Problem = time.Time{}, st.problems[r]
		out = append(out, e)
	}
	slices.SortFunc(out, func(x, y Expiry) int { return x.NotAfter.Compare(y.NotAfter) })
	return out
}

func (a *Authority) expiry(name string, p *pair, inUse bool) Expiry {
	c := p.leaf()
	e := Expiry{
		Name: name, Subject: c.Subject.CommonName, Names: slices.Clone(c.DNSNames),
		NotBefore: c.NotBefore, NotAfter: c.NotAfter, RenewAt: renewAt(c),
		DaysLeft:    int(c.NotAfter.Sub(a.cfg.Now()) / day),
		Fingerprint: Fingerprint(c), Pin: Pin(c), InUse: inUse,
	}
	for _, ip := range c.IPAddresses {
		if addr, ok := netip.AddrFromSlice(ip); ok {
			e.Names = append(e.Names, addr.Unmap().String())
		}
	}
	return e
}
