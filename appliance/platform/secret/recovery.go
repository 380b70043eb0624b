package secret

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"filippo.io/age"
	"filippo.io/age/armor"
)

var (
	// ErrNoRecovery says that no recovery recipient is set.
	ErrNoRecovery = errors.New("no recovery recipient")
	// ErrPhrase says that the passphrase or key does not open the wrapped key.
	ErrPhrase = errors.New("the recovery passphrase or key does not fit")
	// ErrRecipient says that the text is no age X25519 recipient.
	ErrRecipient = errors.New("not an age recipient")
	// ErrWeak says that a passphrase is too short.
	ErrWeak = errors.New("recovery passphrase too short")
	// ErrReplaced says that somebody else set another recovery in the meantime.
	ErrReplaced = errors.New("the recovery was replaced in the meantime")
)

// Kinds of recovery.
const (
	KindPassphrase = "passphrase" // Locked opens with it
	KindKey        = "key"        // an age identity printed on the sheet
	KindRecipient  = "recipient"  // the operator's own age key; we never saw the identity
)

// MinPassphrase is the least number of characters of a typed passphrase.
const MinPassphrase = 16

// scryptWork is log2 of N: 64 MiB for a moment, which the smallest board has.
const scryptWork = 16

// Recovery says for whom backups wrap the key file. It holds nothing secret.
type Recovery struct {
	Kind      string    `json:"kind"`
	Recipient string    `json:"recipient"`        // age1…
	Locked    string    `json:"locked,omitempty"` // the identity, armored age under the passphrase
	Made      time.Time `json:"made"`
}

// Sheet is what the printable recovery sheet says. Phrase is shown once and stored nowhere.
type Sheet struct {
	Host        string    `json:"host"`
	Made        time.Time `json:"made"`
	Kind        string    `json:"kind"`
	Phrase      string    `json:"phrase,omitempty"`
	Recipient   string    `json:"recipient"`
	Fingerprint string    `json:"fingerprint"`
	Command     string    `json:"command"`
}

// crockford has no I, L, O, U: what is read from paper is typed back right.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// NewRecoveryPassphrase returns 140 random bits as seven groups of four characters.
func NewRecoveryPassphrase() string {
	b := make([]byte, 28)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	var s strings.Builder
	for i, v := range b {
		if i > 0 && i%4 == 0 {
			s.WriteByte('-')
		}
		s.WriteByte(crockford[v%32])
	}
	return s.String()
}

// normal undoes how people copy a generated passphrase; a typed one is only trimmed.
func normal(p string) string {
	p = strings.TrimSpace(p)
	c := strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(p))
	if len(c) != 28 || strings.Trim(c, crockford) != "" {
		return p
	}
	return c
}

// PassphraseRecovery makes a recovery that opens with this passphrase.
func PassphraseRecovery(passphrase string, at time.Time) (Recovery, error) {
	p := normal(passphrase)
	if len([]rune(p)) < MinPassphrase {
		return Recovery{}, fmt.Errorf("%w: at least %d characters", ErrWeak, MinPassphrase)
	}
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return Recovery{}, fmt.Errorf("recovery: %w", err)
	}
	lock, err := age.NewScryptRecipient(p)
	if err != nil {
		return Recovery{}, fmt.Errorf("recovery: %w", err)
	}
	lock.SetWorkFactor(scryptWork)
	locked, err := encrypt([]byte(id.String()), lock)
	if err != nil {
		return Recovery{}, err
	}
	return Recovery{KindPassphrase, id.Recipient().String(), string(locked), at.UTC()}, nil
}

// KeyRecovery makes a recovery with a new age identity; it is for the sheet only.
func KeyRecovery(at time.Time) (r Recovery, identity string, err error) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return Recovery{}, "", fmt.Errorf("recovery: %w", err)
	}
	return Recovery{KindKey, id.Recipient().String(), "", at.UTC()}, id.String(), nil
}

// RecipientRecovery takes the operator's own age recipient (age1…).
func RecipientRecovery(recipient string, at time.Time) (Recovery, error) {
	r, err := age.ParseX25519Recipient(strings.TrimSpace(recipient))
	if err != nil {
		return Recovery{}, fmt.Errorf("%w: %w", ErrRecipient, err)
	}
	return Recovery{KindRecipient, r.String(), "", at.UTC()}, nil
}

