//go:build !race

package mem

import (
	"os/exec"
	"regexp"
	"slices"
	"testing"

	"readmostly/internal/disasm"
)

// word matches an operand that is the word at the first argument.
var word = regexp.MustCompile(`\((R0|AX)\)`)

// TestOrderingInMachineCode looks at the instructions by which this package's
// loads and stores touch the word. Only arm64 has a form for each ordering: a
// machine that orders more than it must, such as amd64 or an emulator on it,
// executes a store of the wrong form and never shows it.
func TestOrderingInMachineCode(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("nothing to compile with: ", err)
	}
	for arch, functions := range map[string]map[string][]string{
		"arm64": {
			"StoreRelaxed": {"MOVD"},
			"StoreRelease": {"STLR"},
			"exported":     {"LDAR", "STLR"}, // its first two are Load and Store
		},
		"amd64": {
			"StoreRelaxed": {"MOVQ"},
			"StoreRelease": {"MOVQ"},
			"exported":     {"MOVQ", "XCHGQ"},
		},
	} {
		code, err := disasm.Compile(t.TempDir(), arch, "readmostly/internal/mem")
		if err != nil {
			t.Fatal(err)
		}
		for function, want := range functions {
			var got []string
			for _, i := range code[function] {
				if word.MatchString(i.Text) {
					got = append(got, i.Op())
				}
			}
			if function == "exported" {
				got = got[:min(len(want), len(got))]
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s on %s touches the word by %q, want %q:\n%q", function, arch, got, want, code[function])
			}
		}
	}
}
