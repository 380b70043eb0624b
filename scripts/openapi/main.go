// Command openapi prints the OpenAPI document of the JSON API, the same bytes for the same routes:
//
//	go run ./scripts/openapi > ui/src/api/openapi.json
package main

import (
	"fmt"
	"os"

	"github.com/switchkeep/switchkeep/appliance/surface/api"
	"github.com/switchkeep/switchkeep/appliance/surface/api/rest"
)

func main() {
	doc, err := api.Document("1", rest.Known, rest.Register(rest.Rooms{}))
	if err == nil {
		_, err = os.Stdout.Write(doc)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "openapi:", err)
		os.Exit(1)
	}
}
