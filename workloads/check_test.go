package workloads

import (
	"math"
	"testing"

	"readmostly/impls"
	"readmostly/impls/slab"
)

func TestValidate(t *testing.T) {
	good := Workload{Structure: List, Size: 16, Threads: 2, Updates: 0.01}
	tests := []struct {
		change func(*Workload)
		want   string
	}{
		{func(w *Workload) {}, ""},
		{func(w *Workload) { w.Structure = "tree" }, `structure "tree": want list or hash`},
		{func(w *Workload) { w.Size = 0 }, "size 0: want 1 to 68719476736 elements"},
		{func(w *Workload) { w.Size = math.MaxInt }, "size 9223372036854775807: want 1 to 68719476736 elements"},
		{func(w *Workload) { w.Threads = 0 }, "0 threads: want at least 1"},
		{func(w *Workload) { w.Buckets = -1 }, "-1 buckets: want 1 to 2147483648, or 0 for one per element"},
		{func(w *Workload) { w.Updates = 1.5 }, "150% updates: want 0% to 100%"},
		{func(w *Workload) { w.Updates = -0.1 }, "-10% updates: want 0% to 100%"},
		{func(w *Workload) { w.Updates = math.NaN() }, "NaN% updates: want 0% to 100%"},
		{func(w *Workload) { w.Updates = 1e-9 }, "1e-07% updates: want 0% or at least 9.53674e-05%"},
		{func(w *Workload) { w.Threads = 17 }, "size 16: 17 threads that insert and delete need keys of their own: want a size of at least 17"},
		{func(w *Workload) { w.Threads = 17; w.Replace = true }, ""},
		{func(w *Workload) { w.Threads = 17; w.Updates = 0 }, ""},
		{func(w *Workload) { w.Chained = true; w.Updates = 0 }, ""},
		{func(w *Workload) { w.Chained, w.Replace = true, true }, ""},
		{func(w *Workload) { w.Chained = true }, "chained lookups, 1% inserts and deletes: a lookup that misses returns nothing that the next could depend on: want copy-updates, or 0% updates"},
		{func(w *Workload) { w.Latency = true }, ""},
		{func(w *Workload) { *w = divided(2, 1); w.Latency = true }, ""},
		{func(w *Workload) { w.Scenario, w.Updates, w.Latency = Stall.Name, 0, true }, ""},
		{func(w *Workload) { w.Scenario, w.Updates, w.Latency = Flood.Name, 0, true }, "single operations timed: want scenario mix, apart or stall, as a flood is about many"},
		{func(w *Workload) { w.Latency, w.Chained, w.Updates = true, true, 0 }, "single operations timed, and chained: a time contains the wait for the lookup's own result already: want one or the other"},
		{func(w *Workload) { w.Latency, w.Section = true, 16 }, "single operations timed, 16 lookups per section: want 1 per section"},
		{func(w *Workload) { w.Section = maxSection }, ""},
		{func(w *Workload) { w.Section = maxSection + 1 }, "4097 lookups per section: want 1 to 4096"},
		{func(w *Workload) { w.Section = -1 }, "-1 lookups per section: want 1 to 4096"},
		{func(w *Workload) { w.Scenario, w.Updates, w.Section = Flood.Name, 0, 16 }, "16 lookups per section: want a mix, as a flood is about updates"},
		{func(w *Workload) { w.Section, w.Updates, w.Chained = 16, 0, true }, "chained lookups, 16 per section: each has a section of its own: want 1 per section"},
		{func(w *Workload) { w.Scenario, w.Updates, w.Chained = Flood.Name, 0, true }, "chained lookups: want a mix, as a flood is about updates"},
		{func(w *Workload) { w.Threads = 16; w.Updates = 1 }, ""},
		{func(w *Workload) { w.Scenario = "rain" }, `"rain" is not a scenario: want mix, apart, flood, stall, teardown`},
		{func(w *Workload) { w.Scenario = Flood.Name }, "1% updates: a flood has its own"},
		{func(w *Workload) { *w = divided(2, 1) }, ""},
		{func(w *Workload) { *w = divided(41, 40) }, ""},
		{func(w *Workload) { *w = divided(42, 41) }, "size 40: 41 threads that insert and delete need keys of their own: want a size of at least 41"},
		{func(w *Workload) { *w = divided(42, 41); w.Replace = true }, ""},
		{func(w *Workload) { *w = divided(2, 1).ReadOnly() }, ""},
		{func(w *Workload) { *w = divided(2, 0) }, "0 of 2 threads update: want at least 1 that does, and 1 that reads"},
		{func(w *Workload) { *w = divided(1, 1) }, "1 of 1 threads update: want at least 1 that does, and 1 that reads"},
		{func(w *Workload) { *w = divided(2, 1); w.Updates = 0.5 }, "50% updates: want 100% of what updaters do, or 0% where they rest"},
		{func(w *Workload) { *w = divided(2, 1); w.Section = 16 }, "16 lookups per section: want a mix, as in scenario apart each has its own"},
		{func(w *Workload) { *w = divided(2, 1); w.Chained, w.Replace = true, true }, "chained lookups: want a mix, as readers in scenario apart don't wait"},
		{func(w *Workload) { w.Updaters = 1 }, "1 updaters: want 0, as a mix does not divide its threads, or scenario apart"},
		{func(w *Workload) { w.Scenario, w.Updates = Flood.Name, 0; w.Threads = 1 }, ""},
		{func(w *Workload) { w.Scenario, w.Updates = Teardown.Name, 0; w.Threads = 1 }, ""},
		{func(w *Workload) { w.Scenario, w.Updates = Stall.Name, 0; w.Threads = 1 }, "1 thread: a stall takes at least 2, one that reads and one that updates"},
		{func(w *Workload) { w.Scenario, w.Updates = Stall.Name, 0; w.Threads = 17 }, ""},
	}
	for _, tt := range tests {
		w := good
		tt.change(&w)
		got := ""
		if err := w.Validate(); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%+v:\n%s, want\n%s", w, got, tt.want)
		}
	}
}

