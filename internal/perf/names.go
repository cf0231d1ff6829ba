package perf

// Event types and the numbers of the software events that need a name here,
// from include/uapi/linux/perf_event.h.
const (
	typeHardware = 0
	typeSoftware = 1
	typeCache    = 3
	typeRaw      = 4

	// The type number of a core's unit may stand in the upper half of a generic
	// event's config: PERF_PMU_TYPE_SHIFT.
	extendedShift = 32

	swContextSwitches = 3
	swCPUMigrations   = 4
	swCgroupSwitches  = 11
)

// named is a generic event with perf's names for it, the preferred one first.
type named struct {
	names  []string
	config uint64
	doc    string
}

// The numbers are those of enum perf_hw_id.
var hardwareEvents = []named{
	{[]string{"cycles", "cpu-cycles"}, 0, "core clock cycles, at whatever frequency the core runs"},
	{[]string{"instructions"}, 1, "retired instructions"},
	{[]string{"cache-references"}, 2, "accesses that reached the last-level cache, as a rule"},
	{[]string{"cache-misses"}, 3, "accesses that the last-level cache missed, as a rule"},
	{[]string{"branches", "branch-instructions"}, 4, "retired branch instructions"},
	{[]string{"branch-misses"}, 5, "mispredicted branches"},
	{[]string{"bus-cycles"}, 6, "bus cycles"},
	{[]string{"stalled-cycles-frontend", "idle-cycles-frontend"}, 7, "cycles in which no instruction was delivered"},
	{[]string{"stalled-cycles-backend", "idle-cycles-backend"}, 8, "cycles in which no instruction could be executed"},
	{[]string{"ref-cycles"}, 9, "cycles at the constant reference frequency"},
}

// The numbers are those of enum perf_sw_ids.
var softwareEvents = []named{
	{[]string{"task-clock"}, 1, "nanoseconds that the thread ran"},
	{[]string{"cpu-clock"}, 0, "nanoseconds on the CPU's clock while the thread ran"},
	{[]string{"page-faults", "faults"}, 2, "page faults"},
	{[]string{"minor-faults"}, 5, "page faults that needed no disk"},
	{[]string{"major-faults"}, 6, "page faults that waited for a disk"},
	{[]string{"context-switches", "cs"}, swContextSwitches, "times that the thread left its CPU"},
	{[]string{"cpu-migrations", "migrations"}, swCPUMigrations, "times that the thread changed its CPU"},
	{[]string{"cgroup-switches"}, swCgroupSwitches, "context switches to a task of another cgroup"},
	{[]string{"alignment-faults"}, 7, "unaligned accesses that the kernel had to fix"},
	{[]string{"emulation-faults"}, 8, "instructions that the kernel had to emulate"},
}

// Default is what a run counts when nobody asks for anything else: one group of
// hardware events and one of software events that show a disturbed run.
var Default = mustParse("cycles", "instructions", "cache-misses", "L1d-load-misses",
	"context-switches", "page-faults", "cpu-migrations")

func mustParse(names ...string) []Event {
	var events []Event
	for _, name := range names {
		e, ok := generic(name)
		if !ok {
			panic("perf: " + name)
		}
		events = append(events, e)
	}
	return events
}
