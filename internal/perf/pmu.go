package perf

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// unitsDir holds a folder for each unit that counts (PMU), with its type
// number, the formats of its terms and the events that it names: see
// Documentation/ABI/testing/sysfs-bus-event_source-devices in the kernel.
const unitsDir = "sys/bus/event_source/devices"

type units struct{ fs.FS }

func (u units) text(elem ...string) (string, bool) {
	name := path.Join(append([]string{unitsDir}, elem...)...)
	data, err := fs.ReadFile(u.FS, name)
	return strings.TrimSpace(string(data)), err == nil
}

func (u units) names(elem ...string) []string {
	entries, _ := fs.ReadDir(u.FS, path.Join(append([]string{unitsDir}, elem...)...))
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	slices.Sort(names)
	return names
}

// isCore reports whether a unit counts for the thread that a core runs, rather
// than for a whole socket: perf tells them by the name or the file cpus.
func (u units) isCore(unit string) bool {
	_, ok := u.text(unit, "cpus")
	return ok || unit == "cpu"
}

// hasCore reports whether the machine has hardware counters at all.
func (u units) hasCore() bool { return slices.ContainsFunc(u.names(), u.isCore) }

// plainName reports whether s is one folder's or file's name.
func plainName(s string) bool {
	return s != "" && s != "." && s != ".." && !strings.ContainsAny(s, "/\\\x00")
}

// parse reads unit/terms/. The argument terms is what follows the first slash.
func (u units) parse(name, unit, terms string) (Event, error) {
	bad := func(format string, args ...any) (Event, error) {
		return Event{}, fmt.Errorf("counter %q: %s", name, fmt.Sprintf(format, args...))
	}
	terms, modifier, closed := strings.Cut(terms, "/")
	if !closed {
		return bad("no closing slash; want unit/term=value,.../")
	}
	if modifier != "" {
		return bad("nothing may follow the closing slash, as one mode holds for all events")
	}
	var typ string
	ok := false
	if plainName(unit) {
		typ, ok = u.text(unit, "type")
	}
	if !ok {
		return bad("this machine has no unit %q; it has %s", unit, orNone(u.names()))
	}
	number, err := strconv.ParseUint(typ, 10, 32)
	if err != nil {
		return bad("its type in sysfs is %q, not a number", typ)
	}
	e := Event{Name: name, Kind: PMU, Doc: "terms for the unit " + unit, attr: attr{typ: uint32(number)}}
	if strings.TrimSpace(terms) == "" {
		return bad("no terms; want unit/term=value,.../")
	}
	for term := range strings.SplitSeq(terms, ",") {
		key, value, hasValue := strings.Cut(strings.TrimSpace(term), "=")
		if key == "name" && hasValue {
			e.Name = value
			continue
		}
		if text, ok := u.event(unit, key); ok && !hasValue {
			for inner := range strings.SplitSeq(text, ",") {
				key, value, hasValue := strings.Cut(strings.TrimSpace(inner), "=")
				if err := u.set(&e.attr, unit, key, value, hasValue); err != nil {
					return bad("its event %s: %v", term, err)
				}
			}
			e.Doc = fmt.Sprintf("%s of the unit %s: %s", key, unit, text)
			continue
		}
		if err := u.set(&e.attr, unit, key, value, hasValue); err != nil {
			return bad("%v", err)
		}
	}
	if e.Name == "" {
		return bad("name= needs a word")
	}
	return e, nil
}

// event returns the terms that a unit's own event name stands for.
func (u units) event(unit, name string) (string, bool) {
	if !plainName(name) || isAttachment(name) {
		return "", false
	}
	return u.text(unit, "events", name)
}

// isAttachment tells the files that describe an event from events.
func isAttachment(name string) bool {
	for _, suffix := range []string{".scale", ".unit", ".per-pkg", ".snapshot"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

// set applies one term. A term without a value is a flag.
func (u units) set(a *attr, unit, key, value string, hasValue bool) error {
	number := uint64(1)
	if hasValue {
		var err error
		if number, err = strconv.ParseUint(value, 0, 64); err != nil {
			return fmt.Errorf("the value of %s is %q, not a number such as 0x4 or 4", key, value)
		}
	}
	format := ""
	switch {
	case key == "config" || key == "config1" || key == "config2":
		format = key + ":0-63"
	case plainName(key):
		format, _ = u.text(unit, "format", key)
	}
	if format == "" {
		return fmt.Errorf("the unit %s has no term %q; its terms are %s, its events %s", unit, key, orNone(u.names(unit, "format")), orNone(u.events(unit)))
	}
	f, err := parseFormat(format)
	if err != nil {
		return fmt.Errorf("term %s: %w", key, err)
	}
	if err := f.set(a, number); err != nil {
		return fmt.Errorf("term %s: %w", key, err)
	}
	return nil
}

// events returns the names of a unit's own events.
func (u units) events(unit string) []string {
	return slices.DeleteFunc(u.names(unit, "events"), isAttachment)
}

// find looks for a unit that names an event, the cores' units first.
func (u units) find(name string) (Event, bool) {
	names := u.names()
	for _, wantCore := range []bool{true, false} {
		for _, unit := range names {
			if _, ok := u.event(unit, name); !ok || u.isCore(unit) != wantCore {
				continue
			}
			if e, err := u.parse(name, unit, name+"/"); err == nil {
				return e, true
			}
		}
	}
	return Event{}, false
}

// all returns the events that the units name.
func (u units) all() []Event {
	var events []Event
	for _, unit := range u.names() {
		for _, name := range u.events(unit) {
			if e, err := u.parse(unit+"/"+name+"/", unit, name+"/"); err == nil {
				events = append(events, e)
			}
		}
	}
	return events
}

func orNone(names []string) string {
	const most = 12
	switch {
	case len(names) == 0:
		return "none"
	case len(names) > most:
		return strings.Join(names[:most], ", ") + ", ..."
	}
	return strings.Join(names, ", ")
}