func TestUnfit(t *testing.T) {
	all := impls.Caps{Insert: true, Delete: true, Replace: true}
	tests := []struct {
		caps    impls.Caps
		updates float64
		replace bool
		want    string
	}{
		{impls.Caps{}, 0, false, ""},
		{impls.Caps{}, 0, true, ""},
		{impls.Caps{}, 0.1, false, "x can't update: it runs with --updates 0% only"},
		{impls.Caps{Insert: true}, 0.1, false, "x can't delete: it runs with --updates 0% only"},
		{impls.Caps{Delete: true}, 0.1, false, "x can't insert: it runs with --updates 0% only"},
		{impls.Caps{Insert: true, Delete: true}, 0.1, false, ""},
		{impls.Caps{Insert: true, Delete: true}, 0.1, true, "x can't replace: it runs with --updates 0% only"},
		{impls.Caps{Replace: true}, 0.1, true, ""},
		{all, 1, false, ""},
	}
	table := impls.Backend{Name: "x", Caps: impls.Caps{HashOnly: true}}
	for structure, want := range map[Structure]string{Hash: "", List: "x is a hash table and can't be a list"} {
		if got := Unfit(table, Workload{Structure: structure}); got != want {
			t.Errorf("%s: %q, want %q", structure, got, want)
		}
	}
	if got, want := Unfit(impls.Backend{Name: "x", Caps: impls.Caps{Insert: true}}, divided(2, 1)), "x can't delete, as the updaters of scenario apart do"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for caps, want := range map[impls.Caps]string{
		{}:               "x has no section that covers several lookups: it runs with --section 1 only",
		{Section: true}:  "",
		{Limit: true}:    "x has no section that covers several lookups: it runs with --section 1 only",
		{Floor: true}:    "",
		{HashOnly: true}: "x is a hash table and can't be a list",
	} {
		if got := Unfit(impls.Backend{Name: "x", Caps: caps}, Workload{Structure: List, Section: 16}); got != want {
			t.Errorf("%+v, sections of 16: %q, want %q", caps, got, want)
		}
		if got := Unfit(impls.Backend{Name: "x", Caps: caps}, Workload{Structure: Hash, Section: 1}); got != "" {
			t.Errorf("%+v, a section for each lookup: %q", caps, got)
		}
	}
	for _, tt := range tests {
		got := Unfit(impls.Backend{Name: "x", Caps: tt.caps}, Workload{Updates: tt.updates, Replace: tt.replace})
		if got != tt.want {
			t.Errorf("%+v: %q, want %q", tt, got, tt.want)
		}
	}
}

