package compare

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"readmostly/results"
)

// Whatever two files hold, what is said of them makes sense, and can be written.
func FuzzRuns(f *testing.F) {
	const header = "baseline: unsync\n# fork=1 layout=1\n"
	for _, seed := range []string{
		"",
		header + "BenchmarkList/impl=seqlock/size=16/updates=0%-1 1 2 ns/op 1.1 x/unsync\n",
		header + "BenchmarkList/impl=seqlock/size=16/updates=0%-1 1 2 ns/op 1.1 x/unsync\n# fork=2 layout=2\nBenchmarkList/impl=seqlock/size=16/updates=0%-1 1 3 ns/op 1.3 x/unsync\n",
		header + "BenchmarkList/impl=seqlock/size=16/updates=0%-1 1 0 ns/op -1 x/unsync\n",
		header + "BenchmarkFlood/impl=gc/structure=hash/size=16-2 1 1e300 ns/op\n# fork=2\nBenchmarkFlood/impl=gc/structure=hash/size=16-2 1 1e-300 ns/op\n",
		header + "# failed List/impl=seqlock/size=16/updates=0%-1: torn\n",
	} {
		f.Add(seed, seed)
		f.Add(seed, strings.ReplaceAll(seed, "e300", "e-300"))
		f.Add(header+"BenchmarkList/impl=seqlock/size=16/updates=0%-1 1 2 ns/op 1.1 x/unsync\n", seed)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		old, _ := results.Read(strings.NewReader(a), "old")
		new, _ := results.Read(strings.NewReader(b), "new")
		for _, paired := range []bool{false, true} {
			c, err := Runs(old, new, Options{Threshold: 0.03, Paired: paired})
			for _, cell := range c.Cells {
				if !(cell.P >= 0 && cell.P <= 1) {
					t.Fatalf("%s: p=%v", cell.Name(), cell.P)
				}
				for _, change := range []*Change{cell.Ratio, cell.Time} {
					if change != nil && change.Known() && !(change.Lo <= change.By && change.By <= change.Hi) {
						t.Fatalf("%s: %+v", cell.Name(), *change)
					}
				}
			}
			if err != nil {
				continue
			}
			var text, object bytes.Buffer
			if c.Render(&text, results.Text) != nil || c.JSON(&object) != nil || !json.Valid(object.Bytes()) {
				t.Fatalf("%s\n%s", text.String(), object.String())
			}
		}
	})
}
