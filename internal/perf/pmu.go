package perf

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"readmostly/internal/topo"
)

// unitsDir holds a folder for each unit that counts (PMU), with its type
// number, the formats of its terms and the events that it names: see
// Documentation/ABI/testing/sysfs-bus-event_source-devices in the kernel.
const unitsDir = "sys/bus/event_source/devices"

// units are a machine's.
type units struct {
	fs.FS
	cores []core
	own   int // index of the workers' in cores, -1 where that is open
}

// core is a unit that counts for the thread that a core runs.
type core struct {
	name   string
	number uint32 // of its type
	cpus   []int  // that it counts on, nil for all
}

// newUnits finds the units of the cores, and the one of those on which workers
// run: the first of cpus decides. Where that is open, it is the one whose events
// raw codes name, if there is one.
func newUnits(fsys fs.FS, cpus []int) units {
	u := units{FS: fsys}
	for _, name := range u.names() {
		if !u.isCore(name) {
			continue
		}
		typ, _ := u.text(name, "type")
		number, err := strconv.ParseUint(typ, 10, 32)
		if err != nil {
			continue
		}
		list, _ := u.text(name, "cpus")
		on, err := topo.ParseCPUList(list)
		if err != nil {
			continue
		}
		u.cores = append(u.cores, core{name, uint32(number), on})
	}
	u.own = slices.IndexFunc(u.cores, func(c core) bool {
		if len(cpus) > 0 {
			return slices.Contains(c.cpus, cpus[0])
		}
		return c.number == typeRaw
	})
	return u
}

// kinds reports whether cores of several kinds have units of their own.
func (u units) kinds() bool { return len(u.cores) > 1 }

// direct returns the event that the workers' kind of core counts.
func (u units) direct(e Event) Event {
	if !u.kinds() || u.own < 0 || e.software() {
		return e
	}
	e.unit = u.cores[u.own].number
	if e.Kind == Raw {
		e.attr.typ = e.unit
	} else {
		e.attr.config |= uint64(e.unit) << extendedShift
	}
	return e
}

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

// isOwn reports whether a unit is the one of the cores that workers run on.
func (u units) isOwn(unit string) bool {
	return u.own >= 0 && u.cores[u.own].name == unit
}

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
	e := Event{Name: name, Kind: PMU, Doc: "terms for the unit " + unit, attr: attr{typ: uint32(number)}, unit: uint32(number)}
	if !u.kinds() && u.isCore(unit) || e.software() {
		e.unit = theCores
	}
	if strings.TrimSpace(terms) == "" {
		return bad("no terms; want unit/term=value,.../")
	}
	named := false
	for term := range strings.SplitSeq(terms, ",") {
		key, value, hasValue := strings.Cut(strings.TrimSpace(term), "=")
		if key == "name" && hasValue {
			e.Name, named = value, true
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
	if other, taken := generic(e.Name); named && taken && other.attr != e.attr {
		return bad("name=%s is the name of another event", e.Name)
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

// find looks for a unit that names an event: first the one of the workers' cores,
// then those of other cores, then the others.
func (u units) find(name string) (Event, bool) {
	names := u.names()
	order := func(unit string) int {
		switch {
		case u.isOwn(unit):
			return 0
		case u.isCore(unit):
			return 1
		}
		return 2
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(order(a), order(b)) })
	for _, unit := range names {
		if _, ok := u.event(unit, name); !ok {
			continue
		}
		if e, err := u.parse(name, unit, name+"/"); err == nil {
			return e, true
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
