package pbx

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// NewCode asks for an authentication code.
type NewCode struct {
	Account string
	Name    string    // becomes the PBX's name
	Ends    time.Time // zero: CodeFor from now
	// PairWith makes a pair code: the PBX that uses it becomes the secondary half of this enrolled one,
	// and both take one connection.
	PairWith string
}

// secretText is the spelling of a secret in an enrolment: base32 without I, L, O and U (Crockford).
func secretText(s [10]byte) string {
	return base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding).EncodeToString(s[:])
}

// CreateCode makes an authentication code. The text is returned once and kept as a hash only.
func (p *PBXs) CreateCode(ctx context.Context, by audit.Cause, n NewCode) (Code, string, error) {
	name, err := checkName(n.Name)
	if err != nil {
		return Code{}, "", err
	}
	if n.Ends.IsZero() {
		n.Ends = by.At.Add(CodeFor)
	}
	if !n.Ends.After(by.At) || n.Ends.After(by.At.Add(CodeFor)) {
		return Code{}, "", fault.Invalid("ends", "out_of_range", "a code is good for at most 7 days")
	}
	var secret [10]byte
	if _, err = rand.Read(secret[:]); err != nil {
		return Code{}, "", fmt.Errorf("authentication code: %w", err)
	}
	hash := sha256.Sum256([]byte(secretText(secret)))
	row := Code{
		ID: ident.New(), AccountID: n.Account, Name: name, Hash: hash[:], CreatedAt: by.At, CreatedBy: by.User,
		CreatedName: by.UserLabel, Ends: n.Ends.UTC(), PairWith: n.PairWith, Ver: 1,
	}
	_, err = p.cfg.DB.Update(ctx, func(_ context.Context, tx store.Tx) error {
		if _, _, err = p.cfg.Accounts.Account(tx, n.Account); err != nil {
			return err
		}
		if err = p.frozen(tx, n.Account); err != nil {
			return err
		}
		if n.PairWith != "" {
			if _, err = p.partner(tx, n.Account, n.PairWith); err != nil {
				return err
			}
		}
		open, oerr := p.countOpen(tx, n.Account, by.At)
		if oerr != nil {
			return oerr
		}
		if open >= MaxCodes {
			return ErrCodes
		}
		if err = p.codes.Insert(tx, &row); err != nil {
			return err
		}
		return audit.Record(tx, by, codeEntry(row, "pbx.code_create"))
	})
	if err != nil {
		return Code{}, "", err
	}
	return row, p.cfg.CodeText(secret), nil
}

func codeEntry(c Code, action string) audit.Entry {
	return audit.Entry{
		Account: c.AccountID, Action: action, ObjectKind: "pbx_code", ObjectID: c.ID, ObjectLabel: c.Name,
		Detail: map[string]string{"ends": c.Ends.Format(time.RFC3339)},
	}
}

func (p *PBXs) countOpen(r store.Reader, account string, now time.Time) (int, error) {
	n := 0
	for it, err := range p.codes.Lookup(r, "account", store.Page{Desc: true, Limit: 2 * MaxCodes}, store.Text(account)) {
		if err != nil {
			return 0, err
		}
		if it.Row.open(now) {
			n++
		}
	}
	return n, nil
}

func (c *Code) open(now time.Time) bool { return c.UsedAt.IsZero() && now.Before(c.Ends) }

// Open tells whether the code can still be used.
func (c *Code) Open(now time.Time) bool { return c.open(now) }

// Codes returns the codes of an account, the newest first.
func (p *PBXs) Codes(ctx context.Context, account string) ([]Code, error) {
	var out []Code
	err := p.cfg.DB.View(ctx, func(r store.Reader) error {
		out = nil
		for it, err := range p.codes.Lookup(r, "account", store.Page{Desc: true, Limit: 500}, store.Text(account)) {
			if err != nil {
				return err
			}
			out = append(out, it.Row)
		}
		return nil
	})
	return out, err
}

// CodeByID returns a code, for the check of rights before DeleteCode.
func (p *PBXs) CodeByID(r store.Reader, id string) (Code, error) {
	c, err := p.codes.Get(r, store.Text(id))
	if errors.Is(err, store.ErrNotFound) {
		return c, fault.NotFound("pbx_code")
	}
	return c, err
}

// DeleteCode withdraws a code.
func (p *PBXs) DeleteCode(ctx context.Context, by audit.Cause, id string) error {
	_, err := p.cfg.DB.Update(ctx, func(_ context.Context, tx store.Tx) error {
		c, err := p.CodeByID(tx, id)
		if err != nil {
			return err
		}
		if err := p.codes.Delete(tx, store.Text(id)); err != nil {
			return err
		}
		return audit.Record(tx, by, codeEntry(c, "pbx.code_delete"))
	})
	return err
}

// verifyCode turns an authentication code into a claim.
func (p *PBXs) verifyCode(ctx context.Context, by *audit.Cause, text string) (claim, error) {
	hash := sha256.Sum256([]byte(strings.ToUpper(text)))
	c := claim{account: ghostAccount}
	err := p.cfg.DB.View(ctx, func(r store.Reader) error {
		row, err := p.codes.ByUnique(r, "hash", store.Text(string(hash[:])))
		switch {
		case errors.Is(err, store.ErrNotFound):
			c.why = fault.New(fault.KindUnauthenticated, "bad_code", "unknown authentication code")
			return nil
		case err != nil:
			return err
		case !row.UsedAt.IsZero():
			c.why = fault.New(fault.KindUnauthenticated, "used_code", "the authentication code was used before")
		case !row.open(by.At) && !p.cfg.Unsure():
			c.why = fault.New(fault.KindUnauthenticated, "expired_code", "the authentication code has expired")
		}
		c.code, c.account = &row, row.AccountID
		return nil
	})
	if c.code != nil {
		by.User, by.UserLabel = c.code.CreatedBy, "code: "+c.code.Name
	} else {
		by.UserLabel = "code"
	}
	return c, err
}

// useCode spends the code in the transaction of the enrolment.
func (p *PBXs) useCode(tx store.Tx, c Code, id string, by audit.Cause) error {
	now, err := p.codes.Get(tx, store.Text(c.ID))
	if err != nil {
		return err
	}
	if !now.UsedAt.IsZero() {
		return ErrState.Say("the authentication code was used meanwhile")
	}
	now.UsedAt, now.UsedFor, now.Ver = by.At, id, now.Ver+1
	return p.codes.Put(tx, &now)
}
