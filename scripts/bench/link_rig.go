package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	inventory "github.com/switchkeep/switchkeep/appliance/domain/pbx"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/listen"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/protocol/link"
	"github.com/switchkeep/switchkeep/appliance/protocol/link/client"
	"github.com/switchkeep/switchkeep/appliance/protocol/link/wire"
	"github.com/switchkeep/switchkeep/bolt"
	"github.com/switchkeep/switchkeep/certs"
)

const agentsEnv = "SWITCHKEEP_BENCH_AGENTS"

// linkTown is one account whose people may do everything: the link's own work is measured.
type linkTown struct{}

func (linkTown) VerifyEnrollment(context.Context, audit.Cause, string, string, string) (inventory.Person, error) {
	return inventory.Person{ID: "u", SecondFactor: true, Memberships: []inventory.Membership{{ID: "m", Account: "a"}}}, nil
}
func (linkTown) MayEnroll(store.Reader, inventory.Person, inventory.Membership) error { return nil }
func (linkTown) Account(_ store.Reader, _ string) (uint32, string, error)             { return 1, "A", nil }

func (linkTown) Frozen(store.Reader, string) (string, bool, error) { return "", false, nil }

func (linkTown) ReserveTx(store.Tx, audit.Cause, string, string, int64) error {
	return nil
}
func (linkTown) ReleaseTx(store.Tx, audit.Cause, string, string) error { return nil }

// linkServer is the appliance's end with the real port, store and certificates.
type linkServer struct {
	ca    *certs.Authority
	pbxs  *inventory.PBXs
	srv   *link.Server
	port  *listen.Port
	dir   string
	eng   *bolt.Engine
	addr  string
	stops []func()
}

func newLinkServer(ctx context.Context) (*linkServer, error) {
	a := &linkServer{}
	var err error
	if a.dir, err = os.MkdirTemp("", "bench-link-"); err != nil {
		return nil, err
	}
	if a.eng, err = bolt.Open(bolt.Config{Path: filepath.Join(a.dir, "bench.db"), Now: clock.System{}.Now, UnsafeNoSync: true}); err != nil {
		return nil, err
	}
	db, err := store.New(a.eng, append(inventory.Tables(), audit.Tables()...)...)
	if err != nil {
		return nil, err
	}
	a.ca, err = certs.New(ctx, certs.Config{
		Store: certs.Dir(filepath.Join(a.dir, "certs")), Now: clock.System{}.Now, Logger: discard(), Names: certs.Names{Console: []string{"console.localhost"}},
	})
	if err != nil {
		return nil, err
	}
	town := linkTown{}
	a.pbxs, err = inventory.New(inventory.Config{
		DB: db, Clock: clock.System{}, Logger: discard(), Accounts: town, Ledger: town, Rights: town, Verifier: town,
		CodeText: func([10]byte) string { return "" },
	})
	if err != nil {
		return nil, err
	}
	cfg := a.ca.LinkConfig(func(cs tls.ConnectionState) error { return a.srv.Verify(cs) })
	a.srv, err = link.New(link.Config{
		PBXs: a.pbxs, Signer: a.ca, Key: make([]byte, 32), TLS: cfg, Clock: clock.System{}, Logger: discard(),
		Visit: func(context.Context, string) (string, error) { return "bench", nil },
	})
	if err != nil {
		return nil, err
	}
	return a, a.serve(ctx, cfg)
}

