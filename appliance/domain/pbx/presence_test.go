package pbx

import (
	"testing"
	"time"
)

func TestUnknownUntilSeenOrFiveMinutes(t *testing.T) {
	t.Parallel()
	g := newRig(t, 5)
	hot := g.Presence()
	if l := hot.Get("a"); l.Link != Unknown {
		t.Fatal(l)
	}
	hot.Up("b", g.clk.Now(), Sighting{Address: "192.0.2.1", Uptime: time.Hour})
	g.clk.Advance(5 * time.Minute)
	if l := hot.Get("a"); l.Link != Disconnected {
		t.Fatal(l)
	}
	l := hot.Get("b")
	if l.Link != Connected || l.Uptime(g.clk.Now()) != time.Hour+5*time.Minute || hot.Connected() != 1 {
		t.Fatal(l)
	}
	// A restart: unknown again, with what was seen last.
	g.ok(hot.save())
	again, err := newPresence(g.clk, g.log, g.cfg.HotFile)
	g.ok(err)
	if l := again.Get("b"); l.Link != Unknown || l.Address != "192.0.2.1" {
		t.Fatal(l)
	}
	g.clk.Advance(5 * time.Minute)
	if l := again.Get("b"); l.Link != Disconnected || l.Since.IsZero() {
		t.Fatal(l)
	}
}

func TestRolesAreEvidence(t *testing.T) {
	t.Parallel()
	g := newRig(t, 5)
	a, b := g.enrol("S1"), g.enrol("S2")
	_, err := g.Pair(t.Context(), g.by(), a.ID, b.ID, "192.168.5.2")
	g.ok(err)
	a, _ = g.Read(t.Context(), a.ID)
	b, _ = g.Read(t.Context(), b.ID)
	hot := g.Presence()
	now := g.clk.Now()
	hot.Up(a.ID, now, Sighting{})
	var told []string
	hot.Watch(func(id string) { told = append(told, id) })
	g.Report(t.Context(), a.ID, Evidence{VIPSerial: "s1", Seen: []string{"S2"}})
	if l := hot.Get(a.ID); l.Role != Active {
		t.Fatal(l)
	}
	// The other half is not connected, but the active one sees it.
	hot.Down(b.ID, now, "")
	g.Report(t.Context(), a.ID, Evidence{VIPSerial: "S1", Seen: []string{"S2"}})
	if s := Shown(b, hot.Get(b.ID), now); s != "standby" {
		t.Fatal(s)
	}
	if len(told) == 0 {
		t.Fatal("nobody was told")
	}
	g.clk.Advance(10 * time.Minute)
	if s := Shown(b, hot.Get(b.ID), g.clk.Now()); s != "disconnected" {
		t.Fatal(s)
	}
	// Both answer on the virtual IP: split brain after a minute.
	hot.Up(b.ID, g.clk.Now(), Sighting{})
	g.Report(t.Context(), b.ID, Evidence{VIPSerial: "S2"})
	if hot.SplitBrain(a.ID, b.ID) {
		t.Fatal("too early")
	}
	g.clk.Advance(time.Minute)
	if !hot.SplitBrain(a.ID, b.ID) {
		t.Fatal("split brain not seen")
	}
	// A claim alone makes no pair.
	c := g.enrol("S3")
	g.Report(t.Context(), c.ID, Evidence{VIPSerial: "S3"})
	if l := hot.Get(c.ID); l.Role != "" {
		t.Fatal(l)
	}
}

func TestHotStateIsForgotten(t *testing.T) {
	t.Parallel()
	g := newRig(t, 5)
	a := g.enrol("S1")
	g.Presence().Up(a.ID, g.clk.Now(), Sighting{Carrier: "tls"})
	g.ok(g.Delete(t.Context(), g.by(), a.ID, 0))
	if l := g.Presence().Get(a.ID); l.Carrier != "" {
		t.Fatal(l)
	}
}
