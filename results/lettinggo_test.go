package results

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// lettingGoRows returns windows of the workloads that are about letting go:
// ways that wait, queue and gather, a mechanism without a choice, and a stopped
// world in which nobody could take samples.
func lettingGoRows(windows int) []Row {
	var rows []Row
	for i := range windows {
		spread := 1 + 0.004*float64(i%3)
		for _, s := range []struct {
			impl, reclaim      string
			ns, waiting, pause float64
		}{
			{"rcu-classic", "kfree", 38.2, 480, 700},
			{"rcu-classic", "call", 46.9, 480, 720},
			{"rcu-classic", "sync", 1180, 0, 9000},
			{"rcu-sched", "kfree", 61, 9800, 45000},
			{"hazard", "", 44.1, 0, 690},
		} {
			point := Point{Scenario{"flood", "hash", 1024, 0, 0, false}, s.impl, s.reclaim, 2}
			r := Row{Point: point, Ops: int(1e8 / s.ns)}
			r.Add(NsPerOp, s.ns*spread)
			r.Add(OpsPerSecond, 1e9/s.ns/spread)
			r.Add(UpdateRate, 1e9/s.ns/spread)
			r.Add(FreedRate, 1e9/s.ns/spread)
			r.Add(Retained, 1+s.waiting/2)
			r.Add(PeakRetained, 1+s.waiting)
			if s.reclaim != "" {
				r.Add(Waiting, s.waiting/2)
				r.Add(PeakWaiting, s.waiting)
				r.Add(Throttled, 0)
				r.Add(GPMedian, 740)
				r.Add(GPMax, 91000)
			}
			r.Add(DrainTime, 31000)
			r.Add(LookupRate, 2.4e7)
			r.Add(PauseMedian, 210)
			r.Add(Pause99, s.pause)
			r.Add(PauseMax, 20*s.pause)
			rows = append(rows, r)

			stall := r
			stall.Workload, stall.Values = "stall", nil
			stall.Add(NsPerOp, 400*spread)
			stall.Add(UpdateRate, 50000)
			stall.Add(RateBefore, 49900)
			stall.Add(StallTime, 1e8)
			if s.impl != "rcu-sched" {
				for q, unit := range []string{RetainedAt25, RetainedAt50, RetainedAt75, RetainedEnd} {
					stall.Add(unit, 1+float64(q+1)*s.waiting)
				}
			}
			stall.Add(PeakRetained, 1+4*s.waiting)
			stall.Add(DrainTime, 250000)
			stall.Add(UpdateMedian, 500)
			stall.Add(UpdateMax, 1000*s.pause)
			rows = append(rows, stall)

			teardown := r
			teardown.Workload, teardown.Structure, teardown.Values = "teardown", "list", nil
			teardown.Add(NsPerOp, s.ns*spread)
			teardown.Add(OpsPerSecond, 1e9/s.ns/spread)
			teardown.Add(Teardown, 1024*s.ns)
			teardown.Add(PeakRetained, 1+s.waiting)
			if s.reclaim == "sync" {
				teardown.Add(GPsPerOp, 1)
			} else if s.reclaim != "" {
				teardown.Add(GPsPerOp, 0.00195)
			}
			teardown.Add(LookupRate, 2.4e7)
			teardown.Add(PauseMax, 20*s.pause)
			rows = append(rows, teardown)
		}
	}
	return rows
}

func TestRenderLettingGo(t *testing.T) {
	rows := lettingGoRows(6)
	golden(t, "lettinggo.txt", render(t, rows, Text))
	golden(t, "lettinggo.md", render(t, rows, Markdown))

	all := append(rowsOf(6), rows...)
	want := render(t, all, Text)
	slices.Reverse(all)
	if got := render(t, all, Text); got != want {
		t.Errorf("reversed rows give another table:\n%s", got)
	}
	if !strings.HasPrefix(want, "hash of 1k, read-only\n") {
		t.Errorf("the mix does not come first:\n%s", want)
	}
}

// What is written is read back, and units are described where they are first
// used, so that files of a mix are as they were.
func TestWriteLettingGo(t *testing.T) {
	var out bytes.Buffer
	w := NewWriter(&out)
	if err := w.Header(nil); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), FreedRate) {
		t.Errorf("a mix's file describes %s", FreedRate)
	}
	rows := lettingGoRows(2)
	for _, r := range rows {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(out.String(), "Unit "+FreedRate+" better=higher assume=nothing\n"); n != 1 {
		t.Errorf("%s is described %d times", FreedRate, n)
	}
	f, err := Read(bytes.NewReader(out.Bytes()), "results")
	if err != nil || len(f.Warnings) > 0 {
		t.Fatalf("%v, %v", err, f.Warnings)
	}
	if len(f.Rows) != len(rows) {
		t.Fatalf("%d rows, want %d", len(f.Rows), len(rows))
	}
	for i, r := range rows {
		if got := f.Rows[i]; got.Point != r.Point || got.Ops != r.Ops || !slices.Equal(got.Values, r.Values) {
			t.Errorf("row %d is read as %+v, want %+v", i, got, r)
		}
	}
}
