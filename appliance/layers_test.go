package appliance

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/switchkeep/switchkeep/"

// floors gives every package its place; imports go down only. The longest prefix counts.
func floors() map[string]int {
	return map[string]int{
		"cmd":                         70,
		"scripts":                     70,
		"appliance/appliancetest":     60,
		"appliance":                   50,
		"appliance/surface":           40,
		"appliance/protocol":          30,
		"appliance/domain":            20,
		"appliance/connector":         35,
		"appliance/platform":          10,
		"appliance/platform/store/kv": 0,
		"bolt/bolttest":               11,
		"bolt":                        1,
		"certs":                       1,
		"ui":                          1,
	}
}

// edges names every import inside a floor: room → rooms.
func edges() map[string][]string {
	return map[string][]string{
		// domain
		"appliance/domain/site":     {"tenant"},
		"appliance/domain/quota":    {"tenant"},
		"appliance/domain/access":   {"tenant"},
		"appliance/domain/identity": {"tenant", "access"},
		"appliance/domain/pbx":      {"tenant", "site", "quota", "access"},
		"appliance/domain/onboard":  {"tenant", "quota", "identity", "access", "billing", "site"},
		// platform
		"appliance/platform/audit":     {"clock", "fault", "ident", "secret", "store"},
		"appliance/platform/blob":      {"clock", "fault", "store"},
		"appliance/platform/clock":     {},
		"appliance/platform/config":    {"fault", "secret", "store", "clock"},
		"appliance/platform/export":    {"fault"},
		"appliance/platform/fault":     {},
		"appliance/platform/ident":     {},
		"appliance/platform/listen":    {"clock"},
		"appliance/platform/mail":      {"fault", "secret", "store", "clock"},
		"appliance/platform/operation": {"audit", "clock", "fault", "ident", "store"},
		"appliance/platform/outbox":    {"clock", "fault", "ident", "mail", "secret", "store"},
		"appliance/platform/schedule":  {"clock", "fault", "ident", "store"},
		"appliance/platform/search":    {"fault", "ident", "store"},
		"appliance/platform/secret":    {"fault"},
		"appliance/platform/signal":    {"store"},
		"appliance/platform/store":     {},
		"appliance/platform/vault":     {"store"},
		// protocol
		"appliance/protocol/link": {},
		// surface
		"appliance/surface/setup": {"doctor"},
		"appliance/surface/api":   {"doctor", "backup", "setup"},
	}
}

type source struct{ pkg, imp, file string }

func imports(t *testing.T) []source {
	t.Helper()
	var out []source
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata" || d.Name() == "tools" || strings.HasPrefix(d.Name(), ".") && path != "..") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		pkg, err := filepath.Rel("..", filepath.Dir(path))
		if err != nil {
			return err
		}
		out = append(out, source{filepath.ToSlash(pkg), "", path})
		for _, i := range f.Imports {
			p, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			if rest, ours := strings.CutPrefix(p, module); ours {
				out = append(out, source{filepath.ToSlash(pkg), rest, path})
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func floorOf(pkg string) (floor int, ok bool) {
	best := ""
	for p, f := range floors() {
		if (pkg == p || strings.HasPrefix(pkg, p+"/")) && len(p) > len(best) {
			best, floor, ok = p, f, true
		}
	}
	return floor, ok
}

// roomOf is the package up to the room: appliance/<floor>/<room>.
func roomOf(pkg string) string {
	if strings.HasPrefix(pkg, "appliance/connector/") {
		return "appliance/connector"
	}
	parts := strings.Split(pkg, "/")
	if parts[0] == "appliance" && len(parts) > 3 {
		parts = parts[:3]
	}
	return strings.Join(parts, "/")
}

func TestLayers(t *testing.T) {
	t.Parallel()
	for _, s := range imports(t) {
		from, ok := floorOf(s.pkg)
		if !ok {
			t.Errorf("%s: package %q has no place in the house", s.file, s.pkg)
			continue
		}
		if s.imp == "" {
			continue
		}
		to, ok := floorOf(s.imp)
		switch {
		case !ok:
			t.Errorf("%s: imports %q, which has no place", s.file, s.imp)
		case to < from, roomOf(s.pkg) == roomOf(s.imp):
		case to > from:
			t.Errorf("%s: %s imports %s, which is above it", s.file, s.pkg, s.imp)
		case from >= 60: // cmd and scripts do not import each other
			t.Errorf("%s: %s imports %s beside it", s.file, s.pkg, s.imp)
		default:
			room := s.imp[strings.LastIndexByte(roomOf(s.imp), '/')+1:]
			room, _, _ = strings.Cut(room, "/")
			if !slices.Contains(edges()[roomOf(s.pkg)], room) {
				t.Errorf("%s: the edge %s → %s is not in the table", s.file, roomOf(s.pkg), room)
			}
		}
	}
}

// The connector runs on small machines: it imports the wire format, its client and the clock only.
func TestConnectorStaysSmall(t *testing.T) {
	t.Parallel()
	for _, s := range imports(t) {
		if roomOf(s.pkg) != "appliance/connector" && !strings.HasPrefix(s.pkg, "appliance/connector") || s.imp == "" {
			continue
		}
		allowed := strings.HasPrefix(s.imp, "appliance/connector") || s.imp == "appliance/protocol/link/wire" ||
			s.imp == "appliance/protocol/link/client" || s.imp == "appliance/platform/clock"
		if !allowed {
			t.Errorf("%s: the connector imports %s", s.file, s.imp)
		}
	}
}
