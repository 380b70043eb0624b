package rest

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/secret"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
	"github.com/switchkeep/switchkeep/appliance/surface/backup"
)

// Recovery tells for whom backups hold the master key.
type Recovery struct {
	Set         bool       `json:"set"`
	Kind        string     `json:"kind" enum:"passphrase,key,recipient," doc:"empty when not set"`
	Recipient   string     `json:"recipient" doc:"age1…"`
	Made        *time.Time `json:"made"`
	Fingerprint string     `json:"fingerprint" doc:"of the master key, as the sheet shows it"`
	Ver         uint64     `json:"ver"`
}

type recoveryIn struct {
	Body struct {
		Kind       string `json:"kind" enum:"passphrase,age"`
		Passphrase string `json:"passphrase,omitempty" maxLength:"200"`
		Recipient  string `json:"recipient,omitempty" maxLength:"200"`
	}
}

func (h *handlers) recovery(r *route.Registry) {
	entry := func(method, path, id, summary string, need route.Need) route.Entry {
		return route.Entry{Method: method, Path: path, ID: id, Summary: summary, Tag: "system", Need: need, Kind: route.Change, StepUp: true}
	}
	get := entry(http.MethodGet, "/system/recovery", "recovery", "For whom backups hold the master key", "system.view")
	get.Kind, get.StepUp = route.Object, false
	route.Add(r, get, h.recoveryGet)
	// What this answers is kept nowhere, not even for a repetition: only the caller sees it.
	make := entry(http.MethodPost, "/system/recovery", "recovery_make", "Make a passphrase and its sheet; it counts once it is put", "system.edit")
	make.Plain = true
	route.Add(r, make, h.recoveryMake)
	put := entry(http.MethodPut, "/system/recovery", "recovery_set", "Set for whom backups hold the master key", "system.edit")
	put.Cap, put.Match = 8<<10, true
	route.Add(r, put, h.recoverySet)
	confirm := entry(http.MethodPost, "/system/restore/confirm", "restore_confirm", "Confirm that this restored appliance is the one in use", "system.restore")
	confirm.StepUp = false
	route.Add(r, confirm, h.restoreConfirm)
}

func (h *handlers) recoveryShow() Recovery {
	r, set := h.Keeper.Recovery()
	return Recovery{Set: set, Kind: r.Kind, Recipient: r.Recipient, Made: stamp(r.Made), Fingerprint: h.Keeper.Fingerprint(), Ver: r.Ver()}
}

func (h *handlers) recoveryGet(ctx context.Context, c *route.Call, _ *struct{}) (Recovery, error) {
	if err := h.view(ctx, func(r store.Reader) error { return h.allowRoot(c, r) }); err != nil {
		return Recovery{}, err
	}
	out := h.recoveryShow()
	c.SetVer(out.Ver)
	return out, nil
}

func (h *handlers) recoveryMake(ctx context.Context, c *route.Call, _ *struct{}) (RecoveryMade, error) {
	if err := h.view(ctx, func(r store.Reader) error { return h.allowRoot(c, r) }); err != nil {
		return RecoveryMade{}, err
	}
	p, sheet, err := h.Setup.Recovery("passphrase", "", h.Connect().Server)
	return RecoveryMade{p, sheet}, err
}

func (h *handlers) recoverySet(ctx context.Context, c *route.Call, in *recoveryIn) (Recovery, error) {
	if err := h.view(ctx, func(r store.Reader) error { return h.allowRoot(c, r) }); err != nil {
		return Recovery{}, err
	}
	fresh, err := newRecovery(in, c.By.At)
	if err != nil {
		return Recovery{}, err
	}
	if err = h.Keeper.ReplaceRecovery(c.Ver, fresh); err != nil {
		if errors.Is(err, secret.ErrReplaced) {
			err = fault.Stale(h.recoveryShow().Ver)
		}
		return Recovery{}, err
	}
	out := h.recoveryShow()
	c.SetVer(out.Ver)
	// The recipient lies in the key file, outside the store.
	return out, h.Audit.Append(ctx, c.By, audit.Entry{
		Action: "system.edit", ObjectKind: "recovery", ObjectLabel: fresh.Recipient, Detail: map[string]string{"kind": fresh.Kind},
	})
}

func newRecovery(in *recoveryIn, at time.Time) (r secret.Recovery, err error) {
	if in.Body.Kind == "age" {
		r, err = secret.RecipientRecovery(in.Body.Recipient, at)
	} else {
		r, err = secret.PassphraseRecovery(in.Body.Passphrase, at)
	}
	switch {
	case errors.Is(err, secret.ErrWeak):
		err = fault.Invalid("passphrase", "too_short", "the recovery passphrase has at least 16 characters")
	case errors.Is(err, secret.ErrRecipient):
		err = fault.Invalid("recipient", "age", "this is not an age recipient (age1…)")
	}
	return r, err
}

// restored tells whether a restored appliance still waits for somebody to confirm it.
func restored(r store.Reader) (bool, error) {
	row, ok, err := backup.State(r)
	return ok && row.Confirmed.IsZero(), err
}

func (h *handlers) restoreConfirm(ctx context.Context, c *route.Call, _ *struct{}) (System, error) {
	_, err := h.DB.Update(ctx, func(_ context.Context, tx store.Tx) error {
		if err := h.allowRoot(c, tx); err != nil {
			return err
		}
		return backup.ConfirmTx(tx, c.By)
	})
	if err != nil {
		return System{}, err
	}
	return h.systemShow(ctx)
}
