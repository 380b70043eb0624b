package visit

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"golang.org/x/text/language"
)

// page names an answer of our own; it is also the code of a refusal.
type page string

const (
	pageForeign  page = "foreign_host"
	pageEnded    page = "visit_ended"
	pageLaunch   page = "not_launched"
	pageMoved    page = "other_browser"
	pageToken    page = "launch_token"
	pageRefused  page = "cross_origin"
	pageWorker   page = "service_worker"
	pageBusy     page = "too_many_streams"
	pageOffline  page = "pbx_offline"
	pagePortal   page = "portal_silent"
	pageIdentity page = "portal_key_changed"
	pageTooBig   page = "too_big"
	pageNotFound page = "not_found"
)

type words struct{ Title, Text string }

type content struct {
	status int
	en, zh words
}

func contents() map[page]content {
	return map[page]content{
		pageForeign: {
			http.StatusMisdirectedRequest,
			words{"Wrong address", "This address does not belong to a visit. Open the PBX from the console."},
			words{"地址不正确", "此地址不属于任何访问会话。请从控制台打开该 PBX。"},
		},
		pageEnded: {
			http.StatusGone,
			words{"This visit has ended", "It was closed, was idle for 15 minutes, or you signed out. Open the PBX again from the console."},
			words{"访问已结束", "访问已被关闭、闲置超过 15 分钟，或您已退出登录。请从控制台重新打开该 PBX。"},
		},
		pageLaunch: {
			http.StatusUnauthorized,
			words{"Open this PBX from the console", "A visit begins with the Visit button in the console. This page cannot be opened by its address alone."},
			words{"请从控制台打开该 PBX", "访问需通过控制台中的“访问”按钮开始，不能直接使用此地址打开。"},
		},
		pageMoved: {
			http.StatusForbidden,
			words{"This visit belongs to another browser", "A visit can be used only from the browser and network that started it. Open the PBX again from the console."},
			words{"此访问属于另一个浏览器", "访问只能在发起它的浏览器和网络中使用。请从控制台重新打开该 PBX。"},
		},
		pageToken: {
			http.StatusForbidden,
			words{"This link was used already or is too old", "A launch link works once, for 60 seconds. Open the PBX again from the console."},
			words{"链接已使用或已过期", "启动链接仅可使用一次，有效期 60 秒。请从控制台重新打开该 PBX。"},
		},
		pageRefused: {
			http.StatusForbidden,
			words{"Request refused", "The request came from a page outside this visit."},
			words{"请求被拒绝", "该请求来自此访问之外的页面。"},
		},
		pageWorker: {
			http.StatusForbidden,
			words{"Service workers are refused", "Nothing of a PBX's portal may stay in the browser after the visit."},
			words{"不允许使用 Service Worker", "访问结束后，PBX 页面的任何内容都不得留在浏览器中。"},
		},
		pageBusy: {
			http.StatusServiceUnavailable,
			words{"Too many requests at once", "This visit uses all of its streams. Close some of the portal's pages and try again."},
			words{"同时请求过多", "此访问的连接数已用完。请关闭部分页面后重试。"},
		},
		pageOffline: {
			http.StatusBadGateway,
			words{"The PBX is not connected", "Its link is down, so the visit has ended. The console shows when it is connected again; then open it from there."},
			words{"PBX 未连接", "连接已断开，访问已结束。控制台会显示其重新连接的时间，届时请从控制台打开。"},
		},
		pagePortal: {
			http.StatusBadGateway,
			words{"The PBX's web portal does not answer", "The PBX is connected, but its portal refused the connection or took too long. Check the portal's address in the console and try again."},
			words{"PBX 的 Web 门户没有响应", "PBX 已连接，但其门户拒绝连接或响应超时。请在控制台检查门户地址后重试。"},
		},
		pageIdentity: {
			http.StatusBadGateway,
			words{"The PBX's portal shows another key", "Its certificate is not the one known since the first visit, so the visit has ended. If the PBX was reinstalled, accept the new key in the console."},
			words{"PBX 门户的密钥已更改", "其证书与首次访问时不同，访问已结束。如果 PBX 已重新安装，请在控制台接受新密钥。"},
		},
		pageTooBig: {
			http.StatusRequestEntityTooLarge,
			words{"The upload is too big", "One request may carry at most 4 GiB."},
			words{"上传内容过大", "单个请求最多 4 GiB。"},
		},
		pageNotFound: {
			http.StatusNotFound,
			words{"Not found", "This address is reserved by the appliance."},
			words{"未找到", "此地址由设备保留。"},
		},
	}
}

