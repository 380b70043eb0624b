package mail

import (
	"strings"
	"testing"
)

func sample() map[string]string {
	return map[string]string{
		"kind": "enterprise", "email": "ann@example.com", "inviter": "Operator", "account": `Bo's "B&B" <b>`,
		"link": "https://console.example/activate#t=abc&x=1", "ends": "2026-11-29T12:00:00Z", "at": "2026-11-22T12:00:00Z",
		"time_zone": "Europe/Berlin", "code": "482913", "pbx": "Main", "subject": "Disk\r\nBcc: x@y.z", "text": "The disk is full.", "host": "mx", "change": "removed",
	}
}

func TestEveryTemplateInBothLanguages(t *testing.T) {
	t.Parallel()
	for _, name := range Templates() {
		var texts []string
		for _, lang := range []string{"en", "zh-CN"} {
			c, err := Render(name, lang, sample())
			if err != nil {
				t.Fatalf("%s %s: %v", name, lang, err)
			}
			if c.Subject == "" || strings.ContainsAny(c.Subject, "\r\n") || strings.Contains(c.Text, "<no value>") || strings.Contains(c.HTML, "<b>") {
				t.Errorf("%s %s: %+v", name, lang, c)
			}
			texts = append(texts, c.Text)
		}
		if texts[0] == texts[1] {
			t.Errorf("%s: both languages are the same", name)
		}
	}
}

func TestActivationTellsWhoLinkAndEnd(t *testing.T) {
	t.Parallel()
	c, err := Render("activation", "en-GB", sample())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"ann@example.com", "Operator", `Bo's "B&B" <b>`, "https://console.example/activate#t=abc&x=1", "2026-11-29 13:00 CET", "administrator"} {
		if !strings.Contains(c.Text, s) {
			t.Errorf("the text lacks %q:\n%s", s, c.Text)
		}
	}
	if !strings.Contains(c.HTML, `<a href="https://console.example/activate#t=abc&amp;x=1"`) {
		t.Error(c.HTML)
	}
}

func TestCheckFindsWhatIsMissing(t *testing.T) {
	t.Parallel()
	if Check("nothing", nil) == nil || Check("activation", map[string]string{"link": "x"}) == nil {
		t.Fatal("accepted")
	}
	d := sample()
	d["link"] = "javascript:alert(1)"
	if Check("password_reset", d) == nil {
		t.Fatal("a script was taken for a link")
	}
}
