package listen

import (
	"container/list"
	"net/netip"
	"time"
)

// pending holds the unfinished handshakes, oldest first, and how many each source has. The zero
// prefix stands for proxies whose header is not read yet: no source's cap holds for it.
type pending struct {
	max, perSource int
	order          *list.List // of *conn
	at             map[*conn]*list.Element
	bySource       map[netip.Prefix]*list.List // of *conn
	inSource       map[*conn]*list.Element
}

func newPending(maxAll, perSource int) *pending {
	return &pending{
		max: maxAll, perSource: perSource, order: list.New(), at: map[*conn]*list.Element{},
		bySource: map[netip.Prefix]*list.List{}, inSource: map[*conn]*list.Element{},
	}
}

func (p *pending) len() int { return p.order.Len() }

// add puts a newcomer in and returns those that had to go for it.
func (p *pending) add(c *conn, source netip.Prefix, exempt bool) []*conn {
	var out []*conn
	if p.order.Len() >= p.max {
		out = append(out, p.drop(p.heaviest()))
	}
	p.at[c] = p.order.PushBack(c)
	return append(out, p.join(c, source, exempt)...)
}

// join files c under its source and returns the source's oldest when it has too many.
func (p *pending) join(c *conn, source netip.Prefix, exempt bool) []*conn {
	if exempt {
		source = netip.Prefix{}
	}
	c.source = source
	l := p.bySource[source]
	if l == nil {
		l = list.New()
		p.bySource[source] = l
	}
	p.inSource[c] = l.PushBack(c)
	if !exempt && l.Len() > p.perSource {
		return []*conn{p.drop(l)}
	}
	return nil
}

// move files c under another source, now that the proxy said which.
func (p *pending) move(c *conn, source netip.Prefix, exempt bool) []*conn {
	if p.at[c] == nil { // evicted meanwhile
		return nil
	}
	p.leave(c)
	return p.join(c, source, exempt)
}

// heaviest is the source with most connections; among equals the one that holds the oldest.
func (p *pending) heaviest() *list.List {
	var best *list.List
	for _, l := range p.bySource {
		if best == nil || l.Len() > best.Len() || l.Len() == best.Len() && since(l).Before(since(best)) {
			best = l
		}
	}
	return best
}

func since(l *list.List) time.Time { return l.Front().Value.(*conn).since }

// drop takes the oldest of a source out.
func (p *pending) drop(l *list.List) *conn {
	c := l.Front().Value.(*conn)
	p.remove(c)
	return c
}

func (p *pending) leave(c *conn) {
	l := p.bySource[c.source]
	l.Remove(p.inSource[c])
	delete(p.inSource, c)
	if l.Len() == 0 {
		delete(p.bySource, c.source)
	}
}

func (p *pending) remove(c *conn) {
	e := p.at[c]
	if e == nil {
		return
	}
	p.order.Remove(e)
	delete(p.at, c)
	p.leave(c)
}

// before takes out all that were accepted at t or earlier.
func (p *pending) before(t time.Time) []*conn {
	var out []*conn
	for e := p.order.Front(); e != nil; e = p.order.Front() {
		c := e.Value.(*conn)
		if c.since.After(t) {
			break
		}
		p.remove(c)
		out = append(out, c)
	}
	return out
}

func (p *pending) all() []*conn {
	out := make([]*conn, 0, p.order.Len())
	for e := p.order.Front(); e != nil; e = e.Next() {
		out = append(out, e.Value.(*conn))
	}
	return out
}
