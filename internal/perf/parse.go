package perf

import (
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
)

// A Parser reads the names of events. Its zero value knows this machine's, and
// is what [Parse], [ParseList] and [All] use.
type Parser struct {
	// FS has the machine's /sys, and is rooted at /; nil stands for this
	// machine's.
	FS fs.FS

	// CPUs are those that workers run on, the first worker's first; nil where
	// that is open. On a processor with cores of several kinds, the events are
	// those of the first worker's kind: each kind has counters of its own.
	CPUs []int

	// Reserved reports whether a unit has a meaning already where counts are
	// reported, so that no event that is named by the user or by a unit may have
	// it; nil reserves none.
	Reserved func(unit string) bool
}

// Parse returns the event of that name:
//
//   - a generic event by perf's name, in any case of letters: cycles,
//     page-faults, L1d-load-misses, LLC-loads;
//   - a raw code, rNNN in hexadecimal: r04d2;
//   - a term list for one of the units (PMUs) under
//     /sys/bus/event_source/devices: cpu/event=0xd2,umask=0x4/, where
//     name=WORD gives the count a name of its own;
//   - an event that such a unit names itself: cpu/mem-loads/, or mem-loads.
//
// That an event has a name does not mean that this machine counts it: see
// [Probe]. The error for an unknown name offers the nearest ones.
func Parse(name string) (Event, error) { return Parser{}.Parse(name) }

// Parse returns the event of that name: see [Parse].
func (p Parser) Parse(name string) (Event, error) {
	return p.units().parseName(p, strings.TrimSpace(name))
}

func (p Parser) units() units {
	if p.FS == nil {
		p.FS = os.DirFS("/")
	}
	return newUnits(p.FS, p.CPUs)
}

func (u units) parseName(p Parser, name string) (Event, error) {
	e, err := u.lookUp(name)
	if err == nil && e.Kind == PMU && p.Reserved != nil && p.Reserved(e.Unit()) {
		return Event{}, fmt.Errorf("counter %q: its counts would be reported as %s, which has another meaning there; choose another name=WORD", name, e.Unit())
	}
	return e, err
}

func (u units) lookUp(name string) (Event, error) {
	if unit, terms, ok := strings.Cut(name, "/"); ok {
		return u.parse(name, unit, terms)
	}
	if e, ok := generic(name); ok {
		return u.direct(e), nil
	}
	if e, ok := raw(name); ok {
		return u.direct(e), nil
	}
	if e, ok := u.find(name); ok {
		return e, nil
	}
	if plain, modifier, ok := strings.Cut(name, ":"); ok {
		return Event{}, fmt.Errorf("counter %q: the modifier :%s is not supported, as one mode holds for all events; want %s", name, modifier, plain)
	}
	return Event{}, fmt.Errorf("unknown counter %q%s", name, didYouMean(name, u))
}

// ParseList reads events that are separated by commas. The commas between the
// slashes of a term list separate terms. The word "default" stands for
// [Default], "none" for nothing. An event that is named twice counts once.
func ParseList(list string) ([]Event, error) { return Parser{}.ParseList(list) }

// ParseList reads events that are separated by commas: see [ParseList].
func (p Parser) ParseList(list string) ([]Event, error) {
	units := p.units()
	var events []Event
	for _, name := range splitList(list) {
		switch name = strings.TrimSpace(name); name {
		case "none":
		case "default":
			for _, e := range Default {
				events = append(events, units.direct(e))
			}
		default:
			e, err := units.parseName(p, name)
			if err != nil {
				return nil, err
			}
			events = append(events, e)
		}
	}
	return distinct(events), nil
}

func splitList(list string) []string {
	if strings.TrimSpace(list) == "" {
		return nil
	}
	var parts []string
	start, inside := 0, false
	for i := range len(list) {
		switch {
		case list[i] == '/':
			inside = !inside
		case list[i] == ',' && !inside:
			parts = append(parts, list[start:i])
			start = i + 1
		}
	}
	return append(parts, list[start:])
}

// distinct drops the later of events that the kernel can't tell apart.
func distinct(events []Event) []Event {
	var out []Event
	seen := map[attr]bool{}
	for _, e := range events {
		if !seen[e.attr] {
			seen[e.attr] = true
			out = append(out, e)
		}
	}
	return out
}

// generic looks a name up in perf's tables.
func generic(name string) (Event, bool) {
	for _, table := range []struct {
		kind   Kind
		typ    uint32
		events []named
	}{{Hardware, typeHardware, hardwareEvents}, {Software, typeSoftware, softwareEvents}} {
		for _, n := range table.events {
			for _, spelling := range n.names {
				if strings.EqualFold(name, spelling) {
					return Event{Name: spelling, Kind: table.kind, Doc: n.doc, attr: attr{typ: table.typ, config: n.config}}, true
				}
			}
		}
	}
	return cacheEvent(name)
}

// raw reads rNNN. The code's meaning is in the processor's manual: on x86 the
// low byte is the event and the next one the unit mask.
func raw(name string) (Event, bool) {
	digits, ok := strings.CutPrefix(name, "r")
	if !ok || digits == "" {
		return Event{}, false
	}
	config, err := strconv.ParseUint(digits, 16, 64)
	if err != nil {
		return Event{}, false
	}
	return Event{
		Name: name,
		Kind: Raw,
		Doc:  fmt.Sprintf("the processor's event code %#x", config),
		attr: attr{typ: typeRaw, config: config},
	}, true
}

// All returns the events that have a name here, each with a line of
// documentation: perf's generic ones, then those that the machine's units name.
// Which of them it counts, [Probe] tells.
func All() []Event { return Parser{}.All() }

// All returns the events that have a name here: see [All].
func (p Parser) All() []Event {
	units := p.units()
	var events []Event
	for _, table := range [][]named{hardwareEvents, softwareEvents} {
		for _, n := range table {
			e, _ := generic(n.names[0])
			events = append(events, units.direct(e))
		}
	}
	for _, e := range cacheEvents() {
		events = append(events, units.direct(e))
	}
	return append(events, units.all()...)
}
