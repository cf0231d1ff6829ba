package builtin

import (
	"testing"
	"time"

	"readmostly/impls"
)

// An area is that below the number of retained elements over time, as far as one
// knows who looks before and after each update: between two looks there were at least as many
// as the fewer, and at most one more than the more.
type area struct {
	at          time.Time
	retained    uint64
	least, most float64
}

func (a *area) look(m impls.Map) {
	now, s := time.Now(), m.Stats()
	if !a.at.IsZero() {
		dt := float64(now.Sub(a.at))
		a.least += dt * float64(min(a.retained, s.Retained))
		a.most += dt * float64(max(a.retained, s.Retained)+1)
	}
	a.at, a.retained = now, s.Retained
}

// tight reports whether one knows the area to within a tenth.
func (a *area) tight() bool { return a.most <= 1.1*a.least }

// TestLittlesLaw: mean retained = rate of retirement × mean residence, for each backend
// that retains and each way to reclaim. All three are taken over the same time, from
// when nothing is retained to when nothing is any more, so nothing is cut off. Times
// that the test does not run are in both sides.
func TestLittlesLaw(t *testing.T) {
	for _, b := range impls.Backends() {
		if !b.Caps.Replace || b.Caps.NeedsGC || b.Caps.Floor {
			continue
		}
		ways := b.Reclaims
		if len(ways) == 0 {
			ways = []string{""}
		}
		for _, way := range ways {
			t.Run(b.Name+"/"+way, func(t *testing.T) { checkLittlesLaw(t, b, way) })
		}
	}
}

func checkLittlesLaw(t *testing.T, b impls.Backend, way string) {
	const keys = 64
	m, err := b.New(impls.Config{Buckets: 16, Capacity: 20000, Reclaim: way})
	if err != nil {
		t.Fatal(err)
	}
	var elements []impls.Element
	for key := range uint64(keys) {
		elements = append(elements, impls.MakeElement(key, 1))
	}
	if err := m.(impls.Filler).Fill(elements); err != nil {
		t.Fatal(err)
	}
	var pair [2]impls.Worker
	for i := range pair {
		if pair[i], err = m.NewWorker(); err != nil {
			t.Fatal(err)
		}
	}
	m.(impls.ResidenceTimer).TimeResidence(1)
	for _, w := range pair { // until they look
		for n := range uint64(64) {
			if ok, err := w.Replace(impls.MakeElement(n%keys, n)); !ok || err != nil {
				t.Fatal(ok, err)
			}
		}
		drain(w)
	}
	first := m.Stats()
	var a area
	a.look(m)
	const round, most = 5000, 20 * 5000
	for n := uint64(0); n < round || n < most && a.least > 0 && !a.tight(); n++ {
		if ok, err := pair[n%2].Replace(impls.MakeElement(n%keys, n)); !ok || err != nil {
			t.Fatal(ok, err)
		}
		a.look(m)
		for time.Since(a.at) < 5*time.Microsecond { // so that most of the time is between updates
		}
		a.look(m)
	}
	if a.least > 0 && !a.tight() {
		t.Logf("%.3g to %.3g element-ns is all that one knows", a.least, a.most)
	}
	for _, w := range pair {
		drain(w)
	}
	a.look(m)
	last := m.Stats()
	retired, timed := last.Retired-first.Retired, last.Timed-first.Timed
	if last.Retained != 0 || timed != retired {
		t.Fatalf("%d of %d retired elements were timed, and %d are retained", timed, retired, last.Retained)
	}
	if retired == 0 {
		if last.Retired > 0 {
			t.Errorf("%d were retired and then none", last.Retired)
		}
	} else if got := float64(last.Residence - first.Residence); got < a.least || got > a.most {
		t.Errorf("%d retired elements stayed for %.4g ns together; by samples it was %.4g to %.4g", retired, got, a.least, a.most)
	}
	for _, w := range pair {
		w.Close()
	}
	if err := m.Close(); err != nil {
		t.Error(err)
	}
}

func drain(w impls.Worker) {
	if d, ok := w.(impls.Drainer); ok {
		d.Drain()
	}
}
