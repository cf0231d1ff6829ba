package results

import (
	"testing"

	"readmostly/workloads"
)

func TestPointName(t *testing.T) {
	type w = workloads.Workload
	for _, test := range []struct {
		point Point
		want  string
	}{
		{Point{w{Structure: "list", Size: 16, Threads: 1}, "noop", "", false}, "List/impl=noop/size=16/updates=0%-1"},
		{Point{w{Structure: "hash", Size: 1024, Buckets: 64, Updates: 0.01, Threads: 2}, "rcu-classic", "", false}, "Hash/impl=rcu-classic/size=1k/buckets=64/updates=1%-2"},
		{Point{w{Structure: "hash", Size: 1 << 20, Updates: 0.07, Replace: true, Threads: 128}, "rcu-classic", "call", false}, "Hash/impl=rcu-classic/size=1M/updates=7%/mode=replace/reclaim=call-128"},
		{Point{w{Structure: "hash", Size: 1024, Updates: 0.01, Threads: 2}, "unsync-control", "", true}, "Hash/impl=unsync-control/size=1k/updates=1%/reads=only-2"},
		{Point{w{Structure: "list", Size: 16, Updates: 0.1, Replace: true, Threads: 2}, "x", "sync", true}, "List/impl=x/size=16/updates=10%/mode=replace/reads=only/reclaim=sync-2"},
		{Point{w{Structure: "hash", Size: 1024, Chained: true, Threads: 1}, "unsync", "", false}, "Hash/impl=unsync/size=1k/updates=0%/lookups=chained-1"},
		{Point{w{Structure: "hash", Size: 1024, Updates: 0.01, Replace: true, Chained: true, Threads: 2}, "unsync", "", true}, "Hash/impl=unsync/size=1k/updates=1%/mode=replace/lookups=chained/reads=only-2"},
		{Point{w{Structure: "hash", Size: 1024, Section: 16, Threads: 1}, "rcu-qsbr", "", false}, "Hash/impl=rcu-qsbr/size=1k/updates=0%/section=16-1"},
		{Point{w{Structure: "hash", Size: 1024, Updates: 0.1, Replace: true, Retain: 64, Section: 1024, Threads: 2}, "unsync", "", true}, "Hash/impl=unsync/size=1k/updates=10%/mode=replace/retain=64/section=1024/reads=only-2"},
		{Point{w{Scenario: "flood", Structure: "hash", Size: 1024, Threads: 2}, "rcu-classic", "kfree", false}, "Flood/impl=rcu-classic/structure=hash/size=1k/reclaim=kfree-2"},
		{Point{w{Scenario: "stall", Structure: "list", Size: 16, Threads: 2}, "hazard", "", false}, "Stall/impl=hazard/structure=list/size=16-2"},
		{Point{w{Scenario: "teardown", Structure: "hash", Size: 1024, Buckets: 64, Threads: 4}, "rcu-qsbr", "sync", false}, "Teardown/impl=rcu-qsbr/structure=hash/size=1k/buckets=64/reclaim=sync-4"},
		{Point{w{Structure: "hash", Size: 1024, Updates: 0.01, Replace: true, Retain: 1000, Threads: 2}, "hazard", "", false}, "Hash/impl=hazard/size=1k/updates=1%/mode=replace/retain=1000-2"},
		{Point{w{Scenario: "stall", Structure: "list", Size: 16, Retain: 64, Threads: 2}, "rcu-qsbr", "kfree", false}, "Stall/impl=rcu-qsbr/structure=list/size=16/retain=64/reclaim=kfree-2"},
		{Point{w{Scenario: "apart", Structure: "hash", Size: 1024, Updates: 1, Updaters: 1, Threads: 2}, "rcu-classic", "", false}, "Apart/impl=rcu-classic/structure=hash/size=1k/updaters=1-2"},
		{Point{w{Scenario: "apart", Structure: "hash", Size: 1024, Updates: 1, Updaters: 1, Threads: 2}, "unsync", "", true}, "Apart/impl=unsync/structure=hash/size=1k/updaters=1/reads=only-2"},
		{Point{w{Scenario: "apart", Structure: "list", Size: 16, Updates: 1, Updaters: 12, Replace: true, Retain: 64, Threads: 16}, "rcu-qsbr", "call", false}, "Apart/impl=rcu-qsbr/structure=list/size=16/updaters=12/mode=replace/retain=64/reclaim=call-16"},
		{Point{w{Structure: "hash", Size: 1024, Updates: 0.1, Latency: true, Threads: 2}, "rcu-classic", "call", false}, "Hash/impl=rcu-classic/size=1k/updates=10%/reclaim=call/latency=on-2"},
		{Point{w{Structure: "hash", Size: 1024, Updates: 0.1, Latency: true, Threads: 2}, "unsync", "", true}, "Hash/impl=unsync/size=1k/updates=10%/reads=only/latency=on-2"},
		{Point{w{Scenario: "apart", Structure: "hash", Size: 1024, Updates: 1, Updaters: 1, Latency: true, Threads: 2}, "seqlock", "", false}, "Apart/impl=seqlock/structure=hash/size=1k/updaters=1/latency=on-2"},
		{Point{w{Scenario: "stall", Structure: "hash", Size: 1024, Latency: true, Threads: 2}, "rwlock", "", false}, "Stall/impl=rwlock/structure=hash/size=1k/latency=on-2"},
		{Point{w{Structure: "list", Size: 1000, Updates: 0.0005, Threads: 3}, "gc", "", false}, "List/impl=gc/size=1000/updates=0.05%-3"},
	} {
		if test.point.Scenario == "" {
			test.point.Scenario = "mix"
		}
		if got := test.point.Name(); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
		if got, err := ParsePoint(test.want); err != nil || got != test.point {
			t.Errorf("ParsePoint(%s) = %+v, %v", test.want, got, err)
		}
	}
}