// SetRecovery stores for whom Wrap encrypts.
func (k *Keeper) SetRecovery(r Recovery) error {
	if _, err := age.ParseX25519Recipient(r.Recipient); err != nil {
		return fmt.Errorf("%w: %w", ErrRecipient, err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	next := k.file
	next.Recovery = &r
	return k.replace(next)
}

// Ver tells one recovery from the one before it; 0 where none is set.
func (r Recovery) Ver() uint64 {
	if r.Made.IsZero() {
		return 0
	}
	return uint64(max(1, r.Made.UnixMilli()))
}

// ReplaceRecovery is SetRecovery for a caller who has seen the one with this version.
func (k *Keeper) ReplaceRecovery(ver uint64, r Recovery) error {
	if _, err := age.ParseX25519Recipient(r.Recipient); err != nil {
		return fmt.Errorf("%w: %w", ErrRecipient, err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	var was Recovery
	if k.file.Recovery != nil {
		was = *k.file.Recovery
	}
	if was.Ver() != ver {
		return ErrReplaced
	}
	next := k.file
	next.Recovery = &r
	return k.replace(next)
}

// Recovery returns for whom Wrap encrypts; false when that is not set.
func (k *Keeper) Recovery() (Recovery, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if k.file.Recovery == nil {
		return Recovery{}, false
	}
	return *k.file.Recovery, true
}

// Wrap returns the key file, armored age for the recovery recipient; ErrNoRecovery without one.
func (k *Keeper) Wrap() ([]byte, error) {
	k.mu.RLock()
	f := k.file
	k.mu.RUnlock()
	if f.Recovery == nil {
		return nil, ErrNoRecovery
	}
	to, err := age.ParseX25519Recipient(f.Recovery.Recipient)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRecipient, err)
	}
	b, err := json.Marshal(f)
	if err != nil {
		return nil, err
	}
	return encrypt(b, to)
}

// RestoreKeeper unwraps the key file of a backup with what the sheet says (passphrase or
// AGE-SECRET-KEY-1…) and writes it to path; ErrPhrase when that does not fit.
func RestoreKeeper(path string, wrapped []byte, r Recovery, phrase string) (*Keeper, error) {
	id, err := r.identity(phrase)
	if err != nil {
		return nil, err
	}
	b, err := decrypt(wrapped, id)
	if err != nil {
		return nil, err
	}
	f, err := parse(b)
	if err != nil {
		return nil, err
	}
	return create(path, f)
}

func (r Recovery) identity(phrase string) (age.Identity, error) {
	text := strings.TrimSpace(phrase)
	if r.Kind == KindPassphrase && !strings.HasPrefix(strings.ToUpper(text), "AGE-SECRET-KEY-") {
		lock, err := age.NewScryptIdentity(normal(phrase))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrPhrase, err)
		}
		lock.SetMaxWorkFactor(scryptWork)
		b, err := decrypt([]byte(r.Locked), lock)
		if err != nil {
			return nil, err
		}
		text = string(b)
	}
	id, err := age.ParseX25519Identity(strings.ToUpper(text))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPhrase, err)
	}
	return id, nil
}

// NewSheet returns the data of the printable sheet.
func (k *Keeper) NewSheet(host, phrase string) (Sheet, error) {
	r, ok := k.Recovery()
	if !ok {
		return Sheet{}, ErrNoRecovery
	}
	return Sheet{
		Host: host, Made: r.Made, Kind: r.Kind, Phrase: phrase, Recipient: r.Recipient,
		Fingerprint: k.Fingerprint(), Command: "switchkeep restore BACKUP-FILE",
	}, nil
}

func encrypt(plain []byte, to age.Recipient) ([]byte, error) {
	var out bytes.Buffer
	a := armor.NewWriter(&out)
	w, err := age.Encrypt(a, to)
	if err != nil {
		return nil, fmt.Errorf("wrap: %w", err)
	}
	_, err = w.Write(plain)
	if err = errors.Join(err, w.Close(), a.Close()); err != nil {
		return nil, fmt.Errorf("wrap: %w", err)
	}
	return out.Bytes(), nil
}

func decrypt(b []byte, id age.Identity) ([]byte, error) {
	r, err := age.Decrypt(armor.NewReader(bytes.NewReader(b)), id)
	if err != nil {
		if no := new(age.NoIdentityMatchError); errors.As(err, &no) {
			return nil, ErrPhrase
		}
		return nil, fmt.Errorf("unwrap: %w", err)
	}
	plain, err := io.ReadAll(io.LimitReader(r, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("unwrap: %w", err)
	}
	return plain, nil
}
