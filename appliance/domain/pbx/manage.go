package pbx

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

const maxName = 128

func checkName(name string) (string, error) {
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		return "", fault.Invalid("name", "required", "name is required")
	case utf8.RuneCountInString(name) > maxName:
		return "", fault.Invalid("name", "too_long", "a name has at most 128 characters")
	}
	return name, nil
}

// do runs fn on one row in a transaction, with the version that the caller saw (0: any), and writes
// a refusal to the operation log.
func (p *PBXs) do(ctx context.Context, by audit.Cause, id string, ver uint64, action string, fn func(store.Tx, *PBX) error) (PBX, error) {
	var row PBX
	_, err := p.cfg.DB.Update(ctx, func(_ context.Context, tx store.Tx) error {
		var err error
		if row, err = p.Get(tx, id); err != nil {
			return err
		}
		if ver != 0 && ver != row.Ver {
			return fault.Stale(row.Ver)
		}
		return fn(tx, &row)
	})
	if err != nil && row.ID != "" {
		return row, p.refused(ctx, by, entry(row, action, nil), err)
	}
	return row, err
}

func (p *PBXs) put(tx store.Tx, row *PBX) error {
	row.Ver++
	return p.devices.Put(tx, row)
}

// Edit changes what is not nil.
type Edit struct {
	Name         *string
	VisitAllowed *bool
}

// Change renames a PBX or changes the owner's consent to visits.
func (p *PBXs) Change(ctx context.Context, by audit.Cause, id string, ver uint64, e Edit) (PBX, error) {
	return p.do(ctx, by, id, ver, actEdit, func(tx store.Tx, row *PBX) error {
		detail := map[string]string{}
		if e.Name != nil {
			name, err := checkName(*e.Name)
			if err != nil {
				return err
			}
			detail["name_before"], detail["name"] = row.Name, name
			row.Name = name
		}
		if e.VisitAllowed != nil {
			detail["visit_allowed"] = map[bool]string{true: "yes", false: "no"}[*e.VisitAllowed]
			row.VisitAllowed = *e.VisitAllowed
		}
		if err := p.put(tx, row); err != nil {
			return err
		}
		return audit.Record(tx, by, entry(*row, actEdit, detail))
	})
}

// Approve lets a parked enrolment in, or settles a duplicate identity: machine is then the machine id
// that is the real one (empty keeps the enrolled one).
func (p *PBXs) Approve(ctx context.Context, by audit.Cause, id string, ver uint64, machine string) (PBX, error) {
	var out PBX
	_, err := p.do(ctx, by, id, ver, "pbx.approve", func(tx store.Tx, row *PBX) error {
		var err error
		switch {
		case row.State == Awaiting:
			out, err = p.approveParked(tx, by, *row)
		case row.Rival != nil:
			out, err = p.settleRival(tx, by, *row, machine)
		default:
			err = ErrState
		}
		return err
	})
	return out, err
}

func (p *PBXs) approveParked(tx store.Tx, by audit.Cause, row PBX) (PBX, error) {
	if by.At.After(row.Ends) && !p.cfg.Unsure() {
		return PBX{}, ErrState.Say("the enrolment has expired")
	}
	var old PBX
	if row.Replaces != "" {
		found, err := p.Get(tx, row.Replaces)
		if err != nil && !fault.Is(err, fault.KindNotFound) {
			return PBX{}, err
		}
		if err == nil && found.AccountID == row.AccountID {
			old = found
		}
	} else if same, err := p.devices.ByUnique(tx, "serial", store.Text(row.AccountID), store.Text(serialKey(row.Serial))); err == nil {
		old = same
	}
	if old.ID != "" {
		// The key moves from the parked row to the one that it replaces.
		if err := p.devices.Delete(tx, store.Text(row.ID)); err != nil {
			return PBX{}, err
		}
	}
	row.Ver++
	return p.enrolTx(tx, by, row, old)
}

func (p *PBXs) settleRival(tx store.Tx, by audit.Cause, row PBX, machine string) (PBX, error) {
	if machine != "" && machine != row.MachineID && machine != row.Rival.MachineID {
		return PBX{}, fault.Invalid("machine_id", "unknown", "neither of the two machines has this id")
	}
	detail := map[string]string{"machine_before": row.MachineID, "rival": row.Rival.MachineID}
	if machine != "" {
		row.MachineID = machine
	}
	detail["machine"] = row.MachineID
	row.Rival = nil
	if err := p.put(tx, &row); err != nil {
		return PBX{}, err
	}
	return row, audit.Record(tx, by, entry(row, "pbx.approve", detail))
}

// Reject turns a parked enrolment away.
func (p *PBXs) Reject(ctx context.Context, by audit.Cause, id string, ver uint64) error {
	_, err := p.do(ctx, by, id, ver, "pbx.reject", func(tx store.Tx, row *PBX) error {
		if row.State != Awaiting {
			return ErrState
		}
		if err := p.devices.Delete(tx, store.Text(row.ID)); err != nil {
			return err
		}
		return audit.Record(tx, by, entry(*row, "pbx.reject", deviceDetail(row.device(), row.KeySPKI)))
	})
	return err
}