func (a *linkServer) serve(ctx context.Context, cfg *tls.Config) error {
	ln, err := loopback(ctx)
	if err != nil {
		return err
	}
	a.addr = ln.Addr().String()
	a.port, err = listen.New(listen.Config{
		Listener: ln, Clock: clock.System{}, Logger: discard(), Routes: []string{"link"},
		Choose: func(*tls.ClientHelloInfo) (*tls.Config, string) { return cfg, "link" },
		// All agents come from one address.
		MaxPending: 2 * linkIdle, PerSource: 2 * linkIdle,
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var wg sync.WaitGroup
	wg.Go(func() { _ = a.port.Serve(ctx) })
	wg.Go(func() { _ = a.srv.Serve(ctx, a.port.Route("link")) })
	a.stops = append(a.stops, func() { cancel(); _ = a.port.Close(); wg.Wait() })
	return nil
}

func loopback(ctx context.Context) (net.Listener, error) {
	var lc net.ListenConfig
	return lc.Listen(ctx, "tcp", "127.0.0.1:0")
}

func (a *linkServer) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_ = a.srv.Stop(ctx)
	for _, stop := range a.stops {
		stop()
	}
	_ = a.eng.Close()
	_ = os.RemoveAll(a.dir)
}

// empty waits for the links of the last agents to end.
func (a *linkServer) empty(ctx context.Context) {
	for range 500 {
		if a.srv.Count() <= 1 || ctx.Err() != nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// agent is the identity of a connector, as it is handed to the other process.
type agent struct {
	Server, Serial        string
	Key, Cert, CA, Stream []byte
}

// enrol enrols n PBXs.
func (a *linkServer) enrol(ctx context.Context, n int) ([]agent, error) {
	out := make([]agent, n)
	for i := range out {
		serial := "BENCH" + strconv.Itoa(n) + "-" + strconv.Itoa(i)
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return nil, err
		}
		csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
		if err != nil {
			return nil, err
		}
		req, err := x509.ParseCertificateRequest(csr)
		if err != nil {
			return nil, err
		}
		got, err := a.pbxs.Enroll(ctx, audit.Cause{At: time.Now(), User: "u"}, inventory.Request{
			Email: "bench", KeySPKI: wire.PinOf(req.RawSubjectPublicKeyInfo), PollSecret: rand.Text(),
			Device: inventory.Device{Serial: serial, Model: "PBX", MachineID: "m" + serial},
		})
		if err != nil || got.Enrolled == nil {
			return nil, errors.Join(errors.New("not enrolled"), err)
		}
		c, err := a.ca.SignLinkCSR(csr, got.Enrolled.ID, certs.LinkDays)
		if err != nil {
			return nil, err
		}
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			return nil, err
		}
		out[i] = agent{Server: a.addr, Serial: serial, Key: der, Cert: c.Cert, CA: c.CA, Stream: a.srv.StreamKey(got.Enrolled.ID, wire.PinOf(req.RawSubjectPublicKeyInfo))}
	}
	return out, nil
}

// client is the connector's end for this identity, with a portal behind it.
func (g agent) client(portal string) (*client.Client, error) {
	key, err := x509.ParsePKCS8PrivateKey(g.Key)
	if err != nil {
		return nil, err
	}
	ca, err := x509.ParseCertificate(g.CA)
	if err != nil {
		return nil, err
	}
	cert := &tls.Certificate{Certificate: [][]byte{g.Cert}, PrivateKey: key}
	return client.New(client.Config{
		Server: g.Server, Certificate: func() (*tls.Certificate, error) { return cert, nil }, CA: ca, StreamKey: g.Stream,
		Hello: func() wire.Hello {
			return wire.Hello{Caps: []string{"data"}, Connector: "bench", Run: g.Serial, Serial: g.Serial, Model: "PBX", MachineID: "m" + g.Serial}
		},
		Beat: func() wire.Beat { return wire.Beat{} },
		Open: func(ctx context.Context, _ wire.Type, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "tcp", portal)
		},
		NoWebSocket: true, Clock: clock.System{}, Logger: discard(),
	})
}

// connect enrols one PBX in front of a portal and runs its connector here.
func (a *linkServer) connect(ctx context.Context, portal string) (id string, end func(), err error) {
	list, err := a.enrol(ctx, 1)
	if err != nil {
		return "", nil, err
	}
	c, err := list[0].client(portal)
	if err != nil {
		return "", nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { defer close(done); _ = c.Run(ctx) }()
	end = func() { cancel(); <-done }
	for range 1000 {
		if c.Status().State == client.Connected {
			ids, err := a.pbxs.AccountPBXs(ctx, "a")
			if err != nil || len(ids) == 0 {
				break
			}
			return ids[0], end, nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	end()
	return "", nil, fmt.Errorf("the connector did not connect: %+v", c.Status())
}

// agentsHere runs the other ends in this process: their memory is then counted too.
func agentsHere(ctx context.Context, list []agent) (stop func(), err error) {
	out, in := io.Pipe()
	done := make(chan struct{})
	go func() { defer close(done); _ = linkAgents(ctx, out) }()
	if err := json.NewEncoder(in).Encode(list); err != nil {
		return nil, err
	}
	return func() { _ = in.Close(); <-done }, nil
}

// startAgents runs this program again as the other ends.
func startAgents(ctx context.Context, list []agent) (stop func(), err error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, exe, "link") //nolint:gosec // this very program
	cmd.Env = append(os.Environ(), agentsEnv+"="+strconv.Itoa(len(list)))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	if err := json.NewEncoder(in).Encode(list); err != nil {
		return nil, errors.Join(err, cmd.Process.Kill(), cmd.Wait())
	}
	return func() { _ = in.Close(); _ = cmd.Wait() }, nil
}

// linkAgents holds the connectors that it reads from in, until in ends.
func linkAgents(ctx context.Context, in io.Reader) error {
	dec := json.NewDecoder(in)
	var list []agent
	if err := dec.Decode(&list); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	for _, g := range list {
		c, err := g.client("127.0.0.1:1")
		if err != nil {
			return err
		}
		wg.Go(func() { _ = c.Run(ctx) })
		time.Sleep(2 * time.Millisecond) // no thundering herd: it is not what is measured
	}
	_, err := io.Copy(io.Discard, in)
	return err
}
