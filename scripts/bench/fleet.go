package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/switchkeep/switchkeep/appliance/domain/pbx"
	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

const (
	fleetAccounts = 100
	fleetGroup    = 50 // rows in a transaction
	fleetWriters  = 64
)

// fleet is a data folder with an operator who is signed in, enterprises and their enrolled PBXs.
type fleet struct {
	dir, cookie string
	size, p550  int // all PBXs, and those that the filter of the first page asks for
}

// makeFleet writes the rows that enrolments leave behind, with all their index entries, without syncing.
func makeFleet(ctx context.Context, dir string, size int) (f fleet, err error) {
	f = fleet{dir: dir, size: size}
	h, err := openAPIHouse(ctx, dir, true)
	if h != nil && h.engine != nil {
		defer func() { err = errors.Join(err, h.engine.Close()) }()
	}
	if err != nil {
		return f, err
	}
	f.cookie = h.cookie
	owners, err := h.enterprises(ctx)
	if err != nil {
		return f, err
	}
	r := rand.New(rand.NewPCG(1, uint64(size))) //nolint:gosec // reproducible
	groups, failed := make(chan []pbx.PBX), make(chan error, fleetWriters)
	for range fleetWriters { // the engine puts what comes together into one commit
		go func() { failed <- h.insert(ctx, groups) }()
	}
	for from := 0; from < size; from += fleetGroup {
		rows := make([]pbx.PBX, min(fleetGroup, size-from))
		for i := range rows {
			rows[i] = enrolled(r, owners[r.IntN(len(owners))], from+i)
			if rows[i].Model == "P550" {
				f.p550++
			}
		}
		select {
		case groups <- rows:
		case err = <-failed:
			return f, err
		}
	}
	close(groups)
	for range fleetWriters {
		err = errors.Join(err, <-failed)
	}
	return f, err
}

// insert writes the groups that come.
func (h *apiHouse) insert(ctx context.Context, groups <-chan []pbx.PBX) error {
	table := pbx.Table()
	for rows := range groups {
		_, err := h.db.Update(ctx, func(_ context.Context, tx store.Tx) error {
			for i := range rows {
				if err := table.Insert(tx, &rows[i]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (h *apiHouse) enterprises(ctx context.Context) (out []tenant.Account, err error) {
	by := audit.Cause{At: clock.System{}.Now(), UserLabel: "bench"}
	for i := range fleetAccounts {
		_, err = h.db.Update(ctx, func(_ context.Context, tx store.Tx) error {
			a, txErr := tenant.CreateTx(tx, by, tenant.Draft{Parent: h.root, Kind: tenant.Enterprise, Name: fmt.Sprintf("Enterprise %d", i), TimeZone: "UTC", Lang: "en", Country: "DE"})
			if txErr == nil {
				out = append(out[:i], a)
			}
			return txErr
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// enrolled is a row as an enrolment by e-mail writes it.
func enrolled(r *rand.Rand, owner tenant.Account, i int) pbx.PBX {
	like := makePBX(r, i)
	key := sha256.Sum256([]byte(like.id))
	return pbx.PBX{
		ID: ident.New(), Account: owner.Num, AccountID: owner.ID, Name: like.name, Serial: "36921" + strconv.Itoa(1e7+i), Model: like.model,
		Firmware: fmt.Sprintf("83.%d.0.16", 10+r.IntN(12)), MachineID: like.id, KeySPKI: hex.EncodeToString(key[:]), KeyedAt: time.Now().UTC(),
		State: pbx.Enrolled, PortalURL: "https://127.0.0.1:8088", VisitAllowed: true, CreatedAt: time.Now().UTC(), EnrolledBy: h16(key[:]),
		EnrolledName: "op@example.com", Address: "192.0.2.7", Ver: 1,
	}
}

func h16(b []byte) string { return hex.EncodeToString(b[:16]) }
