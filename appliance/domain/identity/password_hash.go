package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
)

// Cost is the work of one argon2id hash (RFC 9106).
type Cost struct {
	Memory  uint32 // KiB
	Time    uint32
	Threads uint8
}

// DefaultCost is the one of OWASP ASVS 5 appendix C: 19 MiB, two passes.
func DefaultCost() Cost { return Cost{Memory: 19456, Time: 2, Threads: 1} }

const (
	saltBytes = 16
	keyBytes  = 32
	// hashQueue is how long a check waits for a free core.
	hashQueue = 2 * time.Second
	// Bounds of what a stored PHC string may ask for.
	maxMemory = 1 << 20
	maxPasses = 64
)

// hasher runs at most one hash for each core, so that memory stays bounded under a flood.
type hasher struct {
	cost  Cost
	clk   clock.Clock
	slots chan struct{}
	dummy string // hash of nobody's password, for unknown users
	calls atomic.Uint64
}

func newHasher(c Cost, clk clock.Clock) (*hasher, error) {
	if c.Memory == 0 || c.Memory > maxMemory || c.Time == 0 || c.Time > maxPasses || c.Threads == 0 {
		return nil, fmt.Errorf("argon2id cost %+v is out of bounds", c)
	}
	h := &hasher{cost: c, clk: clk, slots: make(chan struct{}, runtime.GOMAXPROCS(0))}
	secret, _ := newToken()
	h.dummy = h.encode(secret)
	return h, nil
}

// make hashes a new password; ErrBusy when no core gets free in time.
func (h *hasher) make(ctx context.Context, password string) (phc string, err error) {
	err = h.run(ctx, func() { phc = h.encode(password) })
	return phc, err
}

// check compares the password with a PHC string; "" is nobody's and costs the same.
func (h *hasher) check(ctx context.Context, phc, password string) (ok bool, err error) {
	nobody := phc == ""
	if nobody {
		phc = h.dummy
	}
	err = h.run(ctx, func() { ok = verify(phc, password) })
	return ok && !nobody, err
}

func (h *hasher) run(ctx context.Context, work func()) error {
	select {
	case h.slots <- struct{}{}:
	default:
		t := h.clk.NewTimer(hashQueue)
		defer t.Stop()
		select {
		case h.slots <- struct{}{}:
		case <-t.C():
			return ErrBusy.After(hashQueue)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	defer func() { <-h.slots }()
	h.calls.Add(1)
	work()
	return nil
}

// stale tells whether the PHC string was made with another cost.
func (h *hasher) stale(phc string) bool {
	c, _, _, ok := parsePHC(phc)
	return ok && c != h.cost
}

func (h *hasher) encode(password string) string {
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt)
	key := argon2.IDKey(normal(password), salt, h.cost.Time, h.cost.Memory, h.cost.Threads, keyBytes)
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.cost.Memory, h.cost.Time, h.cost.Threads, b64(salt), b64(key))
}

func verify(phc, password string) bool {
	c, salt, want, ok := parsePHC(phc)
	if !ok {
		return false
	}
	got := argon2.IDKey(normal(password), salt, c.Time, c.Memory, c.Threads, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1
}

func parsePHC(phc string) (c Cost, salt, key []byte, ok bool) {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return Cost{}, nil, nil, false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.Memory, &c.Time, &c.Threads); err != nil {
		return Cost{}, nil, nil, false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return Cost{}, nil, nil, false
	}
	key, err = base64.RawStdEncoding.DecodeString(parts[5])
	ok = err == nil && c.Memory > 0 && c.Memory <= maxMemory && c.Time > 0 && c.Time <= maxPasses && c.Threads > 0 &&
		len(salt) >= 8 && len(key) >= 16 && len(key) <= 64
	return c, salt, key, ok
}

// normal is what is hashed: NFKC, as NIST SP 800-63B asks for.
func normal(password string) []byte { return norm.NFKC.Bytes([]byte(password)) }
