package api

import "net/http"

// serveDocs is a page without outside parts: it lists the document's routes with a script of its own.
func serveDocs(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	if r.URL.Query().Has("script") {
		h.Set("Content-Type", "text/javascript; charset=utf-8")
		_, _ = w.Write([]byte(docsScript))
		return
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "+
		"frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'")
	_, _ = w.Write([]byte(docsPage))
}

const docsPage = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Switchkeep API</title>
<meta name="viewport" content="width=device-width"><script src="/docs/api?script" defer></script></head>
<body><main><h1>Switchkeep API</h1><p>The document itself: <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>
(OpenAPI 3.1).</p><div id="routes">Loading…</div></main></body></html>
`

const docsScript = `"use strict";
const add = (parent, tag, text) => {
  const e = document.createElement(tag);
  if (text !== undefined) e.textContent = text;
  parent.append(e);
  return e;
};
const body = (root, title, content) => {
  for (const [type, v] of Object.entries(content || {})) {
    add(root, "h4", title + " " + type);
    add(root, "pre", JSON.stringify(v.schema, null, 2));
  }
};
fetch("/api/v1/openapi.json").then((r) => r.json()).then((doc) => {
  const root = document.getElementById("routes");
  root.replaceChildren();
  for (const [path, item] of Object.entries(doc.paths)) {
    for (const [method, op] of Object.entries(item)) {
      const box = add(root, "details");
      add(box, "summary", method.toUpperCase() + " " + path + " — " + op.summary);
      add(box, "p", "Needs: " + op["x-need"] + ". Body: at most " + op["x-body-cap"] + " bytes.");
      for (const p of op.parameters || []) add(box, "p", p.in + " " + p.name + (p.required ? " (required) " : " ") + (p.description || ""));
      body(box, "Body", op.requestBody && op.requestBody.content);
      for (const [status, r] of Object.entries(op.responses || {})) body(box, status, r.content);
    }
  }
  const list = add(root, "details");
  add(list, "summary", "Schemas");
  for (const [name, s] of Object.entries(doc.components.schemas)) {
    add(list, "h4", name);
    add(list, "pre", JSON.stringify(s, null, 2));
  }
});
`
