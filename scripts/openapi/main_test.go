package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/switchkeep/switchkeep/appliance/surface/api"
	"github.com/switchkeep/switchkeep/appliance/surface/api/rest"
)

// The committed document is the one that this command prints.
func TestCommittedDocument(t *testing.T) {
	t.Parallel()
	want, err := api.Document("1", rest.Known, rest.Register(rest.Rooms{}))
	if err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile("../../ui/src/api/openapi.json")
	if err != nil || !bytes.Equal(have, want) {
		t.Fatalf("ui/src/api/openapi.json is not what the routes say (%v); run: make generate", err)
	}
}
