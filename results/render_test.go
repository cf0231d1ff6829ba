package results

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func render(t *testing.T, rows []Row, style Style) string {
	t.Helper()
	var out strings.Builder
	if err := Render(&out, rows, style); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestRender(t *testing.T) {
	golden(t, "table.txt", render(t, rowsOf(6), Text))
	golden(t, "table.md", render(t, rowsOf(6), Markdown))
	golden(t, "few.txt", render(t, rowsOf(2), Text))
}

func TestRenderNothing(t *testing.T) {
	if got := render(t, nil, Text); got != "" {
		t.Errorf("no rows give %q", got)
	}
}

func TestRenderFits(t *testing.T) {
	var rows []Row
	for _, r := range rowsOf(6) {
		for n := range 7 {
			wide := r
			wide.Impl = "rcu-classic-fence"
			wide.Workers = 1 << n
			wide.Values = slices.Clone(r.Values)
			wide.Add(CacheMisses, 0.0123)
			rows = append(rows, wide)
		}
	}
	for line := range strings.Lines(render(t, rows, Text)) {
		if n := utf8.RuneCountInString(strings.TrimSpace(line)); n > 132 && !strings.HasPrefix(line, "warning:") {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

// The order in which rows were measured must not show.
func TestRenderIgnoresOrder(t *testing.T) {
	rows := rowsOf(6)
	want := render(t, rows, Text)
	slices.Reverse(rows)
	if got := render(t, rows, Text); got != want {
		t.Errorf("reversed rows give another table:\n%s", got)
	}
}

func TestRenderEscapesBars(t *testing.T) {
	var out strings.Builder
	if err := RenderTable(&out, Markdown, []string{"a|b"}, [][]string{{"c|d"}}, 1); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`a\|b`, `c\|d`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s in\n%s", want, out.String())
		}
	}
}

func TestWarnings(t *testing.T) {
	adjust := func(impl, unit string, factor float64) []Row {
		rows := rowsOf(6)
		for i, r := range rows {
			for j, v := range r.Values {
				if r.Impl == impl && v.Unit == unit {
					rows[i].Values[j].Value = v.Value * factor
				}
			}
		}
		return rows
	}
	shaky := rowsOf(6)
	for i := range shaky[:len(shaky)/2] {
		if shaky[i].Impl == "rwlock" {
			shaky[i].Values[0].Value *= 2
		}
	}
	short := adjust("rwlock", HitRate, 1.002)
	for i := range short {
		short[i].Ops = 1000
	}
	for _, test := range []struct {
		name string
		rows []Row
		want []string // each in the output, or no warning at all
	}{
		{"agreement", rowsOf(6), nil},
		{"within", adjust("rwlock", HitRate, 1.0009), nil},
		{"hits", adjust("rwlock", HitRate, 1.002), []string{"hits/lookup differs by 0.2% at @1", "0.501 (rwlock)"}},
		{"by chance", short, []string{"can differ by chance"}},
		{"updates", adjust("seqlock", UpdateShare, 0.99), []string{"updates/op differs by 1% at @2", "(seqlock)"}},
		{"the floor is exempt", adjust("noop", UpdateShare, 0.5), nil},
		{"noise", shaky, []string{"times vary by over 10%", "rwlock"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := render(t, test.rows, Text)
			if test.want == nil && strings.Contains(got, "warning:") {
				t.Errorf("warned:\n%s", got)
			}
			for _, want := range test.want {
				if !strings.Contains(got, want) {
					t.Errorf("no %q in\n%s", want, got)
				}
			}
		})
	}
}
