package workloads

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"readmostly/impls"
)

// maxSize keeps sums of sizes far from the limits of an int, where an int has 64
// bits.
const maxSize = 1 << 36

// maxRetain is the most elements that each of many workers can be made to gather:
// what waits beyond them must fit into the map, too.
const maxRetain = 1 << 16

// maxSection is the most lookups that a section can be made to cover: readers
// without preemption hold up the whole process for as long.
const maxSection = 1 << 12

// String describes the workload in a few words.
func (w Workload) String() string {
	scene := w.Scene()
	if scene.Divided {
		s := fmt.Sprintf("%s, %s of %d, %d of %d threads update", scene.Name, w.Structure, w.Size, w.Updaters, w.Threads)
		if w.Updates == 0 {
			s += " but rest"
		}
		if w.Replace {
			s += ", replacing"
		}
		return s + w.timed()
	}
	if !scene.Mixed {
		return fmt.Sprintf("%s of a %s of %d, %d threads", scene.Name, w.Structure, w.Size, w.Threads) + w.timed()
	}
	s := fmt.Sprintf("%s of %d, %s updates, %d threads", w.Structure, w.Size, percent(w.Updates), w.Threads)
	if w.Replace && w.Updates > 0 {
		s += ", replacing"
	}
	if w.Section > 1 {
		s += fmt.Sprintf(", sections of %d", w.Section)
	}
	if w.Chained {
		s += ", chained"
	}
	return s + w.timed()
}

func (w Workload) timed() string {
	if w.Latency {
		return ", timed one by one"
	}
	return ""
}

func percent(share float64) string { return strconv.FormatFloat(share*100, 'g', 6, 64) + "%" }

// Validate says in one line what is wrong with the workload and what would be
// right. It does not judge how much memory it takes: see [EstimateMemory].
func (w Workload) Validate() error {
	scene, err := FindScenario(w.Scenario)
	if err != nil {
		return err
	}
	switch {
	case !scene.Mixed && !scene.Divided && (w.Updates != 0 || w.Replace):
		return fmt.Errorf("%s updates: a %s has its own", percent(w.Updates), scene.Name)
	case w.Threads < 1:
		return fmt.Errorf("%d threads: want at least 1", w.Threads)
	case scene.Divided && (w.Updaters < 1 || w.Updaters >= w.Threads):
		return fmt.Errorf("%d of %d threads update: want at least 1 that does, and 1 that reads", w.Updaters, w.Threads)
	case scene.Divided && w.Updates != 0 && w.Updates != 1:
		return fmt.Errorf("%s updates: want 100%% of what updaters do, or 0%% where they rest", percent(w.Updates))
	case !scene.Divided && w.Updaters != 0:
		return fmt.Errorf("%d updaters: want 0, as a %s does not divide its threads, or scenario %s", w.Updaters, scene.Name, Apart.Name)
	case w.Threads < scene.MinThreads:
		return fmt.Errorf("%d thread: a %s takes at least %d, one that reads and one that updates", w.Threads, scene.Name, scene.MinThreads)
	case w.Structure != List && w.Structure != Hash:
		return fmt.Errorf("structure %q: want %s or %s", w.Structure, List, Hash)
	case w.Size < 1 || w.Size > maxSize:
		return fmt.Errorf("size %d: want 1 to %d elements", w.Size, maxSize)
	case w.Buckets < 0 || w.Buckets > maxBuckets:
		return fmt.Errorf("%d buckets: want 1 to %d, or 0 for one per element", w.Buckets, maxBuckets)
	case w.Retain < 0 || w.Retain > maxRetain:
		return fmt.Errorf("%d elements retained: want 1 to %d, or 0 for each backend's own number", w.Retain, maxRetain)
	case w.Chained && scene.Divided:
		return fmt.Errorf("chained lookups: want a %s, as readers in scenario %s don't wait", Mix.Name, scene.Name)
	case w.Section < 0 || w.Section > maxSection:
		return fmt.Errorf("%d lookups per section: want 1 to %d", w.Section, maxSection)
	case w.Section > 1 && scene.Divided:
		return fmt.Errorf("%d lookups per section: want a %s, as in scenario %s each has its own", w.Section, Mix.Name, scene.Name)
	case w.Section > 1 && !scene.Mixed:
		return fmt.Errorf("%d lookups per section: want a %s, as a %s is about updates", w.Section, Mix.Name, scene.Name)
	case w.Section > 1 && w.Chained:
		return fmt.Errorf("chained lookups, %d per section: each has a section of its own: want 1 per section", w.Section)
	case w.Chained && !scene.Mixed:
		return fmt.Errorf("chained lookups: want a %s, as a %s is about updates", Mix.Name, scene.Name)
	case w.Latency && !scene.Paired && scene != Stall:
		return fmt.Errorf("single operations timed: want scenario %s, %s or %s, as a %s is about many", Mix.Name, Apart.Name, Stall.Name, scene.Name)
	case w.Latency && w.Chained:
		return errors.New("single operations timed, and chained: a time contains the wait for the lookup's own result already: want one or the other")
	case w.Latency && w.Section > 1:
		return fmt.Errorf("single operations timed, %d lookups per section: want 1 per section", w.Section)
	case w.Chained && w.Updates > 0 && !w.Replace:
		return fmt.Errorf("chained lookups, %s inserts and deletes: a lookup that misses returns nothing that the next could depend on: want copy-updates, or 0%% updates", percent(w.Updates))
	case !(w.Updates >= 0 && w.Updates <= 1):
		return fmt.Errorf("%s updates: want 0%% to 100%%", percent(w.Updates))
	case w.Updates > 0 && w.Updates < minShare:
		return fmt.Errorf("%s updates: want 0%% or at least %s", percent(w.Updates), percent(minShare))
	}
	if _, owners := w.owner(0); w.Updates > 0 && !w.Replace && w.Size < owners {
		return fmt.Errorf("size %d: %d threads that insert and delete need keys of their own: want a size of at least %d", w.Size, owners, owners)
	}
	return nil
}

