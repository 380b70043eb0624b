package doctor

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
)

const lookupTimeout = 3 * time.Second

// Name tells whether the console's name leads to one of the addresses (any, when there are none).
func (d *Doctor) Name(ctx context.Context, host string, want []netip.Addr) Finding {
	f := Finding{ID: "name", TitleKey: "doctor.name", Value: host}
	return d.lookup(ctx, f, host, host, want)
}

// Zone tells whether names below the visit zone lead to one of the addresses.
func (d *Doctor) Zone(ctx context.Context, zone string, want []netip.Addr) Finding {
	f := Finding{ID: "visit_zone", TitleKey: "doctor.visit_zone", Value: "*." + zone}
	f = d.lookup(ctx, f, "switchkeep-check."+zone, "*."+zone, want)
	if f.Level == Error {
		// Visits have a way without names.
		f.Level = Warn
		f.Detail += "; visits will use the visit ports instead"
	}
	return f
}

func (d *Doctor) lookup(ctx context.Context, f Finding, name, shown string, want []netip.Addr) Finding {
	if strings.HasSuffix(name, ".localhost") {
		f.Level, f.Detail = OK, shown+" is resolved by browsers on this machine, and only there"
		return f
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	record := "A"
	to := "<this machine's address>"
	if len(want) > 0 {
		to = want[0].String()
		if want[0].Is6() {
			record = "AAAA"
		}
	}
	f.Fix = fmt.Sprintf("add to the DNS: %s. %s %s", shown, record, to)
	got, err := d.c.Resolver.LookupNetIP(ctx, "ip", name)
	if err != nil || len(got) == 0 {
		f.Level, f.Detail = Error, shown+" does not resolve on this machine"
		return f
	}
	text := make([]string, len(got))
	hit := len(want) == 0
	for i, a := range got {
		got[i] = a.Unmap()
		text[i] = got[i].String()
		hit = hit || slices.Contains(want, got[i])
	}
	f.Detail = shown + " leads to " + strings.Join(text, ", ")
	if !hit {
		f.Level = Warn
		f.Detail += ", which is none of the addresses given"
		return f
	}
	f.Level, f.Fix = OK, ""
	return f
}
