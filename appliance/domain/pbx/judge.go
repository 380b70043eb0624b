package pbx

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

var (
	// ErrRevoked says that the key speaks for no PBX any more.
	ErrRevoked = fault.New(fault.KindDenied, "key_revoked", "the key of this PBX was revoked")
	// ErrIdentity says that serial or machine id are not those that the key is bound to.
	ErrIdentity = fault.New(fault.KindDenied, "identity_changed", "serial or machine id are not those of the enrolment")
	// ErrDuplicate says that two machines claim the identity and nobody decided yet.
	ErrDuplicate = fault.New(fault.KindConflict, "duplicate_identity", "the same identity is claimed by two machines")
)

// Judge tells whether a certificate of the link CA may have a session: its PBX is enrolled with this
// key. A key that is newer than the row's is taken too: the row was restored from a backup.
func (p *PBXs) Judge(ctx context.Context, id, spki string, issued time.Time) error {
	row, err := p.Read(ctx, id)
	switch {
	case errors.Is(err, ErrNotFound):
		return ErrRevoked
	case err != nil:
		return err
	case row.State != Enrolled:
		return ErrRevoked
	case row.KeySPKI != spki && !issued.After(row.KeyedAt):
		return ErrRevoked
	}
	return nil
}

// Hello is what a session says of its PBX.
type Hello struct {
	Device
	KeySPKI string
	Issued  time.Time // NotBefore of the certificate
	Address string
}

// Admission is what the link needs to know of an admitted PBX.
type Admission struct {
	ID, AccountID, Name string
	PairID              string
	// Message is for the person at the PBX: the account is frozen, for example.
	Message string
}

// Admit judges a session after its Hello: the key is bound to serial and machine id. A newcomer that
// differs gets ErrIdentity, and the caller says by Contest what became of it. What the row says of firmware
// and portal is brought up to date.
func (p *PBXs) Admit(ctx context.Context, id string, h Hello) (Admission, error) {
	now := p.cfg.Clock.Now()
	var a Admission
	var row PBX
	err := p.cfg.DB.View(ctx, func(r store.Reader) error {
		var err error
		if row, err = p.Get(r, id); err != nil {
			return err
		}
		a = Admission{ID: row.ID, AccountID: row.AccountID, Name: row.Name, PairID: row.PairID}
		if reason, yes, err := p.cfg.Accounts.Frozen(r, row.AccountID); err != nil {
			return err
		} else if yes {
			a.Message = "The account is frozen: " + reason
		}
		return nil
	})
	switch {
	case errors.Is(err, ErrNotFound):
		return a, ErrRevoked
	case err != nil:
		return a, err
	case row.State != Enrolled:
		return a, ErrRevoked
	case row.Rival != nil:
		return a, ErrDuplicate
	case serialKey(row.Serial) != serialKey(h.Serial) || row.MachineID != h.MachineID:
		return a, ErrIdentity
	}
	if row.Firmware == h.Firmware && row.PortalURL == h.PortalURL && row.PortalSPKI == h.PortalSPKI &&
		row.KeySPKI == h.KeySPKI && len(row.PollHash) == 0 {
		return a, nil
	}
	return a, p.refresh(ctx, id, h, now)
}

// refresh brings the row up to what the PBX says. The poll secret has done its work.
func (p *PBXs) refresh(ctx context.Context, id string, h Hello, now time.Time) error {
	by := audit.System(now, "link")
	by.IP = h.Address
	_, err := p.cfg.DB.Update(ctx, func(_ context.Context, tx store.Tx) error {
		row, err := p.Get(tx, id)
		if err != nil {
			return err
		}
		detail := map[string]string{}
		if row.Firmware != h.Firmware {
			detail["firmware_before"], detail["firmware"] = row.Firmware, h.Firmware
		}
		if row.PortalSPKI != h.PortalSPKI || row.PortalURL != h.PortalURL {
			detail["portal"], detail["portal_certificate"] = h.PortalURL, h.PortalSPKI
		}
		if row.KeySPKI != h.KeySPKI {
			if !h.Issued.After(row.KeyedAt) {
				return ErrRevoked
			}
			detail["key"] = h.KeySPKI
			row.KeyedAt = h.Issued
		}
		row.Firmware, row.PortalURL, row.PortalSPKI, row.KeySPKI, row.PollHash = h.Firmware, h.PortalURL, h.PortalSPKI, h.KeySPKI, nil
		if err := p.put(tx, &row); err != nil {
			return err
		}
		if len(detail) == 0 {
			return nil
		}
		return audit.Record(tx, by, entry(row, "pbx.report", detail))
	})
	return err
}

