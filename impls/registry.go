package impls

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"readmostly/internal/spelling"
)

var registry struct {
	sync.Mutex
	backends []Backend
}

var (
	validName  = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	threadLike = regexp.MustCompile(`-[0-9]+$`)
)

// Register makes a backend known. It panics on a name that is taken or not
// valid and on a backend without New, as these are mistakes of the program. It
// may be called at any time, from any goroutine.
func Register(b Backend) {
	if !validName.MatchString(b.Name) || threadLike.MatchString(b.Name) {
		panic(fmt.Sprintf("impls: Register: %q is not a name: want lower-case letters, digits and dashes, not ending in a dash and digits", b.Name))
	}
	if b.New == nil {
		panic(fmt.Sprintf("impls: Register: backend %q has no New", b.Name))
	}
	registry.Lock()
	defer registry.Unlock()
	if slices.ContainsFunc(registry.backends, func(o Backend) bool { return o.Name == b.Name }) {
		panic(fmt.Sprintf("impls: Register: %q is taken", b.Name))
	}
	registry.backends = append(registry.backends, b)
}

// Backends returns the registered backends in the order of registration.
func Backends() []Backend {
	registry.Lock()
	defer registry.Unlock()
	return slices.Clone(registry.backends)
}

// Find returns the backend with the name.
func Find(name string) (Backend, bool) {
	for _, b := range Backends() {
		if b.Name == name {
			return b, true
		}
	}
	return Backend{}, false
}

// Match returns the backends that the patterns name, each once, in the order of
// registration. A pattern is a name or a glob ([path.Match]). The error names
// the first pattern that matches nothing and the names nearest to it.
func Match(patterns []string) ([]Backend, error) {
	all := Backends()
	chosen := make([]bool, len(all))
	for _, p := range patterns {
		found := false
		for i, b := range all {
			ok, err := path.Match(p, b.Name)
			if err != nil {
				return nil, fmt.Errorf("bad pattern %q: %w", p, err)
			}
			if ok {
				chosen[i], found = true, true
			}
		}
		if !found {
			if p == "" || strings.ContainsAny(p, `*?[\`) {
				return nil, fmt.Errorf("no backend matches %q; `readmostly list` shows all", p)
			}
			return nil, fmt.Errorf("no backend is named %q; the nearest are %s", p, nearest(p, all))
		}
	}
	var matched []Backend
	for i, b := range all {
		if chosen[i] {
			matched = append(matched, b)
		}
	}
	return matched, nil
}

// nearest lists the three names with the least edit distance to name.
func nearest(name string, all []Backend) string {
	type candidate struct {
		name     string
		distance int
	}
	candidates := make([]candidate, len(all))
	for i, b := range all {
		candidates[i] = candidate{b.Name, spelling.Distance(name, b.Name)}
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int { return cmp.Compare(a.distance, b.distance) })
	s := ""
	for i := range min(3, len(candidates)) {
		if i > 0 {
			s += ", "
		}
		s += candidates[i].name
	}
	return s
}
