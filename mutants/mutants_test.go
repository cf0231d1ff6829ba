//go:build mutants

package mutants

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"
)

var times = flag.Int("times", 1, "catch each mutant that often: a check must not depend on luck")

// wanted is how many mutants must be caught at least.
const wanted = 140

// moduleRoot returns the folder of go.mod.
func moduleRoot(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		t.Skip("no go command to build mutants with: ", err)
	}
	return strings.TrimSpace(string(out))
}

// A row is what the table says of a mutant.
type row struct {
	mutant
	caught  int
	catcher check
	how     string
	took    time.Duration // the longest
}

func TestMutants(t *testing.T) {
	root := moduleRoot(t)
	sound := map[check]bool{} // checks that caught something, and pass on the module as it is
	var rows []row
	began := time.Now()
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			r := row{mutant: m}
			overlay := m.overlay(t, root)
			for range *times {
				r.hunt(t, root, overlay)
			}
			rows = append(rows, r)
			if c := r.catcher; r.caught > 0 && !sound[c] {
				if o := c.do(t, root, ""); o.caught {
					t.Fatalf("%v fails without a mutant: %s after %v\n%s", c, o.how, o.took, o.output)
				}
				sound[c] = true
			}
			t.Logf("%d of %d: %v: %s after %v", r.caught, *times, r.catcher, r.how, r.took.Round(time.Millisecond))
			if r.caught < *times {
				t.Errorf("%v survived %d of %d times: a hole in the checks", m, *times-r.caught, *times)
			}
		})
	}
	printTable(rows, "SURVIVES")
	caught := 0
	for _, r := range rows {
		if r.caught == *times {
			caught++
		}
	}
	t.Logf("%d of %d mutants caught, in %v", caught, len(rows), time.Since(began).Round(time.Second))
	if len(rows) == len(mutants) && caught < wanted {
		t.Errorf("want at least %d", wanted)
	}
}

// hunt runs the checks on the mutant until one catches it.
func (r *row) hunt(t *testing.T, root, overlay string) {
	spent := time.Duration(0)
	for _, c := range r.by {
		o := c.do(t, root, overlay)
		spent += o.took
		if !o.caught || spent > limit {
			continue
		}
		r.caught++
		if spent > r.took {
			r.catcher, r.how, r.took = c, o.how, spent
		}
		return
	}
}

// printTable writes the table. missed is what it says of a mutant that was not
// caught.
func printTable(rows []row, missed string) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "rule\tmutant\tin\tcaught by\ttest\tafter")
	for _, r := range rows {
		kind, how := missed, ""
		if r.caught == *times {
			kind, how = r.catcher.kind, r.how
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%.1fs\n", r.rule, r.name, filepath.ToSlash(r.file), kind, how, r.took.Seconds())
	}
	w.Flush()
}

// TestEveryMutantHasItsPlace finds the mutants that a change of the module has
// left behind, without running anything.
func TestEveryMutantHasItsPlace(t *testing.T) {
	root := moduleRoot(t)
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) { m.overlay(t, root) })
	}
}

// TestEveryRuleHasAMutant holds the list against the rules.
func TestEveryRuleHasAMutant(t *testing.T) {
	names := map[string]bool{}
	broken := map[int]bool{}
	for _, m := range mutants {
		if names[m.name] {
			t.Errorf("two mutants are called %s", m.name)
		}
		names[m.name] = true
		broken[m.rule] = true
		if m.rule < 1 || m.rule > len(rules) {
			t.Errorf("%v: there are rules 1 to %d", m, len(rules))
		}
		if len(m.by) == 0 {
			t.Errorf("%v: no check is named", m)
		}
	}
	for i, rule := range rules {
		if !broken[i+1] {
			t.Errorf("rule %d, %q, has no mutant", i+1, rule)
		}
	}
	if !slices.IsSortedFunc(mutants, func(a, b mutant) int { return a.rule - b.rule }) {
		t.Error("the mutants are not in the order of the rules")
	}
}
