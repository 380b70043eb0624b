package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// TOTP as every authenticator app does it (RFC 6238): SHA-1, six digits, 30 seconds.
const (
	totpPeriod  = 30
	totpWindow  = 1 // steps before and after now
	totpSecret  = 20
	totpDigits  = 6
	recoveries  = 10
	recoveryLen = 24 // characters of base32: 120 bits
)

// Enrollment is a second factor to be set up: typed or scanned.
type Enrollment struct {
	Secret string `json:"secret"` // base32
	URI    string `json:"uri"`
	QRSVG  string `json:"qr_svg"`
}

func b32() *base32.Encoding { return base32.StdEncoding.WithPadding(base32.NoPadding) }

// NewTOTP makes a secret that nothing stores yet: for the first operator, who is none yet.
func (i *Identity) NewTOTP(email string) (Enrollment, error) {
	raw := make([]byte, totpSecret)
	_, _ = rand.Read(raw)
	return i.enrollment(b32().EncodeToString(raw), email)
}

func (i *Identity) enrollment(secret, email string) (Enrollment, error) {
	q := url.Values{"secret": {secret}, "issuer": {i.cfg.Issuer}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
	uri := "otpauth://totp/" + url.PathEscape(i.cfg.Issuer+":"+email) + "?" + strings.ReplaceAll(q.Encode(), "+", "%20")
	svg, err := qrSVG(uri)
	return Enrollment{secret, uri, svg}, err
}

// matchTOTP returns the step whose code this is: within the window, and later than the last that was
// used. All steps are compared, whichever matches.
func matchTOTP(secret, code string, now time.Time, last int64) (step int64, ok bool, err error) {
	at := now.Unix() / totpPeriod
	for s := at - totpWindow; s <= at+totpWindow; s++ {
		want, err := hotp.GenerateCodeCustom(secret, uint64(s), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return 0, false, fmt.Errorf("totp: %w", err)
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && s > last {
			step, ok = s, true
		}
	}
	return step, ok, nil
}

// digits strips what people type between digits.
func digits(code string) string { return strings.NewReplacer(" ", "", "-", "").Replace(code) }

func (i *Identity) sealTOTP(user, secret string) ([]byte, error) {
	return i.cfg.Keeper.Seal("user_secret", user, "totp", []byte(secret))
}

func (i *Identity) openTOTP(user string, sealed []byte) (string, error) {
	plain, err := i.cfg.Keeper.Open("user_secret", user, "totp", sealed)
	return string(plain), err
}

// newRecovery returns fresh recovery codes and their hashes.
func newRecovery() (plain []string, hashes [][]byte) {
	for range recoveries {
		raw := make([]byte, recoveryLen*5/8)
		_, _ = rand.Read(raw)
		code := strings.ToLower(b32().EncodeToString(raw))
		plain = append(plain, code[:6]+"-"+code[6:12]+"-"+code[12:18]+"-"+code[18:])
		hashes = append(hashes, hashRecovery(code))
	}
	return plain, hashes
}

func hashRecovery(code string) []byte {
	sum := sha256.Sum256([]byte("recovery\x00" + strings.ToLower(digits(code))))
	return sum[:]
}

// useFactor checks a one-time code of either kind and uses it up in the row; which is "totp" or "recovery".
func (i *Identity) useFactor(s *secretRow, code string, now time.Time) (which string, err error) {
	code = digits(strings.TrimSpace(code))
	if len(code) == totpDigits {
		secret, err := i.openTOTP(s.User, s.TOTP)
		if err != nil {
			return "", err
		}
		step, ok, err := matchTOTP(secret, code, now, s.LastStep)
		if !ok || err != nil {
			return "", err
		}
		s.LastStep = step
		return "totp", nil
	}
	h, found := hashRecovery(code), -1
	for n, have := range s.Recovery {
		if subtle.ConstantTimeCompare(have, h) == 1 {
			found = n
		}
	}
	if found < 0 {
		return "", nil
	}
	s.Recovery = append(s.Recovery[:found:found], s.Recovery[found+1:]...)
	return "recovery", nil
}

// Guessing codes with a known password from many addresses: after codeFails wrong ones in a row a
// browser that never signed this person in may try once in codeEvery. His own browsers go on.
const (
	codeFails = 10
	codeEvery = 30 * time.Second
)

// factorTx checks a code in the transaction of what it opens: no code works twice, whatever runs
// beside. A wrong one is counted in the pair's row, as a wrong password is.
func (i *Identity) factorTx(tx store.Tx, k *known, ip, device, code string, o *outcome) (which string, err error) {
	now := i.cfg.Clock.Now()
	s := &k.secret
	if _, mine := i.openDevice(k.user.EmailKey, device); !mine && s.CodeFails >= codeFails {
		passed := time.Duration(now.UnixMilli()-s.CodeAt) * time.Millisecond
		if passed >= 0 && passed < codeEvery {
			o.refusal = ErrTooMany.After(codeEvery - passed)
			return "", nil
		}
	}
	if which, err = i.useFactor(s, code, now); err != nil {
		return "", err
	}
	if err = i.count(tx, i.tryKey(ip, k.user.EmailKey, device), which != "", now, ErrCode, o); err != nil {
		return "", err
	}
	switch {
	case o.refusal == nil:
		s.CodeFails, s.CodeAt = 0, 0
	case which == "":
		s.CodeFails, s.CodeAt = s.CodeFails+1, now.UnixMilli()
	default:
		return "", nil // right, but locked: the code is not used up
	}
	return which, secrets().Put(tx, s)
}
