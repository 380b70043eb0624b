package identity

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"sync"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
)

const (
	captchaMax  = 50_000 // greatest secret number: some tens of milliseconds in a browser
	captchaEnds = 10 * time.Minute
	// maxCaptchas bounds the solved ones that are remembered until they end.
	maxCaptchas = 50_000
	// maxCaptchaText bounds what is decoded.
	maxCaptchaText = 1024
)

// Captcha is a proof of work: find the number n ≤ Max with hex(SHA-256(Salt + n)) = Challenge.
type Captcha struct {
	Salt      string    `json:"salt"`
	Max       int       `json:"max"`
	Expires   time.Time `json:"expires"`
	Challenge string    `json:"challenge"`
	Signature string    `json:"signature"`
}

// solved is what the browser sends back, as base64 of JSON. Expires is the text that it was given.
type solved struct {
	Salt      string    `json:"salt"`
	Expires   time.Time `json:"expires"`
	Challenge string    `json:"challenge"`
	Signature string    `json:"signature"`
	Number    int       `json:"number"`
}

// captchas signs with a key of this run, so that a restart voids what is out and forgetting which
// were used does no harm.
type captchas struct {
	clk  clock.Clock
	key  []byte
	mu   sync.Mutex
	used map[string]time.Time // salt → end
}

func newCaptchas(clk clock.Clock) *captchas {
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	return &captchas{clk: clk, key: key, used: map[string]time.Time{}}
}

// NewCaptcha returns a fresh one for a browser at this address.
func (i *Identity) NewCaptcha(ip string) (Captcha, error) {
	if err := i.rate.take(ip); err != nil {
		return Captcha{}, err
	}
	return i.captcha.make(), nil
}

func (c *captchas) make() Captcha {
	b := make([]byte, 24)
	_, _ = rand.Read(b)
	salt := hex.EncodeToString(b[:16])
	number := int(binary.BigEndian.Uint64(b[16:]) % (captchaMax + 1))
	ends := c.clk.Now().Add(captchaEnds).Truncate(time.Second)
	challenge := proof(salt, number)
	return Captcha{salt, captchaMax, ends, challenge, c.sign(salt, ends, challenge)}
}

func proof(salt string, number int) string {
	sum := sha256.Sum256([]byte(salt + strconv.Itoa(number)))
	return hex.EncodeToString(sum[:])
}

func (c *captchas) sign(salt string, ends time.Time, challenge string) string {
	m := hmac.New(sha256.New, c.key)
	m.Write([]byte(salt + "\x00" + strconv.FormatInt(ends.Unix(), 10) + "\x00" + challenge))
	return hex.EncodeToString(m.Sum(nil))
}

// spend checks a solution and uses it up.
func (c *captchas) spend(text string) error {
	if text == "" || len(text) > maxCaptchaText {
		return ErrCaptcha
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return ErrCaptcha.Because(err)
	}
	var s solved
	if err := json.Unmarshal(raw, &s); err != nil {
		return ErrCaptcha.Because(err)
	}
	good := subtle.ConstantTimeCompare([]byte(s.Signature), []byte(c.sign(s.Salt, s.Expires, s.Challenge))) == 1
	now := c.clk.Now()
	if !good || !now.Before(s.Expires) || proof(s.Salt, s.Number) != s.Challenge {
		return ErrCaptcha
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, twice := c.used[s.Salt]; twice {
		return ErrCaptcha
	}
	if len(c.used) >= maxCaptchas {
		for salt, ends := range c.used {
			if !now.Before(ends) {
				delete(c.used, salt)
			}
		}
		if len(c.used) >= maxCaptchas {
			return ErrTooMany.After(time.Minute)
		}
	}
	c.used[s.Salt] = s.Expires
	return nil
}
