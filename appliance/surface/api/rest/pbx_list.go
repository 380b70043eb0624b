package rest

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"github.com/switchkeep/switchkeep/appliance/domain/pbx"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/search"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
)

// PBXIndex keeps the columns of the list of PBXs in memory. The state is hot: it comes from presence,
// and is looked at again every minute because it also changes by the passing of time. Column "kept" is
// the state where the row alone says it, else empty.
type PBXIndex struct {
	db    *store.DB
	clock clock.Clock
	pbxs  *pbx.PBXs
	ix    *search.Index
	hot   chan string
	file  string

	missed  atomic.Bool         // more changed at once than hot holds
	standby map[string]struct{} // halves whose state ends by time; of runHot
}

// pbxSchema is raised when the same row gives other cells.
const pbxSchema = 1

// manyRows is a list whose load leaves much behind.
const manyRows = 20_000

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
		{Name: "kept", Kind: search.Label},
		{Name: "state", Kind: search.Label, Hot: true},
		{Name: "address", Kind: search.Text, Search: true, Hot: true},
		{Name: "version", Kind: search.Label, Hot: true},
		{Name: "since", Kind: search.Time, Hot: true},
	}})
	if err != nil {
		return nil, err
	}
	p := &PBXIndex{db: db, clock: clk, pbxs: pbxs, ix: ix, hot: make(chan string, 4096), standby: map[string]struct{}{}}
	pbxs.Presence().Watch(p.look)
	return p, nil
}

// KeepIn names the file that holds the list between two runs. Call it before Run.
func (p *PBXIndex) KeepIn(file string) { p.file = file }

// Save keeps the list for the next start. Call it when Run has ended and nothing is written any more.
func (p *PBXIndex) Save(ctx context.Context) error {
	if p.file == "" {
		return nil
	}
	if err := search.CatchUp(ctx, p.db, pbx.Table(), p.ix, p.project); err != nil {
		return err
	}
	return p.ix.Save(p.file, pbxSchema)
}

// Run keeps the index until ctx ends.
func (p *PBXIndex) Run(ctx context.Context) error {
	if p.file != "" && p.ix.Restore(p.db, p.file, pbxSchema) == nil {
		p.round(ctx) // the live state of another run
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.runHot(ctx)
	}()
	err := search.Follow(ctx, p.db, pbx.Table(), p.ix, func(row *pbx.PBX) (search.Row, bool) {
		select {
		case <-p.ix.Ready():
			p.look(row.ID)
		default: // the round after the load takes it
		}
		return p.project(row)
	})
	cancel()
	<-done
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

func (p *PBXIndex) project(row *pbx.PBX) (search.Row, bool) {
	return search.Row{ID: row.ID, Account: row.Account, Values: append([]search.Value{
		search.TextValue(row.Name), search.TextValue(row.Serial), search.TextValue(row.Model), search.TextValue(row.Firmware),
		search.TimeValue(row.CreatedAt), search.TextValue(row.PairID), search.TextValue(pbx.Shown(*row, pbx.Live{}, time.Time{})),
	}, p.cells(row)...)}, true
}

// cells are the values of the hot columns.
func (p *PBXIndex) cells(row *pbx.PBX) []search.Value {
	live := p.pbxs.Presence().Get(row.ID)
	since, address := live.Since, live.Address
	if row.State == pbx.Awaiting {
		since, address = row.CreatedAt, row.Address
	}
	return []search.Value{
		search.TextValue(pbx.Shown(*row, live, p.clock.Now())), search.TextValue(address), search.TextValue(live.Connector), search.TimeValue(since),
	}
}

func hotColumns() []string { return []string{"state", "address", "version", "since"} }

// look asks for the hot columns of a row to be set soon; when too many wait, the next round takes it.
func (p *PBXIndex) look(id string) {
	select {
	case p.hot <- id:
	default:
		p.missed.Store(true)
	}
}

func (p *PBXIndex) runHot(ctx context.Context) {
	t := p.clock.NewTicker(stateEvery)
	defer t.Stop()
	loaded := p.ix.Ready()
	var link pbx.Link // of those never seen: it changes once, some minutes after the start
	for {
		select {
		case <-ctx.Done():
			return
		case id := <-p.hot:
			p.set(ctx, id)
		case <-loaded:
			loaded, link = nil, p.pbxs.Presence().Get("").Link
			p.round(ctx)
			if p.ix.Len() > manyRows {
				debug.FreeOSMemory() // what the load left is not needed again
			}
		case <-t.C():
			if now := p.pbxs.Presence().Get("").Link; p.missed.Swap(false) || now != link {
				link = now
				p.round(ctx)
			}
			for id := range p.standby {
				p.set(ctx, id)
			}
		}
	}
}

// round sets the hot columns of all rows from presence alone; only rows of which it cannot tell are read.
func (p *PBXIndex) round(ctx context.Context) {
	presence := p.pbxs.Presence()
	var rest []string
	cells := make([]search.Value, 4)
	err := p.ix.Refresh("kept", func(id string, kept search.Value) []search.Value {
		live := presence.Get(id)
		if kept.Text() != "" || live.Role == pbx.Standby {
			rest = append(rest, id)
			return nil
		}
		cells[0], cells[1] = search.TextValue(string(live.Link)), search.TextValue(live.Address)
		cells[2], cells[3] = search.TextValue(live.Connector), search.TimeValue(live.Since)
		return cells
	})
	for _, id := range rest {
		if err != nil || ctx.Err() != nil {
			return
		}
		p.set(ctx, id)
	}
}

// set reads a row and sets its hot columns. One that went meanwhile, or is not there yet, is refused by
// the index; nothing is lost by it.
func (p *PBXIndex) set(ctx context.Context, id string) {
	row, err := p.pbxs.Read(ctx, id)
	if err != nil {
		delete(p.standby, id)
		return
	}
	delete(p.standby, id)
	if p.pbxs.Presence().Get(id).Role == pbx.Standby {
		p.standby[id] = struct{}{}
	}
	for i, v := range p.cells(&row) {
		_ = p.ix.Set(row.ID, hotColumns()[i], v)
	}
}

// Ready is closed when the first load is done.
func (p *PBXIndex) Ready() <-chan struct{} { return p.ix.Ready() }

// query waits a moment for what was written before the request, then asks.
func (p *PBXIndex) query(ctx context.Context, q search.Query) (search.Page, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if err := p.ix.Wait(ctx, p.db.Rev()); err != nil {
		return search.Page{}, notReady().Because(err)
	}
	return p.ix.Query(q)
}

func notReady() *fault.Error {
	return fault.New(fault.KindUnavailable, "list_not_ready", "the list is being read; try again in a moment").After(time.Second)
}

// loaded refuses numbers of a list that is being read.
func (p *PBXIndex) loaded() error {
	select {
	case <-p.ix.Ready():
		return nil
	default:
		return notReady()
	}
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
