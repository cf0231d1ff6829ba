package implstest

import (
	"math/rand/v2"

	"readmostly/impls"
)

// modelWorkers take turns in the sequential stages: what one does, the next one
// must see.
const modelWorkers = 3

// everything is the mix of the sequential stages.
var everything = Mix{impls.Lookup: 40, impls.Insert: 20, impls.Delete: 14, impls.Replace: 20, impls.Walk: 2}

// A modelled map is a map beside the Go map that it must behave as.
type modelled struct {
	*trial
	rng     *rand.Rand
	keys    []uint64
	workers []impls.Worker
	model   map[uint64]impls.Element
	version uint64
	step    int
}

// A zero C stands in the model for an element that a batch made: which version
// it has becomes known when it is seen.
func unknown(key uint64) impls.Element { return impls.Element{Key: key} }

// model executes random operations, one at a time and in batches, and compares
// each result with a Go map's.
func model(t *trial) {
	rng := t.rng(0)
	m := &modelled{trial: t, rng: rng, keys: Keys(rng, 96), model: map[uint64]impls.Element{}}
	if !t.open() {
		return
	}
	if !t.b.Caps.Insert {
		var elements []impls.Element
		for _, key := range m.keys[:len(m.keys)/2] {
			elements = append(elements, m.make(key))
			m.model[key] = elements[len(elements)-1]
		}
		if !t.populate(elements) {
			return
		}
	}
	if m.workers = t.workers(modelWorkers); m.workers == nil {
		return
	}
	mix := everything.Permitted(t.b.Caps)
	for m.step = range t.ops(20000) {
		w := m.workers[rng.IntN(modelWorkers)]
		switch {
		case m.step%128 == 127:
			m.batch(w, mix)
		case m.step%128 == 63:
			elsewhere(func() { m.one(w, mix.Pick(rng)) })
		default:
			m.one(w, mix.Pick(rng))
		}
		if t.failed() {
			break
		}
	}
	for _, key := range m.keys {
		m.lookup(m.workers[0], key)
	}
	for _, w := range m.workers {
		w.Close()
	}
	t.close(len(m.model))
}

// elsewhere executes f on another goroutine: a worker may move between calls.
func elsewhere(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	<-done
}

// make returns the next version of the key's element.
func (m *modelled) make(key uint64) impls.Element {
	m.version++
	return impls.MakeElement(key, m.version)
}

// one executes an operation of the kind on a random key.
func (m *modelled) one(w impls.Worker, kind impls.Kind) {
	key := m.keys[m.rng.IntN(len(m.keys))]
	_, present := m.model[key]
	var ok, want bool
	var err error
	switch e := m.make(key); kind {
	case impls.Lookup:
		m.lookup(w, key)
		return
	case impls.Walk:
		m.walk(w)
		return
	case impls.Insert:
		want = !present
		if ok, err = w.Insert(e); want {
			m.model[key] = e
		}
	case impls.Delete:
		want = present
		ok, err = w.Delete(key)
		delete(m.model, key)
	case impls.Replace:
		want = present
		if ok, err = w.Replace(e); want {
			m.model[key] = e
		}
	}
	if ok != want || err != nil {
		m.failf("step %d: %v of key %#x = %v, %v; want %v, nil", m.step, kind, key, ok, err, want)
	}
	m.lookup(w, key)
}

func (m *modelled) lookup(w impls.Worker, key uint64) {
	got, ok := w.Lookup(key)
	want, present := m.model[key]
	switch {
	case ok != present:
		m.failf("step %d: lookup of key %#x found = %v; want %v", m.step, key, ok, present)
	case ok:
		m.compare("lookup", got, want)
	}
}

// compare checks an element that an operation has shown against the model's.
func (m *modelled) compare(what string, got, want impls.Element) {
	if want == unknown(want.Key) && got.Key == want.Key && got.Valid() {
		m.model[want.Key] = got
	} else if got != want {
		m.failf("step %d: %s of key %#x saw %+v; want %+v", m.step, what, want.Key, got, want)
	}
}

// walk checks that a walk visits exactly the model, and that it can be stopped.
func (m *modelled) walk(w impls.Worker) {
	var seen []impls.Element
	w.Walk(func(e impls.Element) bool { seen = append(seen, e); return true })
	visited := map[uint64]bool{}
	for _, e := range seen {
		want, present := m.model[e.Key]
		switch {
		case !present:
			m.failf("step %d: a walk saw key %#x; want it absent", m.step, e.Key)
		case visited[e.Key]:
			m.failf("step %d: a walk saw key %#x twice", m.step, e.Key)
		default:
			m.compare("walk", e, want)
		}
		visited[e.Key] = true
	}
	if len(visited) < len(m.model) {
		m.failf("step %d: a walk saw %d keys; want %d", m.step, len(visited), len(m.model))
	}
	limit := 1 + m.rng.IntN(len(m.keys))
	calls := 0
	w.Walk(func(impls.Element) bool { calls++; return calls < limit })
	if want := min(limit, len(m.model)); calls != want {
		m.failf("step %d: a walk that was to stop after %d of %d elements yielded %d", m.step, limit, len(m.model), calls)
	}
}

// batch executes a tape and compares the tally with what the model says.
func (m *modelled) batch(w impls.Worker, mix Mix) {
	tape := mix.Tape(m.rng, m.keys, m.rng.IntN(100))
	before := impls.Tally{Lookups: 7, Hits: 5, Inserts: 3, Inserted: 2, Deletes: 4, Deleted: 1, Replaces: 9, Replaced: 8, Walks: 6, Walked: 11}
	want, got := before, before
	passed := uint64(0) // the most nodes that the lookups can have visited
	for _, op := range tape {
		_, present := m.model[op.Key()]
		switch op.Kind() {
		case impls.Lookup:
			want.Lookups++
			want.Hits += count(present)
			passed += uint64(len(m.model))
		case impls.Insert:
			want.Inserts++
			want.Inserted += count(!present)
			if !present {
				m.model[op.Key()] = unknown(op.Key())
			}
		case impls.Delete:
			want.Deletes++
			want.Deleted += count(present)
			delete(m.model, op.Key())
		case impls.Replace:
			want.Replaces++
			want.Replaced += count(present)
			if present {
				m.model[op.Key()] = unknown(op.Key())
			}
		case impls.Walk:
			want.Walks++
			want.Walked += uint64(len(m.model))
		}
	}
	w.Run(tape, &got)
	if got.Nodes > 0 && (got.Nodes < want.Hits-before.Hits || got.Nodes > passed) {
		m.failf("step %d: the lookups of a batch with %d hits visited %d nodes; at most %d were there to visit",
			m.step, want.Hits-before.Hits, got.Nodes, passed)
	}
	got.Nodes, got.Sink = 0, 0
	if got != want {
		m.failf("step %d: a batch of %d operations, alone on the map, tallied\n%+v; want\n%+v", m.step, len(tape), got, want)
	}
}

func count(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}