// Unfit returns the reason why a backend can't run the workload, or nothing if
// it can.
func Unfit(b impls.Backend, w Workload) string {
	scene := w.Scene()
	can := scene.can(b.Caps, w)
	switch {
	case b.Caps.HashOnly && w.Structure != Hash:
		return fmt.Sprintf("%s is a hash table and can't be a %s", b.Name, w.Structure)
	case can == "" && w.Section > 1 && !b.Caps.Section && !b.Caps.Floor:
		return fmt.Sprintf("%s has no section that covers several lookups: it runs with --section 1 only", b.Name)
	case can == "":
		return ""
	case scene.Mixed:
		return fmt.Sprintf("%s can't %s: it runs with --updates 0%% only", b.Name, can)
	case scene.Divided:
		return fmt.Sprintf("%s can't %s, as the updaters of scenario %s do", b.Name, can, scene.Name)
	case b.Caps.Floor:
		return fmt.Sprintf("%s holds nothing, so a %s has nothing to retire", b.Name, scene.Name)
	}
	return fmt.Sprintf("%s can't %s, as a %s does", b.Name, can, scene.Name)
}

// validate says in one line what is wrong with a look.
func (l Look) validate() error {
	if l.Length <= 0 {
		return fmt.Errorf("a window of %v: want more than 0, such as %v", l.Length, 3*time.Millisecond)
	}
	if l.Warmup < 0 || l.Warm < 0 {
		return fmt.Errorf("a warm-up of %d operations and %v: want 0 or more", l.Warm, l.Warmup)
	}
	return nil
}

// checkCounts says whether a worker's tally of all windows holds what the tape
// has made sure of. A backend that does less than it was told to, or fails to
// find what is there, can't be compared.
func (w *worker) checkCounts() error {
	t, scene := &w.total, w.trial.scene
	// Whether the keys that are there are.
	constant := scene != Teardown && (w.trial.workload.Updates == 0 || w.trial.workload.Replace)
	if t.Ops() != w.given {
		return fmt.Errorf("worker %d: %d operations were counted of %d", w.id, t.Ops(), w.given)
	}
	if w.trial.caps.Floor {
		return nil
	}
	if t.Updates() != t.Updated() {
		return fmt.Errorf("worker %d: %d of %d updates found another worker's change or none of their own: %d of %d inserts, %d of %d deletes and %d of %d replaces succeeded",
			w.id, t.Updates()-t.Updated(), t.Updates(), t.Inserted, t.Inserts, t.Deleted, t.Deletes, t.Replaced, t.Replaces)
	}
	if w.trial.workload.Chained && t.Hits != t.Lookups {
		return fmt.Errorf("worker %d: %d of %d lookups found their key, where all keys were in the map all the time", w.id, t.Hits, t.Lookups)
	}
	if constant && !w.trial.workload.Chained && !halved(t.Hits, t.Lookups) {
		return fmt.Errorf("worker %d: %d of %d lookups found their key, where half of the keys were in the map all the time", w.id, t.Hits, t.Lookups)
	}
	return nil
}

// halved reports whether hits are half of the lookups of a tape that is played
// from its start. The last block may be cut, where one kind was all before the
// other.
func halved(hits, lookups uint64) bool {
	d := int64(2*hits) - int64(lookups)
	return -block/2 <= d && d <= block/2
}
