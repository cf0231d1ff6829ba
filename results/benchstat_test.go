package results

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// benchstat reads the file without a complaint, and has the tables' medians and
// intervals.
func TestBenchstatAgrees(t *testing.T) {
	if testing.Short() {
		t.Skip("builds benchstat")
	}
	s := mixOf(12)
	data := written(t, s)
	data = append(data, Failure{s.rows[0][0].Point, "killed"}.String()+"\n"...)
	path := filepath.Join(t.TempDir(), "results.txt")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	benchstat := func(arguments ...string) []byte {
		var out, complaints bytes.Buffer
		command := exec.Command("go", append(append([]string{"tool", "benchstat"}, arguments...), path)...)
		command.Stdout, command.Stderr = &out, &complaints
		if err := command.Run(); err != nil || complaints.Len() > 0 {
			t.Fatalf("benchstat %v: %v\n%s", arguments, err, complaints.Bytes())
		}
		return out.Bytes()
	}
	benchstat("-col", "/impl")

	reader := csv.NewReader(bytes.NewReader(benchstat("-col", "/impl", "-format", "csv", "-filter", ".unit:x/unsync /updates:0% /gomaxprocs:2")))
	reader.FieldsPerRecord = -1
	lines, err := reader.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	heads := slices.IndexFunc(lines, func(line []string) bool { return slices.Contains(line, "seqlock") })
	row := slices.IndexFunc(lines, func(line []string) bool { return line[0] == "Hash/size=1k/updates=0%-2" })
	if heads < 0 || row < 0 {
		t.Fatalf("no table in %q", lines)
	}

	f, err := Read(bytes.NewReader(data), path)
	if err != nil {
		t.Fatal(err)
	}
	table := tablesOf(f)[0]
	for _, x := range table.subjects {
		ratio, ok := table.ratio(x, 2)
		i := slices.Index(lines[heads], x.impl)
		if !ok || i < 0 {
			t.Fatalf("%v stands in one of them only", x)
		}
		center, err := strconv.ParseFloat(lines[row][i], 64)
		if want := fmt.Sprintf("%.0f%%", 100*ratio.HalfWidth()); err != nil || center != ratio.Center || lines[row][i+1] != want {
			t.Errorf("%v: %s ±%s, want %v ±%s", x, lines[row][i], lines[row][i+1], ratio.Center, want)
		}
	}
}
