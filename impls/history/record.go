package history

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"readmostly/impls"
)

// An Operation is one call of a worker and what it returned.
type Operation struct {
	Worker  int
	Kind    impls.Kind
	Key     uint64
	Version uint64 // that an Insert or Replace writes
	Batch   bool   // a lookup executed by Run, which tells a hit from a miss only

	Call, Return int64 // in nanoseconds since the history's beginning

	OK      bool       // what the operation returned; of a Lookup, whether it hit
	Seen    []Sighting // what a Lookup returned or a Walk visited, in order
	Stopped bool       // a Walk was told to stop
}

// A Sighting is a version of a key that a reader saw.
type Sighting struct{ Key, Version uint64 }

// A History is what the workers of one run did.
type History struct {
	Backend    string
	Plan       Plan
	Repeats    bool              // walks may visit a key more than once
	Initial    map[uint64]uint64 // the version of each key at the beginning; 0: absent
	Operations []Operation       // in the order of their calls
	// Faults are what is wrong whatever the order: an element that nobody wrote,
	// an operation that failed, accounts that don't add up.
	Faults []string
}

// capacity is more memory than a history needs, garbage included.
const capacity = 1 << 13

// Record runs a plan. The error says that there is no map to run it on. It sets
// GOMAXPROCS for the time of the run.
func Record(b impls.Backend, p Plan) (*History, error) {
	s := p.script(b.Caps)
	m, err := b.New(impls.Config{Buckets: p.Buckets, Capacity: capacity, Reclaim: p.Reclaim, Section: p.Section})
	if err != nil {
		return nil, err
	}
	h := &History{Backend: b.Name, Plan: p, Repeats: b.Caps.WalkRepeats, Initial: s.initial}
	if err := s.fill(m, p.Ballast); err != nil {
		return nil, err
	}
	workers := make([]*recorder, p.Workers+1)
	began := time.Now()
	for i := range workers {
		w, err := m.NewWorker()
		if err != nil {
			return nil, err
		}
		workers[i] = &recorder{worker: i, w: w, clock: clock{began: began}, script: s}
		if i < p.Workers {
			workers[i].reserve(s.steps[i], len(s.initial))
		}
	}
	h.play(s, workers)
	for _, r := range workers {
		r.recognize()
		h.Operations = append(h.Operations, r.done...)
		h.Faults = append(h.Faults, r.faults...)
	}
	slices.SortStableFunc(h.Operations, func(a, b Operation) int { return cmp.Compare(a.Call, b.Call) })
	if err := m.Close(); err != nil {
		h.Faults = append(h.Faults, "Close: "+err.Error())
	}
	return h, nil
}

// play has the workers execute the script at the same time, and then the last of
// them look at what they left.
func (h *History) play(s *script, workers []*recorder) {
	if procs := runtime.GOMAXPROCS(0); procs != h.Plan.Procs {
		runtime.GOMAXPROCS(h.Plan.Procs)
		defer runtime.GOMAXPROCS(procs)
	}
	m := meeting{crowded: h.Plan.Procs < h.Plan.Workers}
	var wg sync.WaitGroup
	for i, steps := range s.steps {
		wg.Go(func() {
			workers[i].churn(h.Plan.Churn)
			limit := threads
			for n, st := range steps {
				if n%h.Plan.Meet == 0 {
					m.wait(uint64((n/h.Plan.Meet+1)*len(s.steps)), &workers[i].clock, limit)
					limit = patience
				}
				workers[i].execute(st)
			}
			workers[i].w.Close()
		})
	}
	wg.Wait()
	last := workers[len(s.steps)]
	for key := range s.initial {
		last.execute(step{kind: impls.Lookup, key: key})
	}
	if s.walks {
		last.execute(step{kind: impls.Walk})
	}
	last.w.Close()
}

// fill puts the initial elements in, in the order of their keys, and so many of
// ballast.
func (s *script) fill(m impls.Map, weight int) error {
	var elements []impls.Element
	for i := range uint64(weight) {
		elements = append(elements, impls.MakeElement(ballast+i, 0))
	}
	for e := range s.names {
		if s.initial[e.Key] == s.names[e] {
			elements = append(elements, e)
		}
	}
	slices.SortFunc(elements, func(a, b impls.Element) int { return cmp.Compare(a.Key, b.Key) })
	if f, ok := m.(impls.Filler); ok {
		return f.Fill(elements)
	}
	w, err := m.NewWorker()
	if err != nil {
		return err
	}
	defer w.Close()
	for _, e := range elements {
		if ok, err := w.Insert(e); !ok || err != nil {
			return fmt.Errorf("insertion of absent key %d = %v, %v", e.Key, ok, err)
		}
	}
	return nil
}
