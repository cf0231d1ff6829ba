package results

import (
	"slices"
	"strings"
)

// A Group is what several files hold that were measured on one machine, by one
// program, with the same settings.
type Group struct {
	File
	Title string // in what it differs from the other groups, a line per key; empty for the only one
}

// Join sorts files into groups, whose rows repeat each other's, in the order of the
// files. Rows of different groups must not be averaged.
func Join(files []File) (groups []Group) {
	for _, f := range files {
		i := slices.IndexFunc(groups, func(g Group) bool { return len(Differences(g.File, f)) == 0 })
		if i < 0 {
			groups = append(groups, Group{File: f})
			continue
		}
		groups[i].take(f)
	}
	var keys []string
	for _, g := range groups {
		for _, d := range Differences(groups[0].File, g.File) {
			if !slices.Contains(keys, d.Key) {
				keys = append(keys, d.Key)
			}
		}
	}
	for i := range groups {
		var lines []string
		for _, key := range keys {
			lines = append(lines, key+": "+orUnknown(groups[i].Value(key)))
		}
		groups[i].Title = strings.Join(lines, "\n")
	}
	return groups
}

// take adds what another file of the group holds. What was chosen there is chosen in
// both.
func (g *Group) take(f File) {
	last := 0 // forks are numbered in each file
	for _, fork := range g.Forks {
		last = max(last, fork.Number)
	}
	g.Rows, g.Forks = slices.Clone(g.Rows), slices.Clone(g.Forks)
	for _, row := range f.Rows {
		if row.Fork > 0 {
			row.Fork += last
		}
		g.Rows = append(g.Rows, row)
	}
	for _, fork := range f.Forks {
		fork.Number += last
		g.Forks = append(g.Forks, fork)
	}
	g.Failures = slices.Concat(g.Failures, f.Failures)
	config := slices.Clone(g.Config)
	for _, pair := range f.Config {
		i := slices.IndexFunc(config, func(own [2]string) bool { return own[0] == pair[0] })
		switch {
		case i < 0:
			config = append(config, pair)
		case pair[0] == "floors" || pair[0] == "faulty":
			words := strings.Fields(config[i][1])
			for _, word := range strings.Fields(pair[1]) {
				if !slices.Contains(words, word) {
					words = append(words, word)
				}
			}
			config[i][1] = strings.Join(words, " ")
		}
	}
	g.Config = config
}
