package history

import (
	"fmt"
	"runtime"
	"time"

	"readmostly/impls"
	"readmostly/internal/mem"
)

// A clock stamps the calls and returns of one worker. See the package comment
// for why it fences.
type clock struct {
	_     mem.Pad
	began time.Time
	word  mem.Uint64 // the worker's own
	_     mem.Pad
}

// call returns the time before an operation. What is swapped depends on the time,
// and the operation's loads can't pass the swap, so none is earlier.
func (c *clock) call() int64 {
	t := int64(time.Since(c.began))
	c.word.Swap(uint64(t))
	return t
}

// ret returns a time at which the operation's stores are visible.
func (c *clock) ret() int64 {
	c.word.Add(1)
	return int64(time.Since(c.began))
}

// A recorder is a worker that notes what it does.
type recorder struct {
	clock
	worker int
	w      impls.Worker
	script *script
	churns uint64          // unrecorded updates so far
	seen   []impls.Element // by the present operation
	done   []Operation
	faults []string
}

// reserve makes room for what the steps leave, so that nothing is allocated
// between them but what a walk has seen.
func (r *recorder) reserve(steps []step, elements int) {
	r.done = make([]Operation, 0, len(steps))
	r.seen = make([]impls.Element, 0, 4*elements)
}

// execute executes a step.
func (r *recorder) execute(st step) {
	switch st.before {
	case pause:
		mem.Pause(st.length)
	case yield:
		runtime.Gosched()
	case nap:
		time.Sleep(time.Microsecond)
	case churn:
		r.churn(int(st.length))
	case stop:
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
	case collect:
		runtime.GC()
	}
	op := Operation{Worker: r.worker, Kind: st.kind, Key: st.key, Version: st.version, Batch: st.batch}
	r.seen = r.seen[:0]
	var err error
	switch e := impls.MakeElement(st.key, st.version); {
	case st.batch:
		r.batch(&op)
	case st.kind == impls.Lookup:
		op.Call = r.call()
		e, op.OK = r.w.Lookup(st.key)
		op.Return = r.ret()
		if op.OK {
			r.seen = append(r.seen, e)
		}
	case st.kind == impls.Insert:
		op.Call = r.call()
		op.OK, err = r.w.Insert(e)
		op.Return = r.ret()
	case st.kind == impls.Replace:
		op.Call = r.call()
		op.OK, err = r.w.Replace(e)
		op.Return = r.ret()
	case st.kind == impls.Delete:
		op.Call = r.call()
		op.OK, err = r.w.Delete(st.key)
		op.Return = r.ret()
	case st.kind == impls.Walk:
		r.walk(st, &op)
	}
	if err != nil {
		r.fault("%v of key %d: %v", st.kind, st.key, err)
	}
	op.Seen = r.recognize(op)
	r.done = append(r.done, op)
}

// batch looks a key up in the loop that is measured.
func (r *recorder) batch(op *Operation) {
	var t impls.Tally
	ops := [1]impls.Op{impls.MakeOp(impls.Lookup, op.Key)}
	op.Call = r.call()
	r.w.Run(ops[:], &t)
	op.Return = r.ret()
	op.OK = t.Hits == 1
	if t.Lookups != 1 || t.Hits > 1 {
		r.fault("a batch of one lookup tallied %+v", t)
	}
	if t.FirstBad != nil {
		r.fault("a batch: %v", t.FirstBad)
	}
}

func (r *recorder) walk(st step, op *Operation) {
	tooMany := 0
	op.Call = r.call()
	r.w.Walk(func(e impls.Element) bool {
		if op.Stopped {
			tooMany++
			return false
		}
		r.seen = append(r.seen, e)
		if len(r.seen) == st.yieldAt {
			runtime.Gosched()
		}
		op.Stopped = len(r.seen) == st.stop
		return !op.Stopped
	})
	op.Return = r.ret()
	if tooMany > 0 {
		r.fault("a walk went on after it was told to stop")
	}
}

// A worker churns some keys of its own, beyond those of all plans.
const (
	ownKeys   = 1 << 20
	churnKeys = 4
)

// churn inserts and deletes keys of the worker's own, so that memory is retired
// and used again in the chains that others walk. It stops early if updates wait
// for readers.
func (r *recorder) churn(n int) {
	if !r.script.churns {
		return
	}
	const enough = 300 * time.Microsecond
	for began := time.Now(); n > 0 && time.Since(began) < enough; n-- {
		turn := r.churns
		r.churns++
		key := ownKeys + uint64(r.worker)*churnKeys + turn%churnKeys
		var ok bool
		var err error
		if turn/churnKeys%2 == 0 {
			ok, err = r.w.Insert(impls.MakeElement(key, turn))
		} else {
			ok, err = r.w.Delete(key)
		}
		if !ok || err != nil {
			r.fault("update %d of a key of its own: %v, %v", turn, ok, err)
			return
		}
	}
}

// recognize returns the versions of what was seen.
func (r *recorder) recognize(op Operation) []Sighting {
	if len(r.seen) == 0 {
		return nil
	}
	sightings := make([]Sighting, 0, len(r.seen))
	for _, e := range r.seen {
		if e.Key >= ownKeys && e.Valid() && op.Kind == impls.Walk {
			continue
		}
		version, known := r.script.names[e]
		if !known {
			r.fault("%v of key %d returned an element that nobody wrote: %+v", op.Kind, op.Key, e)
			continue
		}
		if op.Kind == impls.Lookup && e.Key != op.Key {
			r.fault("a lookup of key %d returned key %d", op.Key, e.Key)
			continue
		}
		sightings = append(sightings, Sighting{e.Key, version})
	}
	return sightings
}

func (r *recorder) fault(format string, args ...any) {
	r.faults = append(r.faults, fmt.Sprintf("worker %d: %s", r.worker, fmt.Sprintf(format, args...)))
}
