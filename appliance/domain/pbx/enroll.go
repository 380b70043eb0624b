package pbx

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Device is what a connector says of its PBX. The texts are bounded and clean (link/wire checks them).
type Device struct {
	Serial, Model, Firmware, MachineID string
	PortalURL, PortalSPKI              string
}

// Request asks for the enrolment of a PBX.
type Request struct {
	// By e-mail: the password and, if there is one, the code of the second factor.
	Email, Password, Code string
	// Or by authentication code: its secret half.
	AuthCode string
	// Account chooses among several accounts of the person: an id or the exact name.
	Account string
	// Name is what the console shows; empty means model and serial.
	Name   string
	Device Device
	// KeySPKI is the pin of the connector's key, PollSecret the secret (≥ 32 characters) that it made
	// up to ask later how a parked enrolment fares.
	KeySPKI, PollSecret string
}

// Outcome is the answer. The zero value is the uniform one: "wait for approval or check your data".
type Outcome struct {
	Enrolled *PBX
	Choose   []Choice // the credentials were right, several accounts are possible
}

// Choice is an account in which the person may enrol.
type Choice struct{ ID, Name string }

// claim is what became of the credentials. ghost is the claim of somebody unknown: it walks the same
// path, with the same reads and one transaction, and ends in the same answer.
type claim struct {
	person  Person
	account string
	num     uint32
	code    *Code
	why     error // not nil: refused, only the operation log may tell
}

const ghostAccount = "-"

// Enroll enrols, parks or refuses. A wrong password, an unknown user, a missing right, a wrong code
// and a parked enrolment all return the zero Outcome and no error. A fault (locked, frozen, firmware,
// capacity) is returned only to who proved the credentials, second factor included; locked to anybody.
func (p *PBXs) Enroll(ctx context.Context, by audit.Cause, q Request) (Outcome, error) {
	c, err := p.verify(ctx, &by, q)
	if err != nil {
		return Outcome{}, err
	}
	choices, err := p.choose(ctx, &c, q.Account)
	if err != nil || len(choices) > 1 {
		return Outcome{Choose: choices}, err
	}
	var out Outcome
	var shown error
	id := ident.New()
	_, err = p.cfg.DB.Update(ctx, func(_ context.Context, tx store.Tx) error {
		out, shown = Outcome{}, nil
		row, refusal := p.settle(tx, by, c, q, id)
		if _, known := fault.As(refusal); known {
			shown = refusal
		}
		if refusal == nil && row.State == Enrolled {
			out.Enrolled = &row
		}
		return refusal
	})
	if shown != nil {
		return Outcome{}, p.refused(ctx, by, p.attempt(c, q), shown)
	}
	if err != nil {
		return Outcome{}, fmt.Errorf("enrol: %w", err)
	}
	return out, nil
}

// verify turns credentials into a claim. Only a lock and a failure of the appliance are errors.
func (p *PBXs) verify(ctx context.Context, by *audit.Cause, q Request) (claim, error) {
	if q.AuthCode != "" {
		return p.verifyCode(ctx, by, q.AuthCode)
	}
	person, err := p.cfg.Verifier.VerifyEnrollment(ctx, *by, q.Email, q.Password, q.Code)
	f, known := fault.As(err)
	switch {
	case err == nil:
		by.User, by.UserLabel = person.ID, person.Label
		return claim{person: person}, nil
	case !known, f.Kind == fault.KindLocked, f.Kind == fault.KindTooMany, f.Kind == fault.KindUnavailable, f.Code == ErrFrozen.Code:
		return claim{}, err
	}
	by.UserLabel = q.Email
	return claim{why: err}, nil
}

