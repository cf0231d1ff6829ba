package results

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"readmostly/workloads"
)

var exampleConfig = [][2]string{
	{"goos", "linux"},
	{"cpu", "Example  CPU @ 3 GHz"},
	{"seed", "1"},
	{"governor", ""},
	{"baseline", "unsync"},
	{"control", "unsync-control"},
	{"floors", "noop"},
	{"faulty", "wrong"},
	{"precision", "1%"},
	{"layouts", "8"},
}

// A sheet is the forks of a run, each with its rows.
type sheet struct {
	forks []Fork
	rows  [][]Row
}

func (s *sheet) add(rows ...Row) {
	n := len(s.forks) + 1
	f := Fork{Number: n, Layout: 1 + n%8, Rounds: 3, Windows: 3 * len(rows)}
	for i := range rows {
		rows[i].Fork, rows[i].Layout = f.Number, f.Layout
	}
	s.forks, s.rows = append(s.forks, f), append(s.rows, rows)
}

// file returns what is read back of the sheet.
func (s *sheet) file() File {
	return File{Config: Known(exampleConfig), Rows: slices.Concat(s.rows...), Forks: s.forks}
}

// A shape is how a backend does in a table.
type shape struct {
	impl     string
	one, two float64 // ns/op with one thread and with two
	updates  bool    // it can
	retries  float64 // per update
	retained float64
	gp       float64
	empty    bool // it holds nothing
}

var shapes = []shape{
	{impl: "unsync", one: 6.41, two: 6.44},
	{impl: "unsync-control", one: 6.41, two: 6.44},
	{impl: "noop", one: 0.62, two: 0.63, updates: true, empty: true},
	{impl: "rcu-classic", one: 7.02, two: 7.1, updates: true, retained: 118, gp: 1234},
	{impl: "rwlock", one: 24.9, two: 212.5, updates: true},
	{impl: "seqlock", one: 7.02, two: 7.1, updates: true, retries: 0.0213},
	{impl: "refcount-rcu", one: 17.31, two: 63.9, updates: true, retained: 2048, gp: 17_000_000},
}

// mixOf returns a run of two tables that show everything that a mix's can:
// backends that can't update, that retry, that retain, two numbers of threads,
// and times with some spread.
func mixOf(forks int) *sheet {
	s := &sheet{}
	for i := range forks {
		for _, updates := range []float64{0.01, 0} {
			for _, threads := range []int{2, 1} {
				w := workloads.Workload{Structure: workloads.Hash, Size: 1024, Updates: updates, Threads: threads}
				s.add(mixRows(w, i)...)
			}
		}
	}
	return s
}

// spread is what a fork's layout does to a backend's times: a few tenths of a
// percent, another sequence for each backend, and more for locks.
func spread(fork, backend int) float64 {
	by := 0.0006
	if shapes[backend].impl == "rwlock" {
		by *= 4
	}
	return 1 + by*float64((fork*7+backend*backend*3)%11-5)
}

func mixRows(w workloads.Workload, fork int) (rows []Row) {
	base := 0.0
	for i, s := range shapes {
		ns := s.one
		if w.Threads == 2 {
			ns = s.two
		}
		ns *= spread(fork, i)
		if i == 0 {
			base = ns
		}
		r := Row{Point: NewPoint(w, s.impl, ""), Ops: int(1e8/ns) * w.Threads}
		r.ReadOnly = w.Updates > 0 && !s.updates
		r.Values.Add(workloads.NsPerOp, round(ns))
		r.Values.Add(Ratio("unsync"), round(ns/base))
		r.Values.Add(workloads.OpsPerSecond, round(float64(w.Threads)*1e9/ns))
		if !r.ReadOnly {
			r.Values.Add(MetricOf("updates/op"), w.Updates)
		}
		if !s.empty {
			r.Values.Add(MetricOf("hits/lookup"), 0.5)
			r.Values.Add(MetricOf("nodes/op"), 1.25)
			r.Values.Add(MetricOf("retries/op"), s.retries*w.Updates)
			r.Values.Add(workloads.Retained, s.retained*w.Updates*100)
		}
		if s.gp > 0 && w.Updates > 0 {
			const looked = 25e6
			r.Values.Add(workloads.GPMedian, s.gp)
			r.Values.Add(workloads.RetireRate, 1e6)
			r.Values.Add(workloads.Residence, s.retained*1e3)
			r.Values.Add(workloads.Turnovers, round(looked/(s.retained*1e3)))
			r.Values.Add(workloads.GPs, math.Floor(looked/s.gp))
			r.Values.Add(workloads.GPCadence, 1000) // most of rcu-classic's
			r.Values.Add(LookedLong, looked)
		}
		r.Values.Add(Rounds, 3)
		r.Values.Add(Looked, 9e6)
		rows = append(rows, r)
	}
	return rows
}

// written returns the file that a writer makes of a sheet.
func written(t testing.TB, s *sheet) []byte {
	t.Helper()
	var out bytes.Buffer
	w := NewWriter(&out)
	if err := w.Header(exampleConfig); err != nil {
		t.Fatal(err)
	}
	for i, f := range s.forks {
		if err := w.Fork(f, s.rows[i]); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}
