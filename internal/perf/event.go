package perf

import "strings"

// Kind says who counts an event and how it is named.
type Kind uint8

const (
	Hardware Kind = iota // a generic hardware event, such as cycles
	Software             // counted by the kernel, such as page-faults
	Cache                // a generic cache event, such as L1d-load-misses
	Raw                  // a processor's own code, such as r04d2
	PMU                  // a term list for a unit in sysfs, such as cpu/event=0xd2,umask=0x4/
)

func (k Kind) String() string {
	return [...]string{"hardware", "software", "cache", "raw", "pmu"}[k]
}

// attr is the part of struct perf_event_attr that names an event.
type attr struct {
	typ                      uint32
	config, config1, config2 uint64
}

// Event is something that can be counted. Events come from a [Parser]; equal
// events are equal values.
type Event struct {
	Name string // as perf spells it
	Kind Kind
	Doc  string // one line, empty where nothing is known about the event

	attr attr
	unit uint32 // the type number of the unit that counts it, or [theCores]
}

// theCores stands for the unit of the cores where they are of one kind, whatever
// its name and number, and for software events, which have no unit. No unit has
// that number.
const theCores = 0

// Unit returns the unit of the event's count per operation in a benchmark file:
// its name and /op. Characters that would not survive there, such as the
// slashes of a pmu event, become dashes.
func (e Event) Unit() string {
	keep := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '_'
	}
	words := strings.FieldsFunc(e.Name, func(r rune) bool { return !keep(r) })
	if len(words) == 0 {
		return "event/op"
	}
	return strings.Join(words, "-") + "/op"
}

// undirected returns the event without the kind of core that counts it, and
// whether it had one.
func (e Event) undirected() (Event, bool) {
	if e.attr.typ != typeHardware && e.attr.typ != typeCache || e.attr.config>>extendedShift == 0 {
		return e, false
	}
	e.attr.config &= 1<<extendedShift - 1
	e.unit = theCores
	return e, true
}

// software reports whether the kernel counts the event, which takes no counter.
func (e Event) software() bool { return e.attr.typ == typeSoftware }

// kernelOnly reports whether an event happens in kernel mode only, so that a
// counter that excludes the kernel would read zero for ever.
func (e Event) kernelOnly() bool {
	if !e.software() {
		return false
	}
	switch e.attr.config {
	case swContextSwitches, swCPUMigrations, swCgroupSwitches:
		return true
	}
	return false
}
