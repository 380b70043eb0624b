package mail

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"maps"
	"net/url"
	"slices"
	"strings"
	texttemplate "text/template"
	"time"
)

//go:embed templates/*.tmpl templates/layout.html
var files embed.FS

// Content is a rendered template.
type Content struct{ Subject, Text, HTML string }

// spec names what a template must be given; what is not named here is optional.
func specs() map[string][]string {
	return map[string][]string{
		"activation":       {"kind", "email", "inviter", "account", "link", "ends"}, // kind: enterprise, channel, user, customer; also: name
		"password_reset":   {"email", "link", "ends"},
		"password_changed": {"email", "at"}, // also: ip
		"mfa_changed":      {"email", "at", "change"},
		"email_code":       {"code", "ends"},
		"pbx_connected":    {"pbx", "account", "at"}, // also: link
		"pbx_waiting":      {"pbx", "account", "link"},
		"operator_notice":  {"subject", "text"}, // also: link
		"test":             {"host"},
	}
}

// Templates lists the names.
func Templates() []string { return slices.Sorted(maps.Keys(specs())) }

// Check tells whether the template exists and has what it needs, so that a mistake shows where the
// letter is written and not when it is sent.
func Check(name string, data map[string]string) error {
	need, ok := specs()[name]
	if !ok {
		return fmt.Errorf("mail: no template %q", name)
	}
	for _, k := range need {
		if data[k] == "" {
			return fmt.Errorf("mail: template %q lacks %q", name, k)
		}
	}
	if l := data["link"]; l != "" {
		if u, err := url.Parse(l); err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
			return fmt.Errorf("mail: template %q: the link is no http(s) address", name)
		}
	}
	return nil
}

// Render writes the letter. lang is a BCP 47 tag; Chinese for zh…, English for all others. "ends" and
// "at" in RFC 3339 are shown in data["time_zone"], UTC without one.
func Render(name, lang string, data map[string]string) (Content, error) {
	if err := Check(name, data); err != nil {
		return Content{}, err
	}
	lang = Lang(lang)
	t, err := texttemplate.New("").Option("missingkey=zero").ParseFS(files, "templates/"+lang+".tmpl")
	if err != nil {
		return Content{}, fmt.Errorf("mail: %w", err)
	}
	data = readable(data)
	var subject, body bytes.Buffer
	if err = t.ExecuteTemplate(&subject, name+".subject", data); err != nil {
		return Content{}, fmt.Errorf("mail: %w", err)
	}
	if err = t.ExecuteTemplate(&body, name+".body", data); err != nil {
		return Content{}, fmt.Errorf("mail: %w", err)
	}
	if err = t.ExecuteTemplate(&body, "foot", data); err != nil {
		return Content{}, fmt.Errorf("mail: %w", err)
	}
	c := Content{Subject: strings.Join(strings.Fields(subject.String()), " ")}
	paras := paragraphs(body.String())
	c.Text = strings.Join(paras, "\n\n") + "\n"
	c.HTML, err = layout(lang, c.Subject, paras)
	return c, err
}

// Lang is the language in which a letter for this tag is written: "en" or "zh".
func Lang(tag string) string {
	if strings.HasPrefix(strings.ToLower(tag), "zh") {
		return "zh"
	}
	return "en"
}

func readable(data map[string]string) map[string]string {
	out := maps.Clone(data)
	zone, err := time.LoadLocation(data["time_zone"])
	if err != nil {
		zone = time.UTC
	}
	for _, k := range []string{"ends", "at"} {
		if t, err := time.Parse(time.RFC3339, data[k]); err == nil {
			out[k] = t.In(zone).Format("2006-01-02 15:04 MST")
		}
	}
	return out
}

// paragraphs splits at blank lines.
func paragraphs(s string) []string {
	var out []string
	for p := range strings.SplitSeq(strings.ReplaceAll(s, "\r\n", "\n"), "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

type paragraph struct {
	Text string
	Link bool // the paragraph is nothing but an address
	Code bool // the paragraph is nothing but digits
}

func layout(lang, subject string, paras []string) (string, error) {
	t, err := template.ParseFS(files, "templates/layout.html")
	if err != nil {
		return "", fmt.Errorf("mail: %w", err)
	}
	list := make([]paragraph, len(paras))
	for i, p := range paras {
		link := (strings.HasPrefix(p, "https://") || strings.HasPrefix(p, "http://")) && !strings.ContainsAny(p, " \n")
		list[i] = paragraph{p, link, strings.Trim(p, "0123456789") == ""}
	}
	var b bytes.Buffer
	err = t.Execute(&b, map[string]any{"Lang": lang, "Subject": subject, "Paragraphs": list})
	if err != nil {
		return "", fmt.Errorf("mail: %w", err)
	}
	return b.String(), nil
}
