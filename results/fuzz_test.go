package results

import "testing"

// A name that is understood is the one that the point writes.
func FuzzParsePoint(f *testing.F) {
	for _, seed := range []string{
		"List/impl=noop/size=16/updates=0%-1",
		"Hash/impl=rcu-classic/size=1M/buckets=64/updates=7%/mode=replace/reclaim=call-128",
		"List/impl=gc/size=1000/updates=0.05%-3",
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
