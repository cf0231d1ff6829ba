package results

import (
	"slices"
	"testing"
)

func TestPointName(t *testing.T) {
	for _, test := range []struct {
		point Point
		want  string
	}{
		{Point{Scenario{"", "list", 16, 0, 0, false}, "noop", "", 1}, "List/impl=noop/size=16/updates=0%-1"},
		{Point{Scenario{"", "hash", 1024, 64, 0.01, false}, "rcu-classic", "", 2}, "Hash/impl=rcu-classic/size=1k/buckets=64/updates=1%-2"},
		{Point{Scenario{"", "hash", 1 << 20, 0, 0.07, true}, "rcu-classic", "call", 128}, "Hash/impl=rcu-classic/size=1M/updates=7%/mode=replace/reclaim=call-128"},
		{Point{Scenario{"flood", "hash", 1024, 0, 0, false}, "rcu-classic", "kfree", 2}, "Flood/impl=rcu-classic/structure=hash/size=1k/reclaim=kfree-2"},
		{Point{Scenario{"stall", "list", 16, 0, 0, false}, "hazard", "", 2}, "Stall/impl=hazard/structure=list/size=16-2"},
		{Point{Scenario{"teardown", "hash", 1024, 64, 0, false}, "rcu-qsbr", "sync", 4}, "Teardown/impl=rcu-qsbr/structure=hash/size=1k/buckets=64/reclaim=sync-4"},
		{Point{Scenario{"", "list", 1000, 0, 0.0005, false}, "gc", "", 3}, "List/impl=gc/size=1000/updates=0.05%-3"},
	} {
		if got := test.point.Name(); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
		if got, err := ParsePoint(test.want); err != nil || got != test.point {
			t.Errorf("ParsePoint(%s) = %+v, %v", test.want, got, err)
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
		"List/size=16/updates=0%-2",
		"/impl=noop/size=16/updates=0%-2",
		"list/impl=noop/size=16/updates=0%-2",
		"List/impl=noop/size=1024/updates=0%-2",
		"List/impl=noop/size=16/updates=0-2",
		"List/impl=noop/size=16/updates=200%-2",
		"List/impl=noop/size=16/updates=1%/mode=flood-2",
		"List/impl=noop/size=16/updates=1%/color=red-2",
		"List/size=16/impl=noop/updates=1%-2",
		"List/impl=noop/structure=list/size=16/updates=1%-2",
		"Flood/impl=hazard/size=16-2",
		"Flood/impl=hazard/structure=hash/size=16/updates=1%-2",
		"Rain/impl=hazard/structure=hash/size=16-2",
	} {
		if p, err := ParsePoint(name); err == nil {
			t.Errorf("%q was read as %+v", name, p)
		}
	}
}

func TestCompareImpls(t *testing.T) {
	names := []string{"seqlock", "unsync", "hazard", "noop"}
	slices.SortFunc(names, CompareImpls)
	if want := []string{"noop", "unsync", "hazard", "seqlock"}; !slices.Equal(names, want) {
		t.Errorf("got %v, want %v", names, want)
	}
}
