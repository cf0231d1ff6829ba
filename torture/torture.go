package torture

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"readmostly/impls"
	"readmostly/workloads"
)

// Options say what to torture, and for how long.
type Options struct {
	// Backends are tortured in each of the Structures (list and hash if empty).
	// One that is a floor is left out: it does nothing that could be wrong.
	Backends   []impls.Backend
	Structures []workloads.Structure
	// Libraries are tortured by themselves: see [Libraries].
	Libraries []Library
	// Duration is what each backend gets, shared by its structures, and what
	// each library gets. The default is 10 seconds.
	Duration time.Duration
	// Seed chooses what the workers attempt.
	Seed uint64
	// Threads is the number of workers, at least 2. The default is twice the
	// number of cores, and at least 6.
	Threads int
	// Patience is how long a worker may take for one step before it counts as
	// hung. The default is 20 seconds, many times what the slowest step takes on
	// a busy machine.
	Patience time.Duration
	// FailFast ends the run at the first trial that fails.
	FailFast bool
	// Starting and Done, if not nil, are called before and after each trial.
	Starting func(Trial)
	Done     func(Result)
}

// A Trial names what is tortured at a time.
type Trial struct {
	Subject   string // the name of a backend or a library
	Structure string // list, hash or library
}

func (t Trial) String() string { return t.Subject + " " + t.Structure }

// library is the structure of a trial of a library.
const library = "library"

// Run tortures one subject after the other and reports what it found. It
// changes GOMAXPROCS and puts it back, so nothing else in the process should
// depend on that meanwhile. The error says that the options are bad or that ctx
// was done; the report then holds the trials until there. A failure is not an
// error: see [Report.Failed].
//
// A trial that hangs ends the run, as its goroutines can't be ended and would
// disturb the others.
func Run(ctx context.Context, o Options) (Report, error) {
	if err := o.complete(); err != nil {
		return Report{}, err
	}
	procs := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(procs)
	began := time.Now()
	var report Report
	all := o.trials()
	for i, s := range all {
		if ctx.Err() != nil {
			break
		}
		if o.Starting != nil {
			o.Starting(s.Trial)
		}
		t := newTrial(ctx, o, s)
		t.guard(s.run)
		r := t.result()
		report.Results = append(report.Results, r)
		report.Elapsed = time.Since(began)
		if o.Done != nil {
			o.Done(r)
		}
		if t.hung || r.Failure != nil && o.FailFast {
			report.LeftOut = len(all) - i - 1
			break
		}
		runtime.GOMAXPROCS(procs)
	}
	return report, ctx.Err()
}

// complete checks the options and fills in the defaults.
func (o *Options) complete() error {
	if len(o.Structures) == 0 {
		o.Structures = []workloads.Structure{workloads.List, workloads.Hash}
	}
	if o.Duration == 0 {
		o.Duration = 10 * time.Second
	}
	if o.Threads == 0 {
		o.Threads = max(6, 2*runtime.NumCPU())
	}
	if o.Patience == 0 {
		o.Patience = 20 * time.Second
	}
	switch {
	case o.Duration < 0:
		return fmt.Errorf("torture: duration of %v", o.Duration)
	case o.Threads < 2:
		return fmt.Errorf("torture: %d threads: want 2 or more, a reader and an updater", o.Threads)
	case o.Patience < 0:
		return fmt.Errorf("torture: patience of %v", o.Patience)
	}
	return nil
}

// some returns a share of the workers. They are two at least if as many are left,
// so that they get in each other's way.
func (o *Options) some(part, of int) int {
	return max(1, min(2, o.Threads/2), o.Threads*part/of)
}

// A subject is a trial and how to do it.
type subject struct {
	Trial
	duration time.Duration
	run      func(*trial)
}

// trials lists what the options ask for: what others rest on first.
func (o *Options) trials() []subject {
	var all []subject
	for _, l := range o.Libraries {
		all = append(all, subject{Trial{l.Name, library}, o.Duration, l.torture})
	}
	for _, b := range o.Backends {
		if b.Caps.Floor {
			continue
		}
		share := o.Duration / time.Duration(len(o.Structures))
		for _, s := range o.Structures {
			all = append(all, subject{Trial{b.Name, string(s)}, share, func(t *trial) { tortureMap(t, b, s) }})
		}
	}
	return all
}
