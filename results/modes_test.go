package results

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"readmostly/workloads"
)

// torn returns a run whose rwlock has two modes in its windows, 12.1 and 35.4 ns, of
// which each fork has seen both, so that no fork's median says so: it is between, or
// one of them by luck. The cores are as far from each other as far says.
func torn(far func(fork int) time.Duration) *sheet {
	s := &sheet{}
	w := workloads.Workload{Structure: workloads.List, Size: 16, Updates: 0.1, Threads: 2}
	for fork := range 8 {
		by := 1 + 0.002*float64(fork%4)
		base := 10 * by
		row := func(impl string, times ...float64) Row {
			r := Row{Point: NewPoint(w, impl, ""), Ops: 1000}
			for i := range times {
				times[i] = round4(times[i] * by)
				window := Window{Time: times[i]}
				if impl != "unsync" {
					window.Ratio = round4(times[i] / base)
				}
				r.Windows = append(r.Windows, window)
			}
			sorted := slices.Sorted(slices.Values(times))
			n := len(sorted)
			ns := (sorted[(n-1)/2] + sorted[n/2]) / 2
			r.Values.Add(workloads.NsPerOp, round(ns))
			if impl != "unsync" {
				r.Values.Add(Ratio("unsync"), round(ns/base))
			}
			r.Values.Add(workloads.OpsPerSecond, round(2e9/ns))
			return r
		}
		s.add(row("unsync", 10, 10, 10, 10), row("rwlock", 12.1, 35.4, 12.2, 35.3), row("seqlock", 11, 11.1, 11, 11.2))
		f := &s.forks[len(s.forks)-1]
		f.CPUs = "0,1"
		if f.Far = far(fork); f.Far > 0 {
			f.Near = f.Far - 2
		}
	}
	return s
}

func round4(v float64) float64 {
	scale := math.Pow(10, 3-math.Floor(math.Log10(v)))
	return math.Round(v*scale) / scale
}

// A table shows both modes of a cell, of its time, its ratio and its throughput, and
// no value that no window had.
func TestBothModesAreShown(t *testing.T) {
	f, err := Read(bytes.NewReader(written(t, torn(func(int) time.Duration { return 0 }))), "file")
	if err != nil || len(f.Warnings) > 0 {
		t.Fatal(err, f.Warnings)
	}
	full := render(t, f, Options{Full: true})
	golden(t, "modes.txt", full)
	golden(t, "modes-summary.txt", render(t, f, Options{}))
	table := tablesOf(f)[0]
	lock := slices.IndexFunc(table.subjects, func(s subject) bool { return s.impl == "rwlock" })
	rates, two := table.rates(table.subjects[lock], workloads.OpsPerSecond)
	if want := "164M 50% | 56.4M 50%"; !two || rates != want {
		t.Errorf("throughput %q, want %q: two threads over the times", rates, want)
	}
	if strings.Contains(full, "23.8") {
		t.Errorf("the middle stands for no window:\n%s", full)
	}
}

// Where the cores were is said of both modes, and whether that tells them apart.
func TestWhereTheCoresWere(t *testing.T) {
	for _, tt := range []struct {
		near, far time.Duration // in the forks of the two modes
		want      string        // empty: nothing is known
	}{
		{0, 0, ""},
		{50, 150, "a line took 50.0 ns from core to core in forks of the first, 150 ns in those of the second"},
		{150, 50, "a line took 150 ns from core to core in forks of the first, 50.0 ns in those of the second"},
		{150, 160, "a line took 150 ns from core to core in forks of the first, 160 ns in those of the second, so it is not where the cores were"},
	} {
		s := torn(func(fork int) time.Duration {
			if fork < 4 {
				return tt.near
			}
			return tt.far
		})
		for i := range s.rows {
			mode := 0 // the second half of the forks were mostly in the dear one
			if i >= 4 {
				mode = 1
			}
			r := &s.rows[i][1]
			for k := range r.Values {
				if r.Values[k].Unit == Ratio("unsync").Unit {
					r.Values[k].Value = r.Windows[mode].Ratio
				}
			}
		}
		f := s.file()
		table := tablesOf(f)[0]
		c := table.cell(subject{impl: "rwlock", backend: "rwlock"}, 2)
		m, two := c.modes(Ratio("unsync").Unit)
		if got := table.places(c, m); !two || got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}

// Windows and places are read back as they were written, and a file without them is
// as good as before.
func TestWindowsAreKept(t *testing.T) {
	s := torn(func(fork int) time.Duration { return time.Duration(150 + fork) })
	s.forks[0].Stolen = 30 * time.Millisecond
	s.rows[3][1].Windows = nil
	text := written(t, s)
	f, err := Read(bytes.NewReader(text), "file")
	if err != nil || len(f.Warnings) > 0 {
		t.Fatal(err, f.Warnings)
	}
	if !slices.Equal(f.Forks, s.forks) {
		t.Errorf("forks differ:\n%+v\n%+v", f.Forks, s.forks)
	}
	for i, r := range slices.Concat(s.rows...) {
		if !slices.Equal(f.Rows[i].Windows, r.Windows) {
			t.Errorf("%s: %v, want %v", r.Name(), f.Rows[i].Windows, r.Windows)
		}
	}
	// Another row's windows, and what is none.
	name := s.rows[0][1].Name()
	broken := bytes.ReplaceAll(text, []byte("# windows "+name), []byte("# windows "+s.rows[0][0].Name()))
	broken = bytes.Replace(broken, []byte(":"+" 11"), []byte(": -11"), 1)
	f, err = Read(bytes.NewReader(broken), "file")
	if err != nil || len(f.Warnings) != 1 || f.Rows[1].Windows != nil || f.Rows[2].Windows != nil {
		t.Errorf("%v, %v, %v, %v", err, f.Warnings, f.Rows[1].Windows, f.Rows[2].Windows)
	}
}
