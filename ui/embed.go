// Package ui holds the web application and hands out its built files.
//
// The files under dist are built by `make ui` and are not committed. A build without them serves the
// page under placeholder, so that `go build` works without Node; a release refuses that (see Built).
// Beside every text file lies its .br and .gz form. index.html is the one file the server fills in:
// after <head> go the base element and the nonce of the content security policy.
package ui

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

//go:embed placeholder
var placeholder embed.FS

// Built says whether the binary carries the web application or only its placeholder.
func Built() bool {
	_, err := fs.Stat(dist, "dist/index.html")
	return err == nil
}

// Dist is the web application with index.html at its root. The caller only reads.
func Dist() fs.FS {
	root, name := dist, "dist"
	if !Built() {
		root, name = placeholder, "placeholder"
	}
	sub, err := fs.Sub(root, name)
	if err != nil {
		return root
	}
	return sub
}