// Contest notes that another machine uses the key, and returns why. With ErrDuplicate both proved it
// at the same time: every link of this identity is refused until a person decides.
func (p *PBXs) Contest(ctx context.Context, id string, h Hello, why *fault.Error) error {
	now := p.cfg.Clock.Now()
	by := audit.System(now, "link")
	by.IP = h.Address
	_, err := p.cfg.DB.Update(ctx, func(_ context.Context, tx store.Tx) error {
		row, err := p.Get(tx, id)
		if err != nil {
			return err
		}
		e := entry(row, "pbx.identity", map[string]string{
			"serial": h.Serial, "machine_id": h.MachineID, "expected_serial": row.Serial, "expected_machine_id": row.MachineID,
		})
		e.Result, e.Code = audit.Refused, why.Code
		if errors.Is(why, ErrDuplicate) && row.Rival == nil {
			row.Rival = &Rival{Serial: h.Serial, MachineID: h.MachineID, Address: h.Address, At: now}
			if err := p.put(tx, &row); err != nil {
				return err
			}
		}
		return audit.Record(tx, by, e)
	})
	if err != nil {
		return errors.Join(why, err)
	}
	return why
}

// Startable tells whether something new may start on the PBX (a visit, a task): it is enrolled, its
// owner consents, and neither its account nor one above is frozen.
func (p *PBXs) Startable(ctx context.Context, id string) error {
	return p.cfg.DB.View(ctx, func(r store.Reader) error {
		row, err := p.Get(r, id)
		if err != nil {
			return err
		}
		if row.State != Enrolled || row.Rival != nil {
			return ErrState
		}
		if !row.VisitAllowed {
			return ErrState.Say("the owner does not allow remote visits")
		}
		return p.frozen(r, row.AccountID)
	})
}

// Report takes what a half saw of its pair.
func (p *PBXs) Report(ctx context.Context, id string, e Evidence) {
	var self, other PBX
	err := p.cfg.DB.View(ctx, func(r store.Reader) (err error) {
		if self, err = p.Get(r, id); err != nil {
			return err
		}
		other, err = p.Half(r, self)
		return err
	})
	if errors.Is(err, ErrNotFound) {
		return // a claim alone makes no pair
	}
	if err != nil {
		p.log.WarnContext(ctx, "pair was not read", slog.Any("error", err))
		return
	}
	p.hot.HA(p.cfg.Clock.Now(), self, other, e)
}

// AccountPBXs returns the ids of the account's PBXs, for ending their links.
func (p *PBXs) AccountPBXs(ctx context.Context, account string) ([]string, error) {
	var ids []string
	err := p.cfg.DB.View(ctx, func(r store.Reader) error {
		ids = nil
		rows, _, err := p.List(r, account, store.Page{})
		for i := range rows {
			ids = append(ids, rows[i].ID)
		}
		return err
	})
	return ids, err
}

// Notice is the message for the person at the PBX, "" when there is none; ErrRevoked when the PBX is not
// to be connected any more (its session should have ended by Watch).
func (p *PBXs) Notice(ctx context.Context, id string) (text string, err error) {
	err = p.cfg.DB.View(ctx, func(r store.Reader) error {
		row, gerr := p.Get(r, id)
		if errors.Is(gerr, ErrNotFound) || gerr == nil && row.State != Enrolled {
			return ErrRevoked
		}
		if gerr != nil {
			return gerr
		}
		reason, yes, gerr := p.cfg.Accounts.Frozen(r, row.AccountID)
		if yes {
			text = "The account is frozen: " + reason
		}
		return gerr
	})
	return text, err
}

// Watch calls fn after each commit that changed a PBX, with nil for a deleted one, until ctx ends. When
// history was lost it calls fn for every PBX.
func (p *PBXs) Watch(ctx context.Context, fn func(id string, row *PBX)) error {
	after := p.cfg.DB.Rev()
	for {
		p.follow(ctx, after, fn)
		if over(ctx) {
			return nil
		}
		after = p.cfg.DB.Rev()
		if err := p.each(ctx, fn); err != nil {
			return err
		}
	}
}

func over(ctx context.Context) bool { return ctx.Err() != nil }

func (p *PBXs) each(ctx context.Context, fn func(string, *PBX)) error {
	return p.cfg.DB.View(ctx, func(r store.Reader) error {
		return p.All(r, func(row PBX) error { fn(row.ID, &row); return ctx.Err() })
	})
}

// follow watches until ctx ends or history is lost.
func (p *PBXs) follow(ctx context.Context, after store.Rev, fn func(string, *PBX)) {
	for batch, lost := range p.cfg.DB.Watch(ctx, after, p.devices.Name()) {
		if lost != nil {
			if ctx.Err() == nil {
				p.log.WarnContext(ctx, "watch starts over", slog.Any("error", lost))
			}
			return
		}
		for _, c := range batch {
			p.changed(ctx, c, fn)
		}
	}
}

func (p *PBXs) changed(ctx context.Context, c store.Change, fn func(string, *PBX)) {
	ids, err := store.KeyText(c.Key, 1)
	if err != nil {
		p.log.ErrorContext(ctx, "changed key was not read", slog.Any("error", err))
		return
	}
	if c.Value == nil {
		fn(ids[0], nil)
		return
	}
	row, err := p.devices.Decode(c.Value)
	if err != nil {
		p.log.ErrorContext(ctx, "changed row was not read", slog.String("pbx", ids[0]), slog.Any("error", err))
		return
	}
	fn(ids[0], &row)
}
