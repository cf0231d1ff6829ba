package results

import (
	"strings"
	"testing"

	"readmostly/impls"
	"readmostly/workloads"
)

// What mechanisms take stands in whole bytes beside what they cost, that of one that
// only reads too; nothing is said of those who don't tell. The file alone is enough.
func TestSpaceColumns(t *testing.T) {
	spaces := map[string]impls.Space{
		"unsync":      {},
		"rcu-classic": {Element: 8, Chain: 8, Worker: 123456, Map: 888},
	}
	w := workloads.Workload{Structure: workloads.Hash, Size: 1024, Updates: 0.1, Threads: 2}
	sheet := &sheet{}
	for i := range 6 {
		rows := mixRows(w, i)
		for k := range rows {
			if s, ok := spaces[rows[k].Impl]; ok {
				rows[k].Values = append(rows[k].Values, SpaceValues(s)...)
			}
		}
		sheet.add(rows...)
	}
	f, err := Read(strings.NewReader(string(written(t, sheet))), "test")
	if err != nil || len(f.Warnings) > 0 {
		t.Fatal(err, f.Warnings)
	}
	text := render(t, f, Options{Full: true})
	for _, want := range []string{
		"B/elem  B/chain  B/worker  B/map",
		"0        0         0      0",
		"8        8    123456    888",
		"-        -         -      -",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	const legend = "\nB/elem, B/chain, B/worker, B/map: bytes that"
	if n := strings.Count(text, legend); n != 1 {
		t.Errorf("explained %d times in\n%s", n, text)
	}
	if text := render(t, f, Options{}); strings.Contains(text, legend) {
		t.Errorf("a summary explains what it doesn't show:\n%s", text)
	}
	if text := render(t, mixOf(6).file(), Options{Full: true}); strings.Contains(text, "B/elem") {
		t.Errorf("a file without it shows:\n%s", text)
	}
}