func TestChains(t *testing.T) {
	tests := []struct {
		w    Workload
		want int
	}{
		{Workload{Structure: List, Size: 100, Buckets: 8}, 1},
		{Workload{Structure: Hash, Size: 1}, 1},
		{Workload{Structure: Hash, Size: 100}, 128},
		{Workload{Structure: Hash, Size: 128}, 128},
		{Workload{Structure: Hash, Size: 100, Buckets: 3}, 4},
		{Workload{Structure: Hash, Size: maxSize}, maxBuckets},
	}
	for _, tt := range tests {
		if got := tt.w.Chains(); got != tt.want {
			t.Errorf("%+v: %d chains, want %d", tt.w, got, tt.want)
		}
	}
}

func TestEstimateMemory(t *testing.T) {
	small := Workload{Structure: Hash, Size: 1000, Threads: 1}
	elements := small
	elements.Size = 1_001_000
	if grown := EstimateMemory(elements) - EstimateMemory(small); grown < 64_000_000 || grown > 400_000_000 {
		t.Errorf("a million elements take %d bytes", grown)
	}
	threads := small
	threads.Threads = 11
	if grown := EstimateMemory(threads) - EstimateMemory(small); grown < 2*10*8*minTape || grown > 2*20*8*minTape {
		t.Errorf("ten workers take %d bytes", grown)
	}
	// What the kernel accounted to runs of several backends, gc among them.
	for _, peak := range []struct {
		w   Workload
		mib uint64
	}{
		{Workload{Structure: Hash, Size: 1 << 20, Threads: 2, Updates: 0.1}, 333},
		{Workload{Structure: Hash, Size: 1 << 20, Threads: 8}, 415},
		{Workload{Structure: Hash, Size: 1 << 18, Threads: 2, Updates: 0.1}, 89},
	} {
		if got := EstimateMemory(peak.w) >> 20; got < peak.mib || got > 2*peak.mib {
			t.Errorf("%s takes %d MiB, and took %d", peak.w, got, peak.mib)
		}
	}
	if huge := EstimateMemory(Workload{Structure: Hash, Size: maxSize, Threads: 1 << 16, Updates: 1}); huge < 1<<42 {
		t.Errorf("the largest workload takes %d bytes", huge)
	}
	// Further maps take their elements and chains, and share the rest.
	one, ten := EstimateFork(elements, 1, false), EstimateFork(elements, 10, false)
	if one != EstimateMemory(elements) || ten-one != 9*(64*uint64(slab.Spread(1_001_000))+16*1<<20) {
		t.Errorf("nine maps take %d bytes", ten-one)
	}
	updating := small
	updating.Updates = 0.1
	ops, _ := tapeShape(small)
	if more := EstimateFork(updating, 3, true) - EstimateFork(updating, 3, false); more != 2*8*uint64(ops+2*small.Size) {
		t.Errorf("tapes without updates take %d bytes", more)
	}
	if EstimateFork(small, 3, true) != EstimateFork(small, 3, false) {
		t.Error("tapes without updates are counted twice")
	}
	if got := small.Capacity(); got < 1000+GarbageCap {
		t.Errorf("capacity %d", got)
	}
}
