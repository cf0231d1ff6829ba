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

func (c *clock) now() int64 { return int64(time.Since(c.began)) }

// call returns the time before an operation. What is swapped depends on the time,
// and the operation's loads can't pass the swap, so none is earlier.
func (c *clock) call() int64 {
	t := c.now()
	c.word.Swap(uint64(t))
	return t
}

// ret returns a time at which the operation's stores are visible.
func (c *clock) ret() int64 {
	c.word.Add(1)
	return c.now()
}

// A recorder is a worker that notes what it does.
type recorder struct {
	clock
	worker int
	w      impls.Worker
	script *script
	churns uint64     // unrecorded updates so far
	ops    []impls.Op // of the last batch
	done   []Operation
	seen   []impls.Element // by all operations, one after the other
	until  []int           // where in seen each operation's part ends
	faults []string
}

// reserve makes room for what the steps leave: the less a worker does between
// its operations, the more of them overlap with another's.
func (r *recorder) reserve(steps []step, elements int) {
	r.ops = make([]impls.Op, 0, len(r.script.beside)+1)
	r.done = make([]Operation, 0, len(steps))
	r.until = make([]int, 0, len(steps))
	room := 0
	for _, st := range steps {
		switch st.kind {
		case impls.Lookup:
			room++
		case impls.Walk:
			room += elements + 1 // a replaced element may be seen twice
		}
	}
	r.seen = make([]impls.Element, 0, room)
}

// execute executes a step.
func (r *recorder) execute(st step) {
	switch st.before {
	case pause:
		mem.Pause(st.length)
	case yield:
		runtime.Gosched()
	case nap:
		rest()
	case churn:
		r.churn(int(st.length))
	case stop:
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
	case collect:
		runtime.GC()
	}
	op := Operation{Worker: r.worker, Kind: st.kind, Key: st.key, Version: st.version, Batch: st.batch}
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
	r.done = append(r.done, op)
	r.until = append(r.until, len(r.seen))
}

// batch looks a key up in the loop that is measured, among those that are there
// throughout if a section covers several.
func (r *recorder) batch(op *Operation) {
	var t impls.Tally
	beside := r.script.beside
	r.ops = append(r.ops[:0], beside[:len(beside)/2]...)
	r.ops = append(r.ops, impls.MakeOp(impls.Lookup, op.Key))
	r.ops = append(r.ops, beside[len(beside)/2:]...)
	op.Call = r.call()
	r.w.Run(r.ops, &t)
	op.Return = r.ret()
	op.OK = t.Hits == uint64(len(beside)+1)
	if t.Lookups != uint64(len(beside)+1) || !op.OK && t.Hits != uint64(len(beside)) {
		r.fault("a batch of %d lookups of keys that are there and of one that may be tallied %+v", len(beside), t)
	}
	if t.FirstBad != nil {
		r.fault("a batch: %v", t.FirstBad)
	}
}

func (r *recorder) walk(st step, op *Operation) {
	tooMany, before := 0, len(r.seen)
	op.Call = r.call()
	r.w.Walk(func(e impls.Element) bool {
		if op.Stopped {
			tooMany++
			return false
		}
		if e.Key >= ownKeys && e.Valid() {
			return true
		}
		r.seen = append(r.seen, e)
		n := len(r.seen) - before
		if n == st.yieldAt {
			runtime.Gosched()
		}
		op.Stopped = n == st.stop
		return !op.Stopped
	})
	op.Return = r.ret()
	if tooMany > 0 {
		r.fault("a walk went on after it was told to stop")
	}
}

// Keys beyond those that operations are about. A worker churns some of its own;
// those of the ballast are there throughout.
const (
	ownKeys   = 1 << 20
	churnKeys = 4
	ballast   = ownKeys << 1
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

// recognize tells which versions the operations have seen.
func (r *recorder) recognize() {
	from := 0
	for i := range r.done {
		op := &r.done[i]
		for _, e := range r.seen[from:r.until[i]] {
			version, known := r.script.names[e]
			switch {
			case op.Kind == impls.Lookup && e.Key != op.Key:
				r.fault("a lookup of key %d returned key %d", op.Key, e.Key)
			case !known:
				r.fault("%v of key %d returned an element that nobody wrote: %+v", op.Kind, op.Key, e)
			default:
				op.Seen = append(op.Seen, Sighting{e.Key, version})
			}
		}
		from = r.until[i]
	}
}

func (r *recorder) fault(format string, args ...any) {
	r.faults = append(r.faults, fmt.Sprintf("worker %d: %s", r.worker, fmt.Sprintf(format, args...)))
}
