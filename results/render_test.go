package results

import (
	"strings"
	"testing"
)

func render(t testing.TB, f File, o Options) string {
	t.Helper()
	var out strings.Builder
	if err := Render(&out, f, o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestRender(t *testing.T) {
	f := mixOf(12).file()
	golden(t, "summary.txt", render(t, f, Options{}))
	golden(t, "summary.md", render(t, f, Options{Style: Markdown}))
	golden(t, "full.txt", render(t, f, Options{Full: true}))
	golden(t, "full.md", render(t, f, Options{Style: Markdown, Full: true}))
	golden(t, "few.txt", render(t, mixOf(2).file(), Options{}))
}