// Revoke takes the key's power away; the row and its name stay for a new enrolment.
func (p *PBXs) Revoke(ctx context.Context, by audit.Cause, id string, ver uint64) (PBX, error) {
	return p.do(ctx, by, id, ver, "pbx.revoke", func(tx store.Tx, row *PBX) error {
		if row.State != Enrolled {
			return ErrState
		}
		if err := p.release(tx, by, row); err != nil {
			return err
		}
		row.State, row.KeySPKI, row.PollHash, row.Rival = Revoked, "", nil, nil
		if err := p.put(tx, row); err != nil {
			return err
		}
		return audit.Record(tx, by, entry(*row, "pbx.revoke", nil))
	})
}

// Delete removes a PBX and gives its connection back.
func (p *PBXs) Delete(ctx context.Context, by audit.Cause, id string, ver uint64) error {
	_, err := p.do(ctx, by, id, ver, actDelete, func(tx store.Tx, row *PBX) error {
		if row.State == Enrolled {
			if err := p.release(tx, by, row); err != nil {
				return err
			}
		}
		if err := p.devices.Delete(tx, store.Text(row.ID)); err != nil {
			return err
		}
		return audit.Record(tx, by, entry(*row, actDelete, map[string]string{"serial": row.Serial}))
	})
	if err == nil {
		p.hot.Forget(id)
	}
	return err
}

// release gives the PBX's connection back; a pair dissolves and the other half keeps one of its own.
func (p *PBXs) release(tx store.Tx, by audit.Cause, row *PBX) error {
	if row.PairID == "" {
		return p.cfg.Ledger.ReleaseTx(tx, by, row.AccountID, object(row.ID))
	}
	other, err := p.Half(tx, *row)
	if err != nil {
		return err
	}
	if err := p.cfg.Ledger.ReleaseTx(tx, by, row.AccountID, pair(row.PairID)); err != nil {
		return err
	}
	if err := p.cfg.Ledger.ReserveTx(tx, by, other.AccountID, object(other.ID), 1); err != nil {
		return err
	}
	other.PairID, other.PairRole, other.VIP = "", "", ""
	row.PairID, row.PairRole, row.VIP = "", "", ""
	return p.put(tx, &other)
}

// Pair joins two enrolled PBXs of one account as a hot-standby pair: from then on they take one
// connection. vip is the address that they share; it may be empty.
func (p *PBXs) Pair(ctx context.Context, by audit.Cause, primary, secondary, vip string) (string, error) {
	id := ident.New()
	_, err := p.do(ctx, by, primary, 0, "pbx.pair", func(tx store.Tx, a *PBX) error {
		b, err := p.Get(tx, secondary)
		if err != nil {
			return err
		}
		switch {
		case a.ID == b.ID:
			return ErrPair.Say("a PBX cannot be joined with itself")
		case a.State != Enrolled || b.State != Enrolled:
			return ErrPair.Say("both halves must be enrolled with keys of their own")
		case a.AccountID != b.AccountID:
			return ErrPair.Say("both halves must belong to the same account")
		case a.PairID != "" || b.PairID != "":
			return ErrPair.Say("one of them belongs to a pair already")
		case len(vip) > 64:
			return fault.Invalid("vip", "too_long", "the virtual IP has at most 64 characters")
		}
		if err := p.frozen(tx, a.AccountID); err != nil {
			return err
		}
		if err := p.join(tx, by, a, &b, id, vip); err != nil {
			return err
		}
		return p.put(tx, &b)
	})
	if err != nil {
		return "", err
	}
	return id, nil
}

// PairRows returns both halves, the primary first; ErrNotFound when there is no such pair.
func (p *PBXs) PairRows(r store.Reader, pairID string) (a, b PBX, err error) {
	for it, err := range p.devices.Lookup(r, "pair", store.Page{}, store.Text(pairID)) {
		if err != nil {
			return a, b, err
		}
		if it.Row.PairRole == Primary {
			a = it.Row
		} else {
			b = it.Row
		}
	}
	if a.ID == "" || b.ID == "" || pairID == "" {
		return a, b, ErrNotFound
	}
	return a, b, nil
}

// Unpair parts a pair: each half takes a connection of its own again.
func (p *PBXs) Unpair(ctx context.Context, by audit.Cause, pairID string) error {
	var first PBX
	_, err := p.cfg.DB.Update(ctx, func(_ context.Context, tx store.Tx) error {
		a, b, err := p.PairRows(tx, pairID)
		if err != nil {
			return err
		}
		first = a
		if err := p.cfg.Ledger.ReleaseTx(tx, by, a.AccountID, pair(pairID)); err != nil {
			return err
		}
		for _, h := range []*PBX{&a, &b} {
			if err := p.cfg.Ledger.ReserveTx(tx, by, h.AccountID, object(h.ID), 1); err != nil {
				return err
			}
			h.PairID, h.PairRole, h.VIP = "", "", ""
			if err := p.put(tx, h); err != nil {
				return err
			}
		}
		return audit.Record(tx, by, entry(a, "pbx.unpair", map[string]string{"primary": a.Serial, "secondary": b.Serial}))
	})
	if err != nil && first.ID != "" {
		return p.refused(ctx, by, entry(first, "pbx.unpair", nil), err)
	}
	return err
}
