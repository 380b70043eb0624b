package pbx

import (
	"strconv"
	"strings"
)

// minimum firmware per edition of the P-Series; a release number's first part tells the edition.
// Source: seed 002 ("Supported devices").
func minimum(model, firmware string) (need string, ok bool) {
	if !yeastar(model) {
		return "", false
	}
	switch {
	case strings.HasPrefix(firmware, "83."):
		return "83.19.0.110", true
	case strings.HasPrefix(firmware, "37."):
		return "37.19.0.110", true
	}
	if strings.Contains(strings.ToLower(model), "software") {
		return "83.19.0.110", true
	}
	return "37.19.0.110", true
}

// yeastar tells whether the model is a Yeastar P-Series; other makers have no minimum.
func yeastar(model string) bool {
	m := strings.ToUpper(strings.Join(strings.Fields(model), " "))
	m = strings.TrimPrefix(m, "YEASTAR ")
	return strings.HasPrefix(m, "P-SERIES") || m == "P520" || m == "P550" || m == "P560" || m == "P570" || m == "PSE"
}

// checkFirmware returns ErrFirmware when the model has a minimum above firmware. A firmware that is
// no dotted number is older than every minimum.
func checkFirmware(model, firmware string) error {
	need, ok := minimum(model, firmware)
	if !ok || !older(firmware, need) {
		return nil
	}
	return ErrFirmware.With(map[string]any{"have": firmware, "need": need})
}

func older(have, need string) bool {
	h, n := dotted(have), dotted(need)
	if h == nil {
		return true
	}
	for i := range n {
		v := 0
		if i < len(h) {
			v = h[i]
		}
		if v != n[i] {
			return v < n[i]
		}
	}
	return false
}

func dotted(s string) []int {
	parts := strings.Split(strings.TrimSpace(s), ".")
	out := make([]int, len(parts))
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		if err != nil || n < 0 {
			return nil
		}
		out[i] = n
	}
	return out
}