// choose finds the account. It reads for a ghost as well.
func (p *PBXs) choose(ctx context.Context, c *claim, want string) ([]Choice, error) {
	var may []Choice
	err := p.cfg.DB.View(ctx, func(r store.Reader) error {
		may = nil
		memberships := c.person.Memberships
		if len(memberships) == 0 {
			memberships = []Membership{{Account: ghostAccount}}
		}
		for _, m := range memberships {
			denied := p.cfg.Rights.MayEnroll(r, c.person, m)
			num, name, err := p.cfg.Accounts.Account(r, cmpOr(c.account, m.Account))
			if c.code != nil {
				c.num = num
				return err
			}
			if frozen := fault.Code(denied) == ErrFrozen.Code; denied != nil && !frozen || fault.Is(err, fault.KindNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			if want == "" || want == m.Account || strings.EqualFold(want, name) {
				may = append(may, Choice{m.Account, name})
				c.account, c.num = m.Account, num
			}
		}
		return nil
	})
	if err != nil || c.code != nil {
		return nil, err
	}
	if len(may) == 0 && c.why == nil {
		c.why = fault.New(fault.KindDenied, "denied", "no account in which this user may enrol a PBX")
	}
	if len(may) == 0 {
		c.account = ghostAccount
	}
	return may, nil
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// settle is the one transaction of every attempt.
func (p *PBXs) settle(tx store.Tx, by audit.Cause, c claim, q Request, id string) (PBX, error) {
	hash := sha256.Sum256([]byte(q.PollSecret))
	parked, err := p.countParked(tx, c.account)
	if err != nil {
		return PBX{}, err
	}
	old, err := p.devices.ByUnique(tx, "serial", store.Text(c.account), store.Text(serialKey(q.Device.Serial)))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return PBX{}, err
	}
	exists := err == nil
	if taken, err := p.devices.ByUnique(tx, "key", store.Text(q.KeySPKI)); err == nil {
		if !exists || taken.ID != old.ID || old.MachineID != q.Device.MachineID {
			c.why = cmpErr(c.why, ErrKey)
		}
	} else if !errors.Is(err, store.ErrNotFound) {
		return PBX{}, err
	}
	wait := c.code == nil && !c.person.SecondFactor || exists && old.State == Enrolled && old.MachineID != q.Device.MachineID
	if wait && parked >= MaxParked {
		c.why = cmpErr(c.why, ErrParkedFull)
	}
	if c.why != nil {
		e := p.attempt(c, q)
		e.Result, e.Code = audit.Refused, fault.Code(c.why)
		return PBX{}, audit.Record(tx, by, e)
	}
	row := p.newRow(by, c, q, id)
	row.PollHash = hash[:]
	if wait {
		return p.park(tx, by, row, old)
	}
	if c.code != nil {
		if err := p.useCode(tx, *c.code, cmpOr(old.ID, row.ID), by); err != nil {
			return PBX{}, err
		}
		if c.code.PairWith != "" && old.ID == "" {
			return p.enrolHalf(tx, by, row, *c.code)
		}
	}
	return p.enrolTx(tx, by, row, old)
}

func cmpErr(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

func (p *PBXs) attempt(c claim, q Request) audit.Entry {
	account := c.account
	if account == ghostAccount {
		account = ""
	}
	return audit.Entry{
		Account: account, Action: actEnroll, ObjectKind: objectKind, ObjectLabel: q.Device.Serial,
		Detail: deviceDetail(q.Device, q.KeySPKI),
	}
}

func deviceDetail(d Device, spki string) map[string]string {
	return map[string]string{
		"serial": d.Serial, "model": d.Model, "firmware": d.Firmware, "machine_id": d.MachineID, "key": spki,
	}
}

func (p *PBXs) newRow(by audit.Cause, c claim, q Request, id string) PBX {
	d := q.Device
	name := strings.TrimSpace(q.Name)
	if name == "" && c.code != nil {
		name = c.code.Name
	}
	if name == "" {
		name = strings.TrimSpace(d.Model + " " + d.Serial)
	}
	return PBX{
		ID: id, Account: c.num, AccountID: c.account, Name: name, Serial: d.Serial, Model: d.Model, Firmware: d.Firmware,
		MachineID: d.MachineID, KeySPKI: q.KeySPKI, KeyedAt: by.At, PortalURL: d.PortalURL, PortalSPKI: d.PortalSPKI,
		VisitAllowed: true, CreatedAt: by.At, EnrolledBy: by.User, EnrolledName: by.UserLabel, Address: by.IP, Ver: 1,
	}
}

// park keeps the enrolment until a person approves it.
func (p *PBXs) park(tx store.Tx, by audit.Cause, row, old PBX) (PBX, error) {
	row.State, row.Ends, row.Replaces = Awaiting, by.At.Add(ParkedFor), old.ID
	if err := p.devices.Insert(tx, &row); err != nil {
		if errors.Is(err, store.ErrExists) {
			return PBX{}, ErrKey.Because(err)
		}
		return PBX{}, err
	}
	return row, audit.Record(tx, by, entry(row, "pbx.enroll_wait", deviceDetail(row.device(), row.KeySPKI)))
}

func (r *PBX) device() Device {
	return Device{Serial: r.Serial, Model: r.Model, Firmware: r.Firmware, MachineID: r.MachineID, PortalURL: r.PortalURL, PortalSPKI: r.PortalSPKI}
}

// enrolTx makes row an enrolled PBX, or gives its key to old, the PBX of the same serial.
func (p *PBXs) enrolTx(tx store.Tx, by audit.Cause, row, old PBX) (PBX, error) {
	if err := p.frozen(tx, row.AccountID); err != nil {
		return PBX{}, err
	}
	if err := checkFirmware(row.Model, row.Firmware); err != nil {
		return PBX{}, err
	}
	action := actEnroll
	if old.ID != "" {
		held := old.State == Enrolled
		old.Model, old.Firmware, old.MachineID = row.Model, row.Firmware, row.MachineID
		old.KeySPKI, old.KeyedAt, old.PortalURL, old.PortalSPKI = row.KeySPKI, by.At, row.PortalURL, row.PortalSPKI
		old.EnrolledBy, old.EnrolledName, old.Address = row.EnrolledBy, row.EnrolledName, row.Address
		old.PollHash, old.Rival, old.Ver = row.PollHash, nil, old.Ver+1
		row, action = old, "pbx.rekey"
		if held {
			return p.putEnrolled(tx, by, row, action)
		}
	}
	if err := p.cfg.Ledger.ReserveTx(tx, by, row.AccountID, object(row.ID), 1); err != nil {
		return PBX{}, err
	}
	return p.putEnrolled(tx, by, row, action)
}

// enrolHalf enrols the other half of a hot-standby pair by its pair code: the pair takes the place of the
// first half's connection. The code's id, good once, becomes the pair's.
func (p *PBXs) enrolHalf(tx store.Tx, by audit.Cause, row PBX, code Code) (PBX, error) {
	if err := p.frozen(tx, row.AccountID); err != nil {
		return PBX{}, err
	}
	if err := checkFirmware(row.Model, row.Firmware); err != nil {
		return PBX{}, err
	}
	first, err := p.partner(tx, row.AccountID, code.PairWith)
	if err != nil {
		return PBX{}, err
	}
	if err := p.join(tx, by, &first, &row, code.ID, ""); err != nil {
		return PBX{}, err
	}
	return p.putEnrolled(tx, by, row, actEnroll)
}

// partner returns the enrolled, unpaired PBX that another one is to be joined with.
func (p *PBXs) partner(r store.Reader, account, id string) (PBX, error) {
	row, err := p.Get(r, id)
	switch {
	case err != nil:
		return row, err
	case row.AccountID != account:
		return row, ErrNotFound
	case row.State != Enrolled || row.PairID != "":
		return row, ErrPair.Say("the first half is not enrolled, or belongs to a pair already")
	}
	return row, nil
}

// join moves the connections of two halves to one of the pair and writes the first half.
func (p *PBXs) join(tx store.Tx, by audit.Cause, a, b *PBX, id, vip string) error {
	for _, h := range []*PBX{a, b} {
		if err := p.cfg.Ledger.ReleaseTx(tx, by, h.AccountID, object(h.ID)); err != nil {
			return err
		}
	}
	if err := p.cfg.Ledger.ReserveTx(tx, by, a.AccountID, pair(id), 1); err != nil {
		return err
	}
	a.PairID, a.PairRole, a.VIP = id, Primary, vip
	b.PairID, b.PairRole, b.VIP = id, Secondary, vip
	if err := p.put(tx, a); err != nil {
		return err
	}
	return audit.Record(tx, by, entry(*a, "pbx.pair", map[string]string{"primary": a.Serial, "secondary": b.Serial, "vip": vip}))
}

func (p *PBXs) putEnrolled(tx store.Tx, by audit.Cause, row PBX, action string) (PBX, error) {
	row.State, row.Replaces = Enrolled, ""
	if err := p.devices.Put(tx, &row); err != nil {
		if errors.Is(err, store.ErrExists) {
			return PBX{}, ErrKey.Because(err)
		}
		return PBX{}, err
	}
	return row, audit.Record(tx, by, entry(row, action, deviceDetail(row.device(), row.KeySPKI)))
}

func (p *PBXs) countParked(r store.Reader, account string) (int, error) {
	n := 0
	for _, err := range p.devices.Lookup(r, "parked", store.Page{Limit: MaxParked}, store.Text(account)) {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

// Poll tells how a parked enrolment fares: the PBX once it is approved, else nil. The secret and the
// key must be those of the enrolment; there is one answer for everything that is not approved.
func (p *PBXs) Poll(ctx context.Context, secret, spki string) (*PBX, error) {
	hash := sha256.Sum256([]byte(secret))
	var out *PBX
	err := p.cfg.DB.View(ctx, func(r store.Reader) error {
		row, err := p.devices.ByUnique(r, "poll", store.Text(string(hash[:])))
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err == nil && row.State == Enrolled && row.KeySPKI == spki && row.Rival == nil {
			out = &row
		}
		return err
	})
	return out, err
}
