package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"readmostly/impls"
)

// A colour is that of a mechanism in all plots: of the palette of Okabe and Ito, which
// colour-blind readers tell apart, and a lighter one on a dark page where that needs it.
type colour struct{ class, light, dark string }

var (
	ink       = colour{"ink", "#222222", "#eeeeee"}
	grey      = colour{"grey", "#777777", "#a0a0a0"}
	mechanism = map[string]colour{
		"RCU":                {"rcu", "#0072b2", "#3d9fe0"},
		"seqlock":            {"seq", "#d55e00", "#f0802e"},
		"reader-writer lock": {"rwl", "#b65a92", "#e09ac4"}, // the palette's is too pale for lines on white
		"hazard pointers":    {"haz", "#009e73", "#20bf93"},
		"reference count":    {"ref", "#c07f00", "#e69f00"},
		"lockless":           {"loc", "#2f92cf", "#8fd0f5"},
		"nulls":              ink,
		"epochs":             {"epo", "#948a00", "#f0e442"},
		"Go map":             {"gom", "#948a00", "#f0e442"},
		"copy-on-write":      {"gom", "#948a00", "#f0e442"},
		"garbage collection": {"gcc", "#8a5a33", "#c79a6e"},
	}
)

// attributes are for programs that read no style sheet.
func (c colour) attributes() string { return fmt.Sprintf(` fill="%s" stroke="%s"`, c.light, c.light) }

// unattributed takes the attributes out, which a page has no use for.
var unattributed = sync.OnceValue(func() *strings.Replacer {
	pairs := []string{ink.attributes(), "", grey.attributes(), ""}
	for _, c := range mechanism {
		pairs = append(pairs, c.attributes(), "")
	}
	return strings.NewReplacer(pairs...)
})

// colourOf returns the colour of a backend: grey for one that this program doesn't have,
// as for those that are no mechanism.
func colourOf(impl string) colour {
	backend, _ := impls.Find(impl)
	if c, ok := mechanism[backend.Mechanism]; ok {
		return c
	}
	return grey
}

// A key is a colour and what it stands for.
type key struct {
	Name  string
	class string
}

// Class is that of the style sheet.
func (k key) Class() string { return k.class }

// keyOf returns the colours of backends.
func keyOf(names []string) (keys []key) {
	for _, impl := range names {
		backend, _ := impls.Find(impl)
		k := key{backend.Mechanism, colourOf(impl).class}
		if k.class == grey.class {
			k.Name = "others"
		}
		if !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b key) int {
		return cmp.Or(cmp.Compare(b2i(a.Name == "others"), b2i(b.Name == "others")), cmp.Compare(a.Name, b.Name))
	})
	return keys
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// colours returns the rules of the style sheet that make the plots' colours those of a
// page, light or dark. A plot alone has the light ones in itself, for programs that read
// no style sheet.
func colours(dark bool) string {
	all := map[string]colour{ink.class: ink, grey.class: grey}
	for _, c := range mechanism {
		all[c.class] = c
	}
	var rules []string
	for _, c := range all {
		value := c.light
		if dark {
			value = c.dark
		}
		rules = append(rules, fmt.Sprintf(".%s{fill:%s;stroke:%s;color:%s}", c.class, value, value, value))
	}
	slices.Sort(rules)
	return strings.Join(rules, "\n")
}
