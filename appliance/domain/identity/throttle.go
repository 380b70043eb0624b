package identity

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/netip"
	"strings"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// The lockout.
const (
	lockAfter    = 10 // wrong passwords …
	lockWindow   = 5 * time.Minute
	lockFor      = 5 * time.Minute
	captchaAfter = 3
	// maxTries bounds the table; what is left when it is full is named at admit.
	maxTries = 50_000
	// triesSwept is how many rows that count no more one failure takes away.
	triesSwept = 4
)

// ends is when nothing of the row counts any more.
func (t *tryRow) ends() int64 {
	if t.LockedAt != 0 {
		return lockEnd(t.LockedAt)
	}
	if len(t.Fails) == 0 {
		return 0
	}
	return t.Fails[len(t.Fails)-1] + lockWindow.Milliseconds()
}

// tick drops what counts no more. A clock that was set back must not make a lock longer or a
// failure younger than now, so later instants are drawn to now.
func (t *tryRow) tick(now int64) {
	if t.LockedAt > now {
		t.LockedAt = now
	}
	if t.LockedAt != 0 && now >= lockEnd(t.LockedAt) {
		t.LockedAt = 0
	}
	kept := t.Fails[:0]
	for _, at := range t.Fails {
		at = min(at, now)
		if counts(at, now) {
			kept = append(kept, at)
		}
	}
	t.Fails = kept
}

// left is the time until the lock ends; 0 when there is none. tick has run.
func (t *tryRow) left(now int64) time.Duration {
	if t.LockedAt == 0 {
		return 0
	}
	return time.Duration(lockEnd(t.LockedAt)-now) * time.Millisecond
}

// fail counts a wrong password and tells whether it locks. tick has run and there is no lock.
func (t *tryRow) fail(now int64) bool {
	t.Fails = append(t.Fails, now)
	if !full(len(t.Fails)) {
		return false
	}
	t.Fails, t.LockedAt = nil, now
	return true
}

// loadTry returns the row of a pair as it counts now.
func loadTry(r store.Reader, key string, now time.Time) (tryRow, error) {
	t, err := tries().Get(r, store.Text(key))
	if errors.Is(err, store.ErrNotFound) {
		return tryRow{Key: key}, nil
	}
	t.tick(now.UnixMilli())
	return t, err
}

// saveTry keeps the row, or drops it when nothing of it counts.
func saveTry(tx store.Tx, t *tryRow) error {
	if t.LockedAt == 0 && len(t.Fails) == 0 {
		return tries().Delete(tx, store.Text(t.Key))
	}
	return tries().Put(tx, t)
}

// sweepTries takes away some rows that count no more.
func sweepTries(tx store.Tx, now time.Time, limit int) (int, error) {
	var old []string
	for _, locked := range []bool{false, true} {
		for it, err := range tries().Lookup(tx, "ends", store.Page{Limit: limit}, store.Bool(locked)) {
			if err != nil {
				return 0, err
			}
			if it.Row.ends() > now.UnixMilli() {
				break
			}
			old = append(old, it.Row.Key)
		}
	}
	for _, key := range old {
		if err := tries().Delete(tx, store.Text(key)); err != nil {
			return 0, err
		}
	}
	return len(old), nil
}

// tryKey is the key of the pair of user and client; it tells neither. A client is the address, /32 or
// /64, and the device cookie when it was handed out to this very user. Without one, all browsers
// behind an address count together.
func (i *Identity) tryKey(ip, emailKey, device string) string {
	nonce, ok := i.openDevice(emailKey, device)
	if !ok {
		nonce = ""
	}
	return pairOf(emailKey, network(ip), nonce)
}

// network is the part of an address that one client holds.
func network(ip string) string {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return "?"
	}
	a = a.Unmap().WithZone("")
	bits := 32
	if a.Is6() {
		bits = 64
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return "?"
	}
	return p.String()
}

const deviceNonce = 16

// newDevice makes the cookie that tells this browser of this user from others at the same address.
func (i *Identity) newDevice(emailKey string) string {
	b := make([]byte, deviceNonce)
	_, _ = rand.Read(b)
	nonce := base64.RawURLEncoding.EncodeToString(b)
	return nonce + "." + base64.RawURLEncoding.EncodeToString(i.signDevice(emailKey, nonce))
}

func (i *Identity) signDevice(emailKey, nonce string) []byte {
	m := hmac.New(sha256.New, i.device)
	m.Write([]byte(nonce + "\x00" + emailKey))
	return m.Sum(nil)
}

func (i *Identity) openDevice(emailKey, cookie string) (nonce string, ok bool) {
	nonce, sig, _ := strings.Cut(cookie, ".")
	have, err := base64.RawURLEncoding.DecodeString(sig)
	same := subtle.ConstantTimeCompare(have, i.signDevice(emailKey, nonce)) == 1
	return nonce, err == nil && same
}

// deviceFor keeps a cookie that is good and makes one else.
func (i *Identity) deviceFor(emailKey, cookie string) string {
	if _, ok := i.openDevice(emailKey, cookie); ok {
		return cookie
	}
	return i.newDevice(emailKey)
}
