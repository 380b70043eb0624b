package audit

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Results of an entry.
const (
	OK      = "ok"
	Refused = "refused"
	Failed  = "failed"
)

// Bounds of what a row keeps; longer text is cut.
const (
	maxText   = 512
	maxDetail = 32
)

// Cause says who does something, from where and when. It is handed to every domain
// function that changes something.
type Cause struct {
	At                    time.Time
	User, UserLabel       string // "" is the appliance itself, label "system"
	Subject, SubjectLabel string // log in as: the user whose rights are used
	Session               string
	Account               string // the account that the actor works in
	IP, UserAgent         string
	Request, Reason       string
}

// System is the cause of what the appliance does by itself.
func System(at time.Time, reason string) Cause {
	return Cause{At: at, UserLabel: "system", Reason: reason}
}

// Entry is what was done.
type Entry struct {
	Account     string // tenant account that owns the object; "" is the appliance
	Action      string // from the access catalogue, e.g. "pbx.enroll"
	ObjectKind  string
	ObjectID    string
	ObjectLabel string
	Result      string // OK (also when empty), Refused or Failed
	Code        string // error code when not ok
	Detail      map[string]string
}

// Record writes the row in the transaction of the fact.
func Record(tx store.Tx, by Cause, e Entry) error {
	row, err := newRow(by, e)
	if err != nil {
		return err
	}
	return rows().Insert(tx, &row)
}

func newRow(by Cause, e Entry) (Row, error) {
	if e.Action == "" || by.At.IsZero() {
		return Row{}, fmt.Errorf("audit: entry %q of %q needs an action and a time", e.Action, by.UserLabel)
	}
	if e.Result == "" {
		e.Result = OK
	}
	if by.User == "" && by.UserLabel == "" {
		by.UserLabel = "system"
	}
	row := Row{
		ID: ident.New(), At: by.At.UTC().Truncate(time.Millisecond),
		User: by.User, UserLabel: cut(by.UserLabel), Subject: by.Subject, SubjectLabel: cut(by.SubjectLabel),
		Session: by.Session, ActorAccount: by.Account, IP: cut(by.IP), UserAgent: cut(by.UserAgent),
		Request: cut(by.Request), Reason: cut(by.Reason),
		Account: e.Account, Action: e.Action, ObjectKind: e.ObjectKind, ObjectID: cut(e.ObjectID),
		ObjectLabel: cut(e.ObjectLabel), Result: e.Result, Code: e.Code,
	}
	if len(e.Detail) > maxDetail {
		return Row{}, fmt.Errorf("audit: %q has %d details, at most %d", e.Action, len(e.Detail), maxDetail)
	}
	if len(e.Detail) > 0 {
		row.Detail = make(map[string]string, len(e.Detail))
		for k, v := range e.Detail {
			row.Detail[k] = cut(v)
		}
	}
	return row, nil
}

// cut shortens to maxText bytes at a character's border and drops what is no UTF-8.
func cut(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= maxText {
		return s
	}
	n := maxText
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
