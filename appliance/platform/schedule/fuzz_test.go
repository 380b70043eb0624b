package schedule

import (
	"testing"
	"time"
)

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"0 0 * * *", "30 2 * * *", "*/5 * * * *", "@daily", "@every 5m", "TZ=", "CRON_TZ=Europe/Berlin 0 0 * * *", "0 0 29 2 *", "0 0 31 2 *",
		"1-5,7/2 * ? * MON-FRI", "@every -1s", "@every 1ns", "60 * * * *", "* * * * 7", "", " ", "* * * * * *", "0 0 L * *", "\x00", "@reboot",
	} {
		f.Add(s, "Europe/Berlin", int64(1_774_742_400))
		f.Add(s, "", int64(0))
	}
	f.Fuzz(func(t *testing.T, spec, zone string, unix int64) {
		s, err := Parse(spec, zone)
		if err != nil {
			return
		}
		const last = 4_000_000_000
		at := time.Unix(min(max(unix, 0), last), 0)
		for range 3 {
			next := s.Next(at)
			if next.IsZero() {
				return
			}
			if !next.After(at) {
				t.Fatalf("%q in %q: after %s comes %s", spec, zone, at, next)
			}
			at = next
		}
	})
}
