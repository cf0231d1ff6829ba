package workloads

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"readmostly/impls"
)

// maxSize keeps sums of sizes far from the limits of an int.
const maxSize = 1 << 36

// String describes the workload in a few words.
func (w Workload) String() string {
	if w.Scenario != Mix {
		return fmt.Sprintf("%s of a %s of %d, %d threads", w.Scenario, w.Structure, w.Size, w.Threads)
	}
	s := fmt.Sprintf("%s of %d, %s updates, %d threads", w.Structure, w.Size, percent(w.Updates), w.Threads)
	if w.Replace && w.Updates > 0 {
		s += ", replacing"
	}
	return s
}

func percent(share float64) string { return strconv.FormatFloat(share*100, 'g', 6, 64) + "%" }

// Validate says in one line what is wrong with the workload and what would be
// right. It does not judge how much memory it takes: see [EstimateMemory].
func (w Workload) Validate() error {
	switch {
	case int(w.Scenario) >= len(scenarioNames):
		return fmt.Errorf("%s: want one of %s", w.Scenario, strings.Join(scenarioNames[:], ", "))
	case w.Scenario != Mix && (w.Updates != 0 || w.Replace):
		return fmt.Errorf("%s updates: a %s has its own", percent(w.Updates), w.Scenario)
	case w.Scenario == Stall && w.Threads < 2:
		return fmt.Errorf("%d thread: a %s takes at least 2, one that reads and one that updates", w.Threads, w.Scenario)
	case w.Structure != List && w.Structure != Hash:
		return fmt.Errorf("structure %q: want %s or %s", w.Structure, List, Hash)
	case w.Size < 1 || w.Size > maxSize:
		return fmt.Errorf("size %d: want 1 to %d elements", w.Size, maxSize)
	case w.Threads < 1:
		return fmt.Errorf("%d threads: want at least 1", w.Threads)
	case w.Buckets < 0 || w.Buckets > maxBuckets:
		return fmt.Errorf("%d buckets: want 1 to %d, or 0 for one an element", w.Buckets, maxBuckets)
	case !(w.Updates >= 0 && w.Updates <= 1):
		return fmt.Errorf("%s updates: want 0%% to 100%%", percent(w.Updates))
	case w.Updates > 0 && w.Updates < minShare:
		return fmt.Errorf("%s updates: want 0%% or at least %s", percent(w.Updates), percent(minShare))
	case w.Updates > 0 && !w.Replace && w.Size < w.Threads:
		return fmt.Errorf("size %d: %d threads that insert and delete need keys of their own: want a size of at least %d", w.Size, w.Threads, w.Threads)
	}
	return nil
}

// Validate says in one line what is wrong with the options.
func (o Options) Validate() error {
	if o.Duration <= 0 {
		return fmt.Errorf("duration %v: want more than 0, such as %v", o.Duration, 100*time.Millisecond)
	}
	if o.Warmup < 0 {
		return fmt.Errorf("warm-up %v: want 0 or more", o.Warmup)
	}
	for _, cpu := range o.CPUs {
		if cpu < 0 {
			return errors.New("CPU numbers start at 0")
		}
	}
	return nil
}

// Unfit returns the reason why a backend can't run the workload, or nothing if
// it can.
func Unfit(b impls.Backend, w Workload) string {
	if w.Scenario != Mix {
		return unfitToLetGo(b, w.Scenario)
	}
	var can string
	switch {
	case w.Updates == 0:
		return ""
	case w.Replace && !b.Caps.Replace:
		can = "replace"
	case w.Replace || b.Caps.Updates():
		return ""
	case !b.Caps.Insert && !b.Caps.Delete:
		can = "update"
	case !b.Caps.Insert:
		can = "insert"
	default:
		can = "delete"
	}
	return fmt.Sprintf("%s can't %s: it runs with --updates 0%% only", b.Name, can)
}

func unfitToLetGo(b impls.Backend, s Scenario) string {
	var can string
	switch {
	case b.Caps.Floor:
		return fmt.Sprintf("%s holds nothing, so a %s has nothing to let go", b.Name, s)
	case !b.Caps.Delete:
		can = "delete"
	case s == Teardown && !b.Caps.Insert:
		can = "insert"
	case s != Teardown && !b.Caps.Replace:
		can = "replace"
	case s == Stall && !b.Caps.Walk:
		can = "walk"
	default:
		return ""
	}
	return fmt.Sprintf("%s can't %s, as a %s does", b.Name, can, s)
}
