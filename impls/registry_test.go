package impls

import (
	"slices"
	"strings"
	"testing"
)

// withBackends runs the test on a registry that holds only those backends.
func withBackends(t *testing.T, names ...string) {
	t.Helper()
	registry.Lock()
	old := registry.backends
	registry.backends = nil
	registry.Unlock()
	t.Cleanup(func() {
		registry.Lock()
		registry.backends = old
		registry.Unlock()
	})
	for _, name := range names {
		Register(Backend{Name: name, New: newNothing})
	}
}

func newNothing(Config) (Map, error) { return nil, nil }

func TestRegisterRefuses(t *testing.T) {
	withBackends(t, "taken")
	for _, test := range []struct {
		name string
		b    Backend
		says string
	}{
		{"empty name", Backend{New: newNothing}, `"" is not a name`},
		{"upper case", Backend{Name: "RCU", New: newNothing}, "is not a name"},
		{"slash", Backend{Name: "a/b", New: newNothing}, "is not a name"},
		{"leading digit", Backend{Name: "1a", New: newNothing}, "is not a name"},
		{"trailing dash", Backend{Name: "a-", New: newNothing}, "is not a name"},
		{"double dash", Backend{Name: "a--b", New: newNothing}, "is not a name"},
		{"thread count", Backend{Name: "rcu-2", New: newNothing}, "not ending in a dash and digits"},
		{"no New", Backend{Name: "a"}, "has no New"},
		{"twice", Backend{Name: "taken", New: newNothing}, "is taken"},
	} {
		t.Run(test.name, func(t *testing.T) {
			defer func() {
				if r, _ := recover().(string); !strings.Contains(r, test.says) {
					t.Errorf("Register panicked with %q; want %q", r, test.says)
				}
				if n := len(Backends()); n != 1 {
					t.Errorf("%d backends are registered; want 1", n)
				}
			}()
			Register(test.b)
		})
	}
}

func TestRegisterTakesNames(t *testing.T) {
	names := []string{"a", "rcu-classic", "a1", "a-1b", "x-2y-z"}
	withBackends(t, names...)
	for i, b := range Backends() {
		if b.Name != names[i] {
			t.Errorf("backend %d is %q; want %q, in the order of registration", i, b.Name, names[i])
		}
	}
	if b, ok := Find("a1"); !ok || b.Name != "a1" {
		t.Errorf(`Find("a1") = %q, %v`, b.Name, ok)
	}
	if b, ok := Find("a*"); ok {
		t.Errorf(`Find("a*") = %q; want nothing, as it is no name`, b.Name)
	}
}

func TestBackendsIsACopy(t *testing.T) {
	withBackends(t, "a")
	Backends()[0].Name = "changed"
	if _, ok := Find("a"); !ok {
		t.Error("a caller changed the registry through what Backends returned")
	}
}

func TestMatch(t *testing.T) {
	withBackends(t, "rcu-classic", "hazard", "rcu-sched", "rcu-classic-fence", "rwlock")
	for _, test := range []struct {
		patterns string
		want     string
		err      string
	}{
		{"hazard", "hazard", ""},
		{"rwlock hazard", "hazard rwlock", ""}, // in the order of registration
		{"rcu-*", "rcu-classic rcu-sched rcu-classic-fence", ""},
		{"rcu-* rcu-sched", "rcu-classic rcu-sched rcu-classic-fence", ""}, // each once
		{"*", "rcu-classic hazard rcu-sched rcu-classic-fence rwlock", ""},
		{"rcu-[cs]*d", "rcu-sched", ""},
		{"??????", "hazard rwlock", ""},
		{"", "", ""},
		{"hazrad", "", `no backend is named "hazrad"; the nearest are hazard, rwlock, `},
		{"hazard rcu-clasic", "", `"rcu-clasic"; the nearest are rcu-classic, rcu-sched, `},
		{"qsbr-*", "", `no backend matches "qsbr-*"; `},
		{"rcu-[", "", `bad pattern "rcu-["`},
	} {
		got, err := Match(strings.Fields(test.patterns))
		var names []string
		for _, b := range got {
			names = append(names, b.Name)
		}
		if strings.Join(names, " ") != test.want || (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("Match(%q) = %q, %v; want %q, %q", test.patterns, names, err, test.want, test.err)
		}
	}
}

func TestMatchWithoutBackends(t *testing.T) {
	withBackends(t)
	if _, err := Match([]string{"rcu"}); err == nil {
		t.Error("Match found a backend where there is none")
	}
}

// FuzzMatch checks that no pattern panics, and that a match matches.
func FuzzMatch(f *testing.F) {
	f.Add("rcu-*")
	f.Add("[")
	f.Fuzz(func(t *testing.T, pattern string) {
		withBackends(t, "rcu", "hazard")
		got, err := Match([]string{pattern})
		if (err == nil) != (len(got) > 0) || !slices.IsSortedFunc(got, func(a, b Backend) int { return strings.Compare(b.Name, a.Name) }) {
			t.Errorf("Match(%q) = %v, %v", pattern, got, err)
		}
	})
}