// However a workload is written, its point is the one that is read back.
func TestNewPoint(t *testing.T) {
	for _, w := range []workloads.Workload{
		{Structure: "hash", Size: 1024, Updates: 0.01, Threads: 2, Seed: 7},
		{Scenario: "mix", Structure: "hash", Size: 1024, Replace: true, Threads: 2},
		{Structure: "hash", Size: 1024, Chained: true, Threads: 2, Seed: 7},
		{Structure: "hash", Size: 1024, Updates: 0.1, Latency: true, Threads: 2, Seed: 7},
		{Scenario: "stall", Structure: "hash", Size: 1024, Latency: true, Threads: 2},
		{Scenario: "flood", Structure: "hash", Size: 1024, Latency: true, Threads: 2},
		{Structure: "hash", Size: 1024, Section: 1, Threads: 2},
		{Structure: "hash", Size: 1024, Section: 64, Threads: 2},
		{Scenario: "stall", Structure: "hash", Size: 1024, Section: 64, Threads: 2},
		{Structure: "list", Size: 16, Buckets: 4, Threads: 2},
		{Structure: "list", Size: 16, Retain: 64, Threads: 2},
		{Scenario: "flood", Structure: "hash", Size: 1024, Retain: 64, Threads: 2},
		{Scenario: "flood", Structure: "hash", Size: 1024, Updaters: 1, Threads: 2},
		{Scenario: "apart", Structure: "hash", Size: 1024, Updaters: 1, Threads: 2},
		{Scenario: "apart", Structure: "hash", Size: 1024, Updates: 1, Updaters: 1, Replace: true, Chained: true, Threads: 2, Seed: 7},
		{Structure: "hash", Size: 1024, Updates: 0.1, Updaters: 1, Threads: 2},
		{Scenario: "flood", Structure: "hash", Size: 1024, Updates: 0.01, Replace: true, Threads: 2, Seed: 7},
	} {
		p := NewPoint(w, "x", "")
		if got, err := ParsePoint(p.Name()); err != nil || got != p {
			t.Errorf("%+v: %+v is read as %+v, %v", w, p, got, err)
		}
		if more := NewPoint(w, "y", "call"); more.Table() != p.Table() {
			t.Errorf("%+v: backends of one workload are in two tables", w)
		}
		w.Threads++
		if more := NewPoint(w, "x", ""); more.Table() != p.Table() || more == p {
			t.Errorf("%+v: another number of threads gives %+v, in table %+v", w, more, more.Table())
		}
	}
}

