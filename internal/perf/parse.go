package perf

import (
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
)

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
func Parse(name string) (Event, error) { return ParseFS(os.DirFS("/"), name) }

// ParseFS is [Parse] with /sys found in fsys, which is rooted at /.
func ParseFS(fsys fs.FS, name string) (Event, error) {
	name = strings.TrimSpace(name)
	units := units{fsys}
	if unit, terms, ok := strings.Cut(name, "/"); ok {
		return units.parse(name, unit, terms)
	}
	if e, ok := generic(name); ok {
		return e, nil
	}
	if e, ok := raw(name); ok {
		return e, nil
	}
	if e, ok := units.find(name); ok {
		return e, nil
	}
	if plain, modifier, ok := strings.Cut(name, ":"); ok {
		return Event{}, fmt.Errorf("counter %q: the modifier :%s is not supported, as one mode holds for all events; want %s", name, modifier, plain)
	}
	return Event{}, fmt.Errorf("unknown counter %q%s", name, didYouMean(name, units))
}

// ParseList reads events that are separated by commas. The commas between the
// slashes of a term list separate terms. The word "default" stands for
// [Default], "none" for nothing. An event that is named twice counts once.
func ParseList(list string) ([]Event, error) { return ParseListFS(os.DirFS("/"), list) }

// ParseListFS is [ParseList] with /sys found in fsys, which is rooted at /.
func ParseListFS(fsys fs.FS, list string) ([]Event, error) {
	var events []Event
	for _, name := range splitList(list) {
		switch strings.TrimSpace(name) {
		case "none":
		case "default":
			events = append(events, Default...)
		default:
			e, err := ParseFS(fsys, name)
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
func All() []Event { return AllFS(os.DirFS("/")) }

// AllFS is [All] with /sys found in fsys, which is rooted at /.
func AllFS(fsys fs.FS) []Event {
	var events []Event
	for _, table := range [][]named{hardwareEvents, softwareEvents} {
		for _, n := range table {
			e, _ := generic(n.names[0])
			events = append(events, e)
		}
	}
	events = append(events, cacheEvents()...)
	return append(events, units{fsys}.all()...)
}
