package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"
)

var (
	// ErrEnvelope says that the bytes do not open: damaged, or sealed for another place.
	ErrEnvelope = errors.New("sealed value does not open")
	// ErrGeneration says that the key that sealed the value is not in the key file.
	ErrGeneration = errors.New("sealed with a key that is not here")
	// ErrKeyFile says that the key file is unusable.
	ErrKeyFile = errors.New("key file")
	// ErrExists says that the key file is there already.
	ErrExists = errors.New("key file exists")
)

const (
	version   = 1
	keyBytes  = 32
	headBytes = 1 + 4
	nonceSize = 12
)

// Keeper seals and opens. It is safe for concurrent use.
type Keeper struct {
	path string
	mu   sync.RWMutex
	file keyFile
	gcm  map[uint32]cipher.AEAD
}

// Seal encrypts plain for this field of this row.
func (k *Keeper) Seal(table, row, field string, plain []byte) ([]byte, error) {
	k.mu.RLock()
	gen, gcm := k.file.Current, k.gcm[k.file.Current]
	k.mu.RUnlock()
	out := make([]byte, headBytes+nonceSize, headBytes+nonceSize+len(plain)+gcm.Overhead())
	out[0] = version
	binary.BigEndian.PutUint32(out[1:], gen)
	nonce := out[headBytes:]
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("seal %s.%s: %w", table, field, err)
	}
	return gcm.Seal(out, nonce, plain, bound(out[:headBytes], table, row, field)), nil
}

// Open decrypts what Seal made for the same place.
func (k *Keeper) Open(table, row, field string, sealed []byte) ([]byte, error) {
	if len(sealed) < headBytes+nonceSize || sealed[0] != version {
		return nil, fmt.Errorf("%s.%s: %w", table, field, ErrEnvelope)
	}
	gen := binary.BigEndian.Uint32(sealed[1:])
	k.mu.RLock()
	gcm, ok := k.gcm[gen]
	k.mu.RUnlock()
	if !ok {
		return nil, fmt.Errorf("%s.%s: %w: generation %d", table, field, ErrGeneration, gen)
	}
	head, rest := sealed[:headBytes], sealed[headBytes:]
	plain, err := gcm.Open(nil, rest[:nonceSize], rest[nonceSize:], bound(head, table, row, field))
	if err != nil {
		return nil, fmt.Errorf("%s.%s: %w", table, field, ErrEnvelope)
	}
	return plain, nil
}

// Reseal moves a value to the current generation; changed is false when it is there already.
func (k *Keeper) Reseal(table, row, field string, sealed []byte) (out []byte, changed bool, err error) {
	plain, err := k.Open(table, row, field, sealed)
	if err != nil {
		return nil, false, err
	}
	if binary.BigEndian.Uint32(sealed[1:]) == k.Generation() {
		return sealed, false, nil
	}
	out, err = k.Seal(table, row, field, plain)
	return out, err == nil, err
}

// Derive returns a 32-byte key for this purpose; the same label gives the same key for
// the whole life of the installation, restores included.
func (k *Keeper) Derive(label string) []byte {
	k.mu.RLock()
	defer k.mu.RUnlock()
	key, err := hkdf.Key(sha256.New, k.file.Root, nil, "switchkeep/"+label, keyBytes)
	if err != nil { // only for a length that HKDF cannot give
		panic(err)
	}
	return key
}

// Generation is the number of the key that Seal uses now.
func (k *Keeper) Generation() uint32 {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.file.Current
}

// Fingerprint names the installation's root without telling it: 16 hex digits.
func (k *Keeper) Fingerprint() string { return hex.EncodeToString(k.Derive("fingerprint")[:8]) }

// Rotate adds a generation and writes the key file before it is used.
func (k *Keeper) Rotate(at time.Time) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	next := k.file
	next.Current++
	next.Generations = append(append([]generation(nil), k.file.Generations...), newGeneration(next.Current, at))
	return k.replace(next)
}

// replace writes the file and then uses it; mu is held.
func (k *Keeper) replace(next keyFile) error {
	gcm, err := next.ciphers()
	if err != nil {
		return err
	}
	if err := next.write(k.path, true); err != nil {
		return err
	}
	k.file, k.gcm = next, gcm
	return nil
}

// bound is the associated data: each part with its length, so that parts cannot shift.
func bound(head []byte, parts ...string) []byte {
	out := append([]byte(nil), head...)
	for _, p := range parts {
		out = binary.BigEndian.AppendUint32(out, uint32(len(p)))
		out = append(out, p...)
	}
	return out
}

func (f keyFile) ciphers() (map[uint32]cipher.AEAD, error) {
	out := make(map[uint32]cipher.AEAD, len(f.Generations))
	for _, g := range f.Generations {
		block, err := aes.NewCipher(g.Key)
		if err != nil {
			return nil, fmt.Errorf("%w: generation %d: %w", ErrKeyFile, g.ID, err)
		}
		if out[g.ID], err = cipher.NewGCM(block); err != nil {
			return nil, fmt.Errorf("%w: generation %d: %w", ErrKeyFile, g.ID, err)
		}
	}
	if out[f.Current] == nil || len(f.Root) != keyBytes || f.Version != version {
		return nil, fmt.Errorf("%w: incomplete, or of another version", ErrKeyFile)
	}
	return out, nil
}