func TestParsePointRejects(t *testing.T) {
	for _, name := range []string{
		"",
		"Map-8",
		"List/impl=noop/size=16/updates=0%",
		"List/impl=noop/size=16/updates=0%-0",
		"List/impl=noop/size=16/updates=0%-x",
		"List/impl=noop/size=16-2",
		"List/impl=noop/updates=1%-2",
		"List/size=16/updates=0%-2",
		"/impl=noop/size=16/updates=0%-2",
		"Mix/impl=noop/size=16/updates=0%-2",
		"Tree/impl=noop/size=16/updates=0%-2",
		"list/impl=noop/size=16/updates=0%-2",
		"List/impl=noop/size=1024/updates=0%-2",
		"List/impl=noop/size=16/updates=0-2",
		"List/impl=noop/size=16/updates=200%-2",
		"List/impl=noop/size=16/updates=0%/mode=replace-2",
		"List/impl=noop/size=16/updates=0%/reads=only-2",
		"List/impl=noop/size=16/updates=1%/reads=never-2",
		"List/impl=noop/size=16/reads=only/updates=1%-2",
		"List/impl=noop/size=16/buckets=2/updates=1%-2",
		"List/impl=noop/size=16/updates=1%/mode=flood-2",
		"List/impl=noop/size=16/updates=1%/color=red-2",
		"List/impl=noop/size=16/updates=0%/lookups=loose-2",
		"List/impl=noop/size=16/updates=0%/latency=off-2",
		"List/impl=noop/size=16/latency=on/updates=0%-2",
		"Flood/impl=hazard/structure=hash/size=16/latency=on-2",
		"List/impl=noop/size=16/lookups=chained/updates=0%-2",
		"Flood/impl=hazard/structure=hash/size=16/lookups=chained-2",
		"List/impl=no op/size=16/updates=1%-2",
		"List/size=16/impl=noop/updates=1%-2",
		"List/impl=noop/structure=list/size=16/updates=1%-2",
		"Flood/impl=hazard/size=16-2",
		"Flood/impl=hazard/structure=hash/size=16/mode=replace-2",
		"Flood/impl=hazard/structure=hash/size=16/reads=only-2",
		"Flood/impl=hazard/structure=hash/size=16/updates=1%-2",
		"Apart/impl=hazard/structure=hash/size=16-2",
		"Apart/impl=hazard/structure=hash/size=16/updaters=0-2",
		"Apart/impl=hazard/structure=hash/size=16/updaters=2-2",
		"Apart/impl=hazard/structure=hash/size=16/updaters=+1-2",
		"Apart/impl=hazard/structure=hash/size=16/updates=1%/updaters=1-2",
		"Flood/impl=hazard/structure=hash/size=16/updaters=1-2",
		"List/impl=noop/size=16/updates=1%/updaters=1-2",
		"Rain/impl=hazard/structure=hash/size=16-2",
	} {
		if p, err := ParsePoint(name); err == nil {
			t.Errorf("%q was read as %+v", name, p)
		}
	}
}

// A name that is understood is the one that the point writes.
func FuzzParsePoint(f *testing.F) {
	for _, seed := range []string{
		"List/impl=noop/size=16/updates=0%-1",
		"Hash/impl=rcu-classic/size=1M/buckets=64/updates=7%/mode=replace/reads=only/reclaim=call-128",
		"Stall/impl=gc/structure=hash/size=1000-3",
		"Apart/impl=gc/structure=hash/size=1000/updaters=2/reads=only-3",
		"/impl=/size=/updates=-", "-1", "List-1", "List/impl=a/impl=b/size=1/updates=1%-1",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		p, err := ParsePoint(name)
		if err != nil {
			return
		}
		if again, err := ParsePoint(p.Name()); p.Name() != name || again != p || err != nil {
			t.Fatalf("%q is %+v, which is %q and then %+v, %v", name, p, p.Name(), again, err)
		}
	})
}
