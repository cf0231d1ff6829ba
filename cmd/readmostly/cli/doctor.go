package cli

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"readmostly/bench"
	"readmostly/impls/slab"
	"readmostly/internal/doctor"
	"readmostly/internal/perf"
)

const doctorHelp = `doctor says whether this machine can measure, and what to do where it can't: a line
for each fact, marked ok, ! for a reservation, or ? where the machine doesn't say;
-> says what to do.

Of what bench's results depend on, what doesn't change by the minute stands in the
header of each result file too. The noise is measured for two seconds: short windows
of unsync against unsync, in forks, as bench plays them. From how their ratio scatters
within forks and from fork to fork follows, by the model that bench plans with, how
wide an interval will be after bench's default budget: within a factor of two or
so, as two seconds don't show more, and what else runs comes and goes.

Exit status: 0 fit, 1 with reservations, 2 bad input, 130 interrupted.`

func newDoctor(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Say whether this machine can measure, and what to do",
		Long:  doctorHelp,
		Example: `  readmostly doctor
  readmostly doctor --json`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.doctor(cmd.Context(), asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

func (a *app) doctor(ctx context.Context, asJSON bool) error {
	report := doctor.Examine(a.observe(ctx))
	if ctx.Err() != nil {
		return errInterrupted
	}
	write := report.Text
	if asJSON {
		write = report.JSON
	}
	if err := write(a.Stdout); err != nil {
		return fmt.Errorf("the report can't be written: %w", err)
	}
	if n := len(report.With(doctor.Reservation)); n > 0 {
		return reservations(n)
	}
	return nil
}

// quiet is how long doctor watches what others do before it does anything itself.
const quiet = 500 * time.Millisecond

// observe looks at the machine and tries it out. What fails is part of what it observes.
func (a *app) observe(ctx context.Context) (o doctor.Observation) {
	o.Activity = a.watch(ctx)
	o.Load = a.loadAverages()
	o.Paranoid = perf.Paranoid(a.files)
	o.Membarrier = a.membarrier()
	o.Clock = doctor.ReadClock()
	if g := a.hugePages(); g.Known {
		o.HugePages = doctor.HugePages{Asked: slab.HugePages, Granted: g.Huge, Touched: g.Touched, Known: true}
	}
	o.Memory.Available, o.Memory.Known = a.available()
	m, err := a.machine()
	if err != nil {
		o.NotMeasured = err.Error()
		return o
	}
	o.Machine = m
	s, err := a.defaults(ctx)
	if err != nil {
		o.NotMeasured = err.Error()
		return o
	}
	o.Memory.Needed = s.memory
	o.PMU = pmuOf(s.counted)
	if o.Noise, err = a.measureNoise(ctx, s); err != nil {
		o.NotMeasured = err.Error()
	}
	return o
}

// defaults returns the settings of bench without any flags, and with memory enough: how
// much that takes is what doctor wants to know.
func (a *app) defaults(ctx context.Context) (*settings, error) {
	enough := *a
	enough.available = func() (uint64, bool) { return 0, false }
	a = &enough
	var f benchFlags
	f.set = benchCommand(a, &f).Flags().Changed
	if err := f.choose(); err != nil {
		return nil, err
	}
	return a.readSettings(ctx, f)
}

// watch returns what the CPUs do while this process sleeps, nil where nobody knows.
func (a *app) watch(ctx context.Context) *doctor.Activity {
	before, ok := doctor.ReadCPUTimes(a.files)
	if !ok {
		return nil
	}
	select {
	case <-time.After(quiet):
	case <-ctx.Done():
	}
	after, ok := doctor.ReadCPUTimes(a.files)
	if !ok {
		return nil
	}
	return after.Since(before)
}

func (a *app) loadAverages() string {
	text, err := fs.ReadFile(a.files, "proc/loadavg")
	fields := strings.Fields(string(text))
	if err != nil || len(fields) < 3 {
		return ""
	}
	return strings.Join(fields[:3], " ")
}

// pmuOf tells of the hardware events what a plan of counters does.
func pmuOf(plan *perf.Plan) (p doctor.PMU) {
	if plan == nil {
		return p
	}
	p.Scope = plan.Scope.String()
	for _, e := range plan.Events() {
		if e.Kind != perf.Software {
			p.Counted = append(p.Counted, e.Name)
		}
	}
	var reasons []string
	for _, m := range plan.Missing {
		if reason := m.Err.Reason(); m.Event.Kind != perf.Software && !slices.Contains(reasons, reason) {
			reasons = append(reasons, reason)
		}
	}
	p.Missing = strings.Join(reasons, "; ")
	return p
}

// measureNoise measures what difference bench will be able to resolve.
func (a *app) measureNoise(ctx context.Context, s *settings) (*doctor.Noise, error) {
	fork := a.fork
	if fork == nil {
		fork = bench.Processes(nil)
	}
	n, err := s.Noise(ctx, s.plan, fork, a.noise)
	if err != nil {
		return nil, err
	}
	half, forks, ok := s.Resolution(s.plan, n)
	if !ok {
		return nil, fmt.Errorf("%s were too few", forksOf(n.Forks))
	}
	return &doctor.Noise{
		Resolution: half, Forks: forks, Budget: s.Budget, Layouts: s.Layouts > 1, Baseline: s.plan.Baseline, Threads: n.Table.Workload.Threads,
		Took: n.Took, Windows: n.Fork.Windows, Replayed: n.Fork.Replayed, Disturbed: n.Fork.Disturbed, Stolen: n.Fork.Stolen, Blind: n.Blind,
	}, nil
}

// reservations end doctor with status 1 where all has been said.
type reservations int

func (n reservations) Error() string {
	return fmt.Sprintf("this machine measures with reservations: %d", int(n))
}
