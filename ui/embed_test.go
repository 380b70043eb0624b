package ui

import (
	"io/fs"
	"os"
	"strings"
	"testing"
)

// A release is built with SWITCHKEEP_RELEASE set: the placeholder must not ship.
func TestDistHasAnIndexPage(t *testing.T) {
	t.Parallel()
	page, err := fs.ReadFile(Dist(), "index.html")
	if err != nil {
		t.Fatalf("read index.html: %v", err)
	}
	if !strings.Contains(string(page), "<title>Switchkeep</title>") {
		t.Fatalf("index.html has no title: %.200s", page)
	}
	if os.Getenv("SWITCHKEEP_RELEASE") != "" && !Built() {
		t.Fatal("a release carries the placeholder instead of the web application")
	}
}

// The server looks for the packed form first; a file without one would be sent raw.
func TestBuiltTextFilesArePacked(t *testing.T) {
	t.Parallel()
	if !Built() {
		t.Skip("the web application is not built")
	}
	err := fs.WalkDir(Dist(), "assets", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || (!strings.HasSuffix(path, ".js") && !strings.HasSuffix(path, ".css")) {
			return err
		}
		if _, err := fs.Stat(Dist(), path+".br"); err != nil {
			t.Errorf("%s has no .br beside it", path)
		}
		return nil
	})
	if err != nil {
		t.Fatalf("walk assets: %v", err)
	}
}
