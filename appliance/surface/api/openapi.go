package api

import (
	"encoding/json"
	"net/http"
	"path"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/switchkeep/switchkeep/appliance/surface/api/problem"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
)

func humaConfig(version string) huma.Config {
	c := huma.DefaultConfig("Switchkeep", version)
	c.Info.Description = "The API that the console uses. Changes carry an Idempotency-Key, PUT and PATCH an If-Match; " +
		"every refusal is problem+json with a stable code."
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "", "", ""
	c.CreateHooks = nil
	c.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	c.Formats = map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "apiKey", In: "cookie", Name: Cookie, Description: "set by POST /session"},
		"setup":   {Type: "apiKey", In: "header", Name: TokenHeader, Description: "printed by the terminal at the first start"},
	}
	return c
}

// schemaName puts a room's name before the types that the surface shows as they are: two rooms may have
// a type of one name.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	switch room := path.Base(t.PkgPath()); room {
	case ".", "rest", "route", "problem", "api":
		return name
	default:
		if t.Name() == "" {
			return name
		}
		return strings.ToUpper(room[:1]) + room[1:] + "_" + name
	}
}

// OpenAPI is the document that the routes make: the same bytes for the same routes.
func (a *API) OpenAPI() ([]byte, error) { return document(a.huma) }

// Document is OpenAPI without an appliance behind the routes, for generators.
func Document(version string, known func(string) bool, routes ...func(*route.Registry)) ([]byte, error) {
	r := route.NewRegistry(known)
	(&API{}).own(r)
	for _, register := range routes {
		register(r)
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	_, doc := mount(version, r)
	return document(doc)
}

func document(doc huma.API) ([]byte, error) {
	b, err := json.MarshalIndent(doc.OpenAPI(), "", "  ")
	if err != nil {
		return nil, err
	}
	return append(b, '\n'), nil
}

// own are the surface's own routes.
func (a *API) own(r *route.Registry) {
	r.Handle(route.Entry{
		Method: http.MethodGet, Path: "/openapi.json", ID: "openapi", Summary: "This document", Tag: "system",
		Need: route.Public, Kind: route.Stream, Early: true, Quiet: true,
	}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		b, err := a.OpenAPI()
		if err != nil {
			p, _ := problem.From(err)
			problem.Write(w, p)
			return
		}
		w.Header().Set("Content-Type", "application/openapi+json")
		_, _ = w.Write(b)
	}))
	r.Handle(route.Entry{
		Method: http.MethodGet, Path: "/events", ID: "events", Summary: "What changed, as server-sent events", Tag: "system",
		Need: route.Self, Kind: route.Stream, Quiet: true,
	}, http.HandlerFunc(a.events))
}
