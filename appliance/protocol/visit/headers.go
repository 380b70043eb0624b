package visit

import (
	"net"
	"net/http"
	"strings"
)

// cleanRequest makes the browser's header one that the PBX's own page would have sent.
func cleanRequest(h http.Header, own, pbx string) {
	for name := range h {
		low := strings.ToLower(name)
		if strings.HasPrefix(low, "x-forwarded") || strings.HasPrefix(low, "x-original-") || strings.HasPrefix(low, "proxy-") {
			h.Del(name)
		}
	}
	for _, name := range []string{"Forwarded", "Via", "X-Real-Ip", "X-Client-Ip", "Client-Ip", "True-Client-Ip", "X-Cluster-Client-Ip"} {
		h.Del(name)
	}
	if h.Get("Origin") != "" {
		h.Set("Origin", pbx) // the gate let only the own origin through
	}
	if ref := h.Get("Referer"); ref != "" {
		rest, same := strings.CutPrefix(ref, own)
		if same && (rest == "" || rest[0] == '/') {
			h.Set("Referer", pbx+rest)
		} else {
			h.Del("Referer")
		}
	}
}

// cleanResponse takes out what would outlive the visit or reach beyond it.
func cleanResponse(h http.Header, own, pbx string) {
	for _, name := range []string{
		"Strict-Transport-Security", "Public-Key-Pins", "Public-Key-Pins-Report-Only", "Expect-Ct", "Alt-Svc", "Clear-Site-Data",
		"Service-Worker-Allowed", "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Report-To", "Nel",
		"Reporting-Endpoints", "Via", "Content-Security-Policy-Report-Only", "Origin-Agent-Cluster",
	} {
		h.Del(name)
	}
	for _, name := range []string{"Location", "Content-Location", "Refresh", "Link"} {
		for i, v := range h[name] {
			h[name][i] = rebase(v, pbx, own)
		}
	}
	for i, v := range h["Content-Security-Policy"] {
		h["Content-Security-Policy"][i] = dropReports(v)
	}
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Robots-Tag", "noindex")
}

// rebase replaces an origin in a header's value, in its forms: with or without the default port, and
// without the scheme. An origin ends where no host or port can go on.
func rebase(value, from, to string) string {
	scheme, host, _ := strings.Cut(from, "://")
	hosts := []string{host}
	def := map[string]string{"http": "80", "https": "443"}[scheme]
	if name, port, err := net.SplitHostPort(host); err == nil && port == def {
		if strings.Contains(name, ":") {
			name = "[" + name + "]"
		}
		hosts = append(hosts, name)
	} else if err != nil {
		hosts = append(hosts, host+":"+def)
	}
	for _, h := range hosts {
		value = replaceOrigin(value, scheme+"://"+h, to)
		if strings.HasPrefix(value, "//") {
			value = replaceOrigin(value, "//"+h, to)
		}
	}
	return value
}

func replaceOrigin(value, from, to string) string {
	var out strings.Builder
	for {
		i := indexFold(value, from)
		if i < 0 {
			out.WriteString(value)
			return out.String()
		}
		end := i + len(from)
		out.WriteString(value[:i])
		if end == len(value) || strings.IndexByte("/?#\"'<>,; ", value[end]) >= 0 {
			out.WriteString(to)
		} else {
			out.WriteString(value[i:end])
		}
		value = value[end:]
	}
}

// indexFold is strings.Index without regard to the case of ASCII letters; find is lower-case.
func indexFold(s, find string) int {
	for i := 0; i+len(find) <= len(s); i++ {
		if strings.EqualFold(s[i:i+len(find)], find) {
			return i
		}
	}
	return -1
}

func dropReports(policy string) string {
	var keep []string
	for d := range strings.SplitSeq(policy, ";") {
		name, _, _ := strings.Cut(strings.TrimSpace(d), " ")
		if n := strings.ToLower(name); n != "report-uri" && n != "report-to" {
			keep = append(keep, d)
		}
	}
	return strings.Join(keep, ";")
}
