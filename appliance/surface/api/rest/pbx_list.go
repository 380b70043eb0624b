package rest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/switchkeep/switchkeep/appliance/domain/pbx"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/search"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
)

// PBXIndex keeps the columns of the list of PBXs in memory. The state is hot: it comes from presence,
// and is looked at again every minute because it also changes by the passing of time.
type PBXIndex struct {
	db    *store.DB
	clock clock.Clock
	pbxs  *pbx.PBXs
	ix    *search.Index
	hot   chan string
}

// stateEvery is how often states that change by time alone are refreshed.
const stateEvery = time.Minute

// NewPBXIndex returns an empty index; Run fills it.
func NewPBXIndex(db *store.DB, clk clock.Clock, pbxs *pbx.PBXs) (*PBXIndex, error) {
	ix, err := search.New(search.Spec{Name: "pbx", Columns: []search.Column{
		{Name: "name", Kind: search.Text, Search: true},
		{Name: "serial", Kind: search.Text, Search: true},
		{Name: "model", Kind: search.Label, Search: true},
		{Name: "firmware", Kind: search.Label},
		{Name: "created_at", Kind: search.Time},
		{Name: "pair", Kind: search.Text},
		{Name: "state", Kind: search.Label, Hot: true},
		{Name: "address", Kind: search.Text, Search: true, Hot: true},
		{Name: "version", Kind: search.Label, Hot: true},
		{Name: "since", Kind: search.Time, Hot: true},
	}})
	if err != nil {
		return nil, err
	}
	p := &PBXIndex{db: db, clock: clk, pbxs: pbxs, ix: ix, hot: make(chan string, 4096)}
	pbxs.Presence().Watch(func(id string) {
		select {
		case p.hot <- id:
		default: // the next round takes it
		}
	})
	return p, nil
}

// Run keeps the index until ctx ends.
func (p *PBXIndex) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.runHot(ctx)
	}()
	err := search.Follow(ctx, p.db, pbx.Table(), p.ix, func(row *pbx.PBX) (search.Row, bool) {
		select {
		case p.hot <- row.ID:
		default:
		}
		return search.Row{ID: row.ID, Account: row.Account, Values: []search.Value{
			search.TextValue(row.Name), search.TextValue(row.Serial), search.TextValue(row.Model), search.TextValue(row.Firmware),
			search.TimeValue(row.CreatedAt), search.TextValue(row.PairID),
			{},
			{},
			{},
			{},
		}}, true
	})
	cancel()
	<-done
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

func (p *PBXIndex) runHot(ctx context.Context) {
	t := p.clock.NewTicker(stateEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case id := <-p.hot:
			_ = p.db.View(ctx, func(r store.Reader) error {
				row, err := p.pbxs.Get(r, id)
				if err == nil {
					p.set(&row)
				}
				return nil
			})
		case <-t.C():
			_ = p.db.View(ctx, func(r store.Reader) error {
				return p.pbxs.All(r, func(row pbx.PBX) error {
					p.set(&row)
					return ctx.Err()
				})
			})
		}
	}
}

func (p *PBXIndex) set(row *pbx.PBX) {
	live := p.pbxs.Presence().Get(row.ID)
	since, address := live.Since, live.Address
	if row.State == pbx.Awaiting {
		since, address = row.CreatedAt, row.Address
	}
	// A row that went meanwhile, or is not there yet, is refused by the index; nothing is lost by it.
	_ = p.ix.Set(row.ID, "state", search.TextValue(pbx.Shown(*row, live, p.clock.Now())))
	_ = p.ix.Set(row.ID, "address", search.TextValue(address))
	_ = p.ix.Set(row.ID, "version", search.TextValue(live.Connector))
	_ = p.ix.Set(row.ID, "since", search.TimeValue(since))
}

// Ready is closed when the first load is done.
func (p *PBXIndex) Ready() <-chan struct{} { return p.ix.Ready() }

// query waits a moment for what was written before the request, then asks.
func (p *PBXIndex) query(ctx context.Context, q search.Query) (search.Page, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if err := p.ix.Wait(ctx, p.db.Rev()); err != nil {
		return search.Page{}, fault.New(fault.KindUnavailable, "list_not_ready", "the list is being read; try again in a moment").After(time.Second).Because(err)
	}
	return p.ix.Query(q)
}

func pbxColumns() []string {
	return []string{"name", "serial", "model", "firmware", "created_at", "state", "address", "version", "since"}
}

func pbxFilters(in *ListIn) ([]search.Filter, error) {
	if err := in.known("account", "state", "model", "firmware", "version", "pair"); err != nil {
		return nil, err
	}
	var out []search.Filter
	for _, name := range []string{"state", "model", "firmware", "version", "pair"} {
		if values := in.any(name); values != nil {
			out = append(out, search.Filter{Column: name, Op: search.Is, Texts: values})
		}
	}
	return out, nil
}

func (h *handlers) pbxList(ctx context.Context, c *route.Call, in *ListIn) (List[PBXRow], error) {
	filters, err := pbxFilters(in)
	if err != nil {
		return List[PBXRow]{}, err
	}
	after, err := in.after()
	if err != nil {
		return List[PBXRow]{}, err
	}
	column, desc := in.order("name")
	if !strings.Contains(" "+strings.Join(pbxColumns(), " ")+" ", " "+column+" ") {
		return List[PBXRow]{}, fault.Invalid("query.sort", "unknown", "is no column of this list")
	}
	bits, err := h.pbxScope(ctx, c, in)
	if err != nil {
		return List[PBXRow]{}, err
	}
	found, err := h.PBXIndex.query(ctx, search.Query{
		Allowed: bits, Filters: filters, Text: in.Q, Sort: []search.Order{{Column: column, Desc: desc}}, After: after, Limit: limit(in),
	})
	if err != nil {
		return List[PBXRow]{}, err
	}
	rows, err := h.pbxRows(ctx, found.IDs)
	return page(rows, found.Next, found.Total), err
}

// pbxRows reads the rows of a page; one that went meanwhile is left out.
func (h *handlers) pbxRows(ctx context.Context, ids []string) ([]PBXRow, error) {
	rows := make([]PBXRow, 0, len(ids))
	err := h.view(ctx, func(r store.Reader) error {
		rows = rows[:0]
		for _, id := range ids {
			row, err := h.PBXs.Get(r, id)
			if fault.Is(err, fault.KindNotFound) {
				continue
			}
			if err != nil {
				return fmt.Errorf("row of the list: %w", err)
			}
			rows = append(rows, h.pbxShow(&row))
		}
		return nil
	})
	return rows, err
}
