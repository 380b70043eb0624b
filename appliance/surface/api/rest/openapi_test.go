package rest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/switchkeep/switchkeep/appliance/surface/api"
	"github.com/switchkeep/switchkeep/appliance/surface/api/rest"
)

// The document is the same bytes each time, names every route, and the web application's types are
// made from this very one.
func TestOpenAPI(t *testing.T) {
	t.Parallel()
	doc, err := api.Document("1", rest.Known, rest.Register(rest.Rooms{}))
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		again, againErr := api.Document("1", rest.Known, rest.Register(rest.Rooms{}))
		if againErr != nil || !bytes.Equal(doc, again) {
			t.Fatalf("other bytes for the same routes: %v", againErr)
		}
	}
	var d struct {
		OpenAPI string                    `json:"openapi"`
		Paths   map[string]map[string]any `json:"paths"`
	}
	if err = json.Unmarshal(doc, &d); err != nil {
		t.Fatal(err)
	}
	routes, err := os.ReadFile("testdata/routes.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(routes)) {
		f := strings.Fields(line)
		if d.Paths["/api/v1"+f[1]][strings.ToLower(f[0])] == nil {
			t.Errorf("%s %s is not in the document", f[0], f[1])
		}
	}
	if d.OpenAPI != "3.1.0" || bytes.Contains(doc, []byte("$schema")) {
		t.Errorf("version %q", d.OpenAPI)
	}
	have, err := os.ReadFile("../../../../ui/src/api/openapi.json")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the web application keeps no document")
	}
	if err != nil || !bytes.Equal(have, doc) {
		t.Errorf("ui/src/api/openapi.json is stale: go run ./scripts/openapi > ui/src/api/openapi.json (%v)", err)
	}
}
