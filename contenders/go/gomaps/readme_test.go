package gomaps

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"readmostly/impls"
	"readmostly/impls/history"
)

var update = flag.Bool("update", false, "write what the tests find into the README")

const readmePath = "../README.md"

// A section of the README stands between two comments with its name.
type section string

func (s section) find(t *testing.T, text string) (before, inside, after string) {
	t.Helper()
	begin, end := fmt.Sprintf("<!-- %s:begin -->\n", s), fmt.Sprintf("<!-- %s:end -->\n", s)
	before, rest, ok := strings.Cut(text, begin)
	inside, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no part between %s and %s", readmePath, strings.TrimSpace(begin), strings.TrimSpace(end))
	}
	return before + begin, inside, end + after
}

// check compares the section with what it should be, or writes that into it.
func (s section) check(t *testing.T, want string) {
	t.Helper()
	text, err := os.ReadFile(readmePath)
	if err != nil {
		t.Fatal(err)
	}
	before, got, after := s.find(t, string(text))
	switch {
	case got == want:
	case !*update:
		t.Errorf("%s says\n%swant\n%s(go test -update writes it)", readmePath, got, want)
	default:
		if err := os.WriteFile(readmePath, []byte(before+want+after), 0o666); err != nil {
			t.Error(err)
		}
	}
}

// libraries are where the maps are from, by the module's path; the standard library
// for those that are not here.
var libraries = map[string]string{
	"go-xsync":       "github.com/puzpuzpuz/xsync/v4",
	"go-rbmutex-map": "github.com/puzpuzpuz/xsync/v4",
	"go-haxmap":      "github.com/alphadose/haxmap",
}

var goVersion = regexp.MustCompile(`go1\.\d+`)

// versionOf names the library of a map and the version that is tested.
func versionOf(t *testing.T, backend string) string {
	t.Helper()
	path, ok := libraries[backend]
	if !ok {
		return goVersion.FindString(runtime.Version())
	}
	mod, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	required := regexp.MustCompile(`(?m)^\t` + regexp.QuoteMeta(path) + ` (v\S+)`).FindSubmatch(mod)
	if required == nil {
		t.Fatalf("go.mod requires no %s", path)
	}
	parts := strings.Split(strings.TrimSuffix(path, "/v4"), "/")
	return fmt.Sprintf("%s %s", parts[len(parts)-1], required[1])
}

// The README's table has every map, with the version that was tested and what the
// tests hold it to: those that declare a fault must fail, all others must pass.
func TestReadmeTable(t *testing.T) {
	var b strings.Builder
	b.WriteString("| backend | what it is | version | kit | histories | fault |\n|---|---|---|---|---|---|\n")
	for _, m := range impls.Backends() {
		if !strings.HasPrefix(m.Name, "go-") {
			continue
		}
		verdict := "passes"
		if m.Fault != "" {
			verdict = "**fails**"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n", m.Name, m.Doc, versionOf(t, m.Name), verdict, verdict, m.Fault)
	}
	section("maps").check(t, b.String())
}

// The README shows a history of the version that is tested. With -update it is the
// shortest of some; any other run finds others.
func TestReadmeHistory(t *testing.T) {
	b, ok := impls.Find("go-haxmap")
	if !ok {
		t.Fatal("there is no go-haxmap")
	}
	title := fmt.Sprintf("%s:\n", versionOf(t, b.Name))
	text, err := os.ReadFile(readmePath)
	if err != nil {
		t.Fatal(err)
	}
	_, shown, _ := section("history").find(t, string(text))
	if !*update {
		if !strings.HasPrefix(shown, title) || !strings.Contains(shown, "no order explains") {
			t.Errorf("%s shows no history of %s(go test -update finds one)", readmePath, title)
		}
		return
	}
	shortest := ""
	const fewest = 5 // lines, of two operations
	for seed := uint64(0); seed < 40 && (shortest == "" || strings.Count(shortest, "\n") > fewest); seed++ {
		var f *history.Failure
		_, err := history.Survey(b, history.Options{Count: 10, Seed: 1 + 1000*seed})
		if !errors.As(err, &f) || len(f.History.Faults) > 0 {
			continue
		}
		if s := f.Error(); shortest == "" || strings.Count(s, "\n") < strings.Count(shortest, "\n") {
			shortest = s
		}
	}
	if shortest == "" {
		t.Fatal("no history fails")
	}
	section("history").check(t, title+"\n```\n"+shortest+"```\n")
}
