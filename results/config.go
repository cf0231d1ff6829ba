package results

import (
	"fmt"
	"slices"
	"strings"
)

// A Difference is a line of the configuration in which two runs differ.
type Difference struct {
	Key      string
	Old, New string // empty where the file doesn't say
}

func (d Difference) String() string {
	return fmt.Sprintf("%s: %s, %s", d.Key, orUnknown(d.Old), orUnknown(d.New))
}

func orUnknown(value string) string {
	if value == "" {
		return "unknown"
	}
	return value
}

// The keys that say how far a run went, which backends it chose and why others are
// missing, and what follows from others: what figures don't depend on. All others, also those that nobody has heard
// of, are taken to change figures.
var aside = []string{"command", "precision", "control", "floors", "faulty", "perf-missing", "perf-turns", "unfit"}

// The keys that name a default of each backend that was chosen.
var perBackend = []string{"reclaim-defaults", "retain-defaults"}

// Differences returns in what two runs differ that changes figures, in the order of
// their configurations: machines, settings and programs, which the commit names. Runs
// of which one has measured more, or other backends, don't differ in that.
func Differences(old, new File) (all []Difference) {
	var keys []string
	for _, f := range []File{old, new} {
		for _, pair := range f.Config {
			if !slices.Contains(keys, pair[0]) && !slices.Contains(aside, pair[0]) {
				keys = append(keys, pair[0])
			}
		}
	}
	for _, key := range keys {
		d := Difference{key, old.Value(key), new.Value(key)}
		if slices.Contains(perBackend, key) {
			d.Old, d.New = common(d.Old, d.New)
		}
		if d.Old != d.New {
			all = append(all, d)
		}
	}
	return all
}

// common leaves of two lists such as "hazard=512 srcu=512" what both have a value of.
func common(a, b string) (string, string) {
	values := func(list string) map[string]string {
		all := map[string]string{}
		for _, word := range strings.Fields(list) {
			name, value, _ := strings.Cut(word, "=")
			all[name] = value
		}
		return all
	}
	left := func(list string, other map[string]string) string {
		return strings.Join(slices.DeleteFunc(strings.Fields(list), func(word string) bool {
			name, _, _ := strings.Cut(word, "=")
			_, known := other[name]
			return !known
		}), " ")
	}
	return left(a, values(b)), left(b, values(a))
}