const style = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto 0;padding:0 1.5rem}h1{font-size:1.4rem}code{opacity:.6}`

const launchScript = `(async () => {
  const title = document.querySelector('h1'), text = document.querySelector('p');
  const token = new URLSearchParams(location.hash.slice(1)).get('t') || '';
  history.replaceState(null, '', location.pathname);
  try {
    const r = await fetch('/__sk/session', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({token})});
    const a = await r.json();
    if (r.ok) { location.replace(new URL(a.next, location.origin).pathname === '/__sk/launch' ? '/' : a.next); return; }
    document.title = title.textContent = a.title; text.textContent = a.text;
  } catch (e) { text.textContent = String(e); }
})();`

const shell = `<!doctype html><html lang="{{.Lang}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{.Title}}</title><style>{{.Style}}</style></head><body><main><h1>{{.Title}}</h1><p>{{.Text}}</p>{{if .Code}}<code>{{.Code}}</code>{{end}}</main>{{if .Script}}<script>{{.Script}}</script>{{end}}</body></html>
`

// pages renders our own answers, in English or Chinese.
type pages struct {
	t        *template.Template
	style    template.CSS
	script   template.JS
	all      map[page]content
	match    language.Matcher
	csp      string
	cspStart string
}

func newPages() (*pages, error) {
	t, err := template.New("page").Parse(shell)
	if err != nil {
		return nil, fmt.Errorf("visit: parse the page: %w", err)
	}
	base := "default-src 'none'; style-src " + hashSource(style) + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	return &pages{
		t: t, style: style, script: launchScript, all: contents(), csp: base, cspStart: base + "; connect-src 'self'; script-src " + hashSource(launchScript),
		match: language.NewMatcher([]language.Tag{language.English, language.SimplifiedChinese}),
	}, nil
}

func hashSource(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func (p *pages) chinese(r *http.Request) bool {
	_, i := language.MatchStrings(p.match, r.Header.Get("Accept-Language"))
	return i == 1
}

// write answers with a page, or with what the asking script can read.
func (p *pages) write(w http.ResponseWriter, r *http.Request, code page) {
	c := p.all[code]
	text, lang := c.en, "en"
	if p.chinese(r) {
		text, lang = c.zh, "zh-CN"
	}
	h := p.common(w, p.csp)
	accept := r.Header.Get("Accept")
	switch {
	case r.URL.Path == openPath || strings.Contains(accept, "application/json") && !strings.Contains(accept, "text/html"):
		h.Set("Content-Type", "application/json")
		w.WriteHeader(c.status)
		_ = json.NewEncoder(w).Encode(map[string]string{"code": string(code), "title": text.Title, "text": text.Text})
	case strings.Contains(accept, "text/html"):
		p.html(w, c.status, map[string]any{"Lang": lang, "Title": text.Title, "Text": text.Text, "Code": code, "Style": p.style})
	default:
		h.Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(c.status)
		_, _ = fmt.Fprintf(w, "%s. %s\n", text.Title, text.Text)
	}
}

// launch is the page that carries the token from the fragment to openPath.
func (p *pages) launch(w http.ResponseWriter, r *http.Request) {
	text, lang := words{"Opening the PBX…", "One moment."}, "en"
	if p.chinese(r) {
		text, lang = words{"正在打开 PBX…", "请稍候。"}, "zh-CN"
	}
	p.common(w, p.cspStart)
	p.html(w, http.StatusOK, map[string]any{
		"Lang": lang, "Title": text.Title, "Text": text.Text, "Style": p.style, "Script": p.script,
	})
}

func (p *pages) common(w http.ResponseWriter, csp string) http.Header {
	h := w.Header()
	for name, v := range map[string]string{
		"Content-Security-Policy": csp, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "X-Robots-Tag": "noindex", "Vary": "Accept, Accept-Language",
	} {
		h.Set(name, v)
	}
	return h
}

func (p *pages) html(w http.ResponseWriter, status int, data map[string]any) {
	var b bytes.Buffer
	if err := p.t.Execute(&b, data); err != nil {
		http.Error(w, "page cannot be rendered", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}
