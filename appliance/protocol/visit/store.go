package visit

import (
	"context"
	"fmt"
	"strconv"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

func visits() *store.Table[Row, *Row] {
	return store.NewTable[Row, *Row](store.Spec[Row]{
		Name: "visit", Schema: 1,
		Key: func(r *Row) []store.Part { return []store.Part{store.Text(r.ID)} },
		Lookup: []store.Index[Row]{
			{Name: "open", Keys: func(r *Row) [][]store.Part {
				if !r.EndedAt.IsZero() {
					return nil
				}
				return [][]store.Part{{store.Bool(true)}}
			}},
			{Name: "pbx", Keys: func(r *Row) [][]store.Part { return [][]store.Part{{store.Text(r.PBX)}} }},
		},
	})
}

func tokens() *store.Table[TokenRow, *TokenRow] {
	return store.NewTable[TokenRow, *TokenRow](store.Spec[TokenRow]{
		Name: "visit_token", Schema: 1,
		Key: func(r *TokenRow) []store.Part { return []store.Part{store.Text(r.Hash)} },
	})
}

// Table is the table of visits; others follow and read it only.
func Table() *store.Table[Row, *Row] { return visits() }

// Tables are this room's tables for the catalogue.
func Tables() []store.Registered { return []store.Registered{visits(), tokens()} }

// closeLeft ends the rows that a stop or a crash left open, and drops their tokens.
func (v *Visits) closeLeft(ctx context.Context) error {
	const batch = 50
	for {
		var left []Row
		var stale []string
		err := v.cfg.DB.View(ctx, func(r store.Reader) error {
			left, stale = nil, nil
			for item, err := range visits().Lookup(r, "open", store.Page{Limit: batch}) {
				if err != nil {
					return err
				}
				left = append(left, item.Row)
			}
			for item, err := range tokens().List(r, store.Page{Limit: batch}) {
				if err != nil {
					return err
				}
				stale = append(stale, item.Row.Hash)
			}
			return nil
		})
		if err != nil || len(left)+len(stale) == 0 {
			return err
		}
		_, err = v.cfg.DB.Update(ctx, func(_ context.Context, tx store.Tx) error {
			for i := range left {
				row := left[i]
				row.EndedAt, row.EndReason = v.cfg.Clock.Now(), ReasonRestart
				if err = putEnd(tx, audit.System(row.EndedAt, ReasonRestart), &row); err != nil {
					return err
				}
			}
			for _, h := range stale {
				if err = tokens().Delete(tx, store.Text(h)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("visit: close what was left open: %w", err)
		}
	}
}

// putEnd writes the end of a visit and its line in the operation log.
func putEnd(tx store.Tx, by audit.Cause, row *Row) error {
	if err := visits().Put(tx, row); err != nil {
		return err
	}
	return audit.Record(tx, by, audit.Entry{
		Account: row.Account, Action: "visit.end", ObjectKind: "pbx", ObjectID: row.PBX, ObjectLabel: row.Label,
		Detail: map[string]string{
			"visit": row.ID, "visitor": row.UserLabel, "end": row.EndReason, "mode": row.Mode,
			"seconds":  strconv.FormatInt(int64(row.EndedAt.Sub(row.CreatedAt).Seconds()), 10),
			"requests": strconv.FormatUint(row.Requests, 10),
			"bytes_in": strconv.FormatUint(row.BytesIn, 10), "bytes_out": strconv.FormatUint(row.BytesOut, 10),
		},
	})
}
