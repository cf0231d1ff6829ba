//go:build mutants

package mutants

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A mutant is one broken variant of the module.
type mutant struct {
	name string
	rule int // that it breaks: see rules_test.go
	file string
	old  string // stands in the file exactly once
	new  string
	by   []check // that should catch it, the narrowest first
}

// overlay writes the mutated file and returns the file for the go command's
// -overlay.
func (m mutant) overlay(t *testing.T, root string) string {
	t.Helper()
	original := filepath.Join(root, filepath.FromSlash(m.file))
	source, err := os.ReadFile(original)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(source), m.old); n != 1 {
		t.Fatalf("%s has the mutant's place %d times and should have it once:\n%s", m.file, n, m.old)
	}
	dir := t.TempDir()
	mutated := filepath.Join(dir, filepath.Base(m.file))
	write(t, mutated, []byte(strings.Replace(string(source), m.old, m.new, 1)))
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {original: mutated}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "overlay.json")
	write(t, path, replace)
	return path
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
}

// mutants are all of them, in the order of the rules.
var mutants = join(publication, gracePeriods, callbacks, nullsAndCounts, seqlocks, locks, hazards, measurement, publishedRCU, ownRCU, sections, machines, runs)

func join(groups ...[]mutant) (all []mutant) {
	for _, g := range groups {
		all = append(all, g...)
	}
	slices.SortStableFunc(all, func(a, b mutant) int { return a.rule - b.rule })
	return all
}

func (m mutant) String() string { return fmt.Sprintf("(%d) %s", m.rule, m.name) }
