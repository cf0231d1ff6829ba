package results

import (
	"fmt"
	"slices"
	"strings"
)

// sentence says which backends are the cheapest with the most threads, of those
// that can do what the table shows, and what they cost; nothing where nothing
// was compared.
func (t *table) sentence() string {
	contenders := t.contenders(t.most())
	if len(contenders) == 0 {
		return ""
	}
	var winners []subject
	for _, s := range contenders {
		if t.ranks[s] == 1 {
			winners = append(winners, s)
		}
	}
	about := Title(t.Workload) + ", " + counted(t.most(), "thread")
	if t.Scene().Divided {
		about += ", readers alone"
	}
	return fmt.Sprintf("%s: %s.", about, t.verdict(contenders, winners))
}

func (t *table) verdict(contenders, winners []subject) string {
	if t.tooFew(contenders, t.most()) {
		forks := len(t.cell(contenders[0], t.most()).rows)
		return fmt.Sprintf("too few forks (%d of each) to tell %d backends apart: %s", forks, len(contenders), t.cost(contenders))
	}
	switch len(winners) {
	case len(contenders):
		if len(contenders) == 1 {
			return fmt.Sprintf("%s costs %s", winners[0].backend, t.cost(winners))
		}
		return fmt.Sprintf("none of the %d can be told apart: %s", len(winners), t.cost(winners))
	case 1:
		next := contenders[slices.IndexFunc(contenders, func(s subject) bool { return t.ranks[s] == 2 })]
		return fmt.Sprintf("%s is the cheapest%s; next is %s with %s", winners[0].backend, t.likeness(winners), next.backend, t.either(next))
	}
	return fmt.Sprintf("%s can't be told apart and are the cheapest%s", enumerate(winners), t.likeness(winners))
}

// likeness says what the winners cost, and if that is nothing.
func (t *table) likeness(winners []subject) string {
	for _, s := range winners {
		if ratio, _ := t.ratio(s, t.most()); !ratio.Known() || !ratio.Contains(1) {
			return ": " + t.cost(winners)
		}
	}
	return fmt.Sprintf(", no dearer than %s: %s", t.baseline, t.cost(winners))
}

// cost says what backends cost, from the least to the greatest.
func (t *table) cost(subjects []subject) string {
	first, _ := t.ratio(subjects[0], t.most())
	if _, two := t.cell(subjects[0], t.most()).modes(Ratio(t.baseline).Unit); two && len(subjects) == 1 {
		return fmt.Sprintf("%s times %s", t.either(subjects[0]), t.baseline)
	}
	if len(subjects) == 1 {
		return fmt.Sprintf("%s %s times %s", formatRatio(first.Center), formatHalfWidth(first), t.baseline)
	}
	last, _ := t.ratio(subjects[len(subjects)-1], t.most())
	low, high := formatShort(first.Center), formatShort(last.Center)
	if low == high {
		return fmt.Sprintf("%s times %s", low, t.baseline)
	}
	return fmt.Sprintf("%s to %s times %s", low, high, t.baseline)
}

// maxNamed is how many backends a sentence names.
const maxNamed = 5

// enumerate names backends: "a, b and c", or "a, b and 7 more".
func enumerate(subjects []subject) string {
	var names []string
	for _, s := range subjects {
		names = append(names, s.backend)
	}
	if len(names) > maxNamed {
		more := len(names) - maxNamed + 1
		names = append(names[:maxNamed-1], fmt.Sprintf("%d more", more))
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
