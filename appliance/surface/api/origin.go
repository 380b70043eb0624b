package api

import "net/http"

// sameOrigin tells whether the request comes from a page of this very origin, or from no browser at
// all. It holds for every request to the API, reads too: the answer of a GET is worth stealing, and
// a visited PBX shares the site with the console.
func sameOrigin(r *http.Request) bool {
	if site := r.Header.Values("Sec-Fetch-Site"); len(site) > 0 && (len(site) > 1 || site[0] != "same-origin") {
		return false
	}
	origin := r.Header.Values("Origin")
	if len(origin) == 0 {
		return true
	}
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	return len(origin) == 1 && origin[0] == scheme+r.Host
}
