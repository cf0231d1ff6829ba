package advise

import (
	"fmt"
	"strings"

	"readmostly/impls"
)

// A Need is something that a mechanism must be able to do.
type Need struct {
	Name string
	Doc  string // what it asks for
	lack string // what is wrong with a backend that can't: "can't delete"
	has  func(impls.Caps) bool
}

// Needs returns all that can be asked for.
func Needs() []Need {
	return []Need{
		{"insert", "inserting while readers run", "can't insert", func(c impls.Caps) bool { return c.Insert }},
		{"delete", "deleting while readers run", "can't delete", func(c impls.Caps) bool { return c.Delete }},
		{"replace", "copy-updates while readers run", "can't copy-update", func(c impls.Caps) bool { return c.Replace }},
		{"walk", "visiting all elements", "can't walk", func(c impls.Caps) bool { return c.Walk }},
		{"once", "walks that visit no element twice", "a walk may visit an element twice", func(c impls.Caps) bool { return c.Walk && !c.WalkRepeats }},
		{"sleep", "readers that sleep", "readers may not sleep", func(c impls.Caps) bool { return c.SleepInReader }},
		{"bounded", "bounded garbage, whatever a reader does", "a stalled reader holds up garbage without bound", func(c impls.Caps) bool { return c.BoundedGarbage }},
		{"preemption", "readers that may be preempted", "readers run without preemption", func(c impls.Caps) bool { return !c.Pinned }},
		{"section", "sections that cover several lookups", "no section covers several lookups", func(c impls.Caps) bool { return c.Section }},
		{"no-collector", "elements that the Go collector doesn't free", "needs the Go collector", func(c impls.Caps) bool { return !c.NeedsGC }},
	}
}

// FindNeed returns the need of a name.
func FindNeed(name string) (Need, error) {
	var names []string
	for _, n := range Needs() {
		if n.Name == name {
			return n, nil
		}
		names = append(names, n.Name)
	}
	return Need{}, fmt.Errorf("%q is not a need: want %s", name, strings.Join(names, ", "))
}
