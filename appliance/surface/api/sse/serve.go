package sse

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// writeWait is how long a client may take to accept what is sent to it.
const writeWait = 10 * time.Second

// Serve streams to one client until it, its session or the hub ends. It writes nothing when it
// returns ErrFull, so that the caller can answer.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, sub Subscriber) error {
	s, missed, from, reload, err := h.subscribe(sub, r.Header.Get("Last-Event-Id"))
	if err != nil {
		return err
	}
	defer h.drop(s)
	out := &writer{w: w, c: http.NewResponseController(w)}
	// The server's write timeout is for answers; a stream has its own for each flush.
	_ = out.c.SetWriteDeadline(time.Time{})
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	out.text("retry: 2000\n\n")
	if reload {
		out.event(h.id(from), "reload", "{}")
	}
	h.replay(r.Context(), out, s, missed)
	out.flush()
	beat := h.c.Clock.NewTicker(h.c.Beat)
	defer beat.Stop()
	h.loop(r.Context(), out, s, beat.C())
	return nil
}

func (h *Hub) loop(ctx context.Context, out *writer, s *stream, beat <-chan time.Time) {
	for out.err == nil {
		select {
		case <-ctx.Done():
			return
		case <-s.done:
			out.event("", "end", "{}")
			out.flush()
			return
		case <-s.over:
			// The client loads everything again; it then comes back with a fresh queue.
			h.mu.Lock()
			n := h.n
			h.mu.Unlock()
			out.event(h.id(n), "reload", "{}")
			out.flush()
			return
		case <-beat:
			if !s.Alive(ctx) {
				out.event("", "end", "{}")
				out.flush()
				return
			}
			out.text(": beat\n\n")
			out.flush()
		case e := <-s.queue:
			batch := []numbered{e}
			for range len(s.queue) {
				batch = append(batch, <-s.queue)
			}
			select {
			case <-s.done: // rights lost before the write: nothing of the batch leaves
				continue
			default:
			}
			h.replay(ctx, out, s, batch)
			out.flush()
		}
	}
}

// replay writes the events that the subscriber may view now.
func (h *Hub) replay(ctx context.Context, out *writer, s *stream, events []numbered) {
	for _, e := range events {
		if !s.May(ctx, e.Change) {
			continue
		}
		data, err := json.Marshal(struct {
			Type string `json:"type"`
			ID   string `json:"id"`
			Rev  uint64 `json:"rev"`
		}{e.Type, e.ID, e.Rev})
		if err != nil {
			continue
		}
		out.event(h.id(e.n), "change", string(data))
	}
}

// writer gathers text and sends it with one flush.
type writer struct {
	w   http.ResponseWriter
	c   *http.ResponseController
	buf []byte
	err error
}

func (o *writer) text(s string) { o.buf = append(o.buf, s...) }

func (o *writer) event(id, name, data string) {
	if id != "" {
		id = "id: " + id + "\n"
	}
	o.text(fmt.Sprintf("%sevent: %s\ndata: %s\n\n", id, name, data))
}

func (o *writer) flush() {
	if o.err != nil {
		return
	}
	// A deadline is an instant of the machine's clock, which the appliance's own need not follow.
	late := time.AfterFunc(writeWait, func() { _ = o.c.SetWriteDeadline(time.Unix(1, 0)) })
	defer late.Stop()
	if _, o.err = o.w.Write(o.buf); o.err == nil {
		o.err = o.c.Flush()
	}
	o.buf = o.buf[:0]
}
