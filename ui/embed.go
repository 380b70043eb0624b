// Package ui holds the web application and hands out its built files. The files under dist are
// built by `make ui`; a placeholder keeps `go build` working without Node.
package ui

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Dist is the built application: index.html at its root. The caller only reads.
func Dist() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		return dist
	}
	return sub
}
