package topo

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Kind is one of the kinds of core of a machine that has several, such as the
// big and the little ones of big.LITTLE.
type Kind struct {
	Model  string // of the cores, empty where unknown
	Caches []Cache
	CPUs   []int // of this kind, ascending
}

// KindsOf returns the kinds of core that the CPUs belong to, the most capable
// first. nil stands for all CPUs of the machine, as unpinned workers may run on
// any. It returns nil where the machine knows of no kinds: all are alike then.
func (m Machine) KindsOf(cpus []int) []Kind {
	if cpus == nil {
		return m.Kinds
	}
	var kinds []Kind
	for _, k := range m.Kinds {
		if slices.ContainsFunc(k.CPUs, func(id int) bool { return slices.Contains(cpus, id) }) {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

// traits are what makes one kind of core differ from another.
type traits struct {
	small    bool // x86 lists it among its small cores
	capacity int  // 1024 for the fastest, where the machine says
	model    string
	caches   string // levels, types and sizes
}

// kinds fills in the class of each CPU and returns the kinds, one a class. The
// argument caches are those of each CPU.
func (t tree) kinds(cpus []CPU, caches [][]Cache, info cpuinfo) []Kind {
	of := t.traits(cpus, caches, info)
	var distinct []traits
	for _, x := range of {
		if !slices.Contains(distinct, x) {
			distinct = append(distinct, x)
		}
	}
	if len(distinct) > 1 {
		t.rank(distinct, of, cpus, caches)
	}
	kinds := make([]Kind, len(distinct))
	for i := range cpus {
		c := &cpus[i]
		c.Class = slices.Index(distinct, of[i])
		k := &kinds[c.Class]
		if k.CPUs == nil {
			k.Model, k.Caches = t.modelOf(c.ID, info), caches[i]
		}
		k.CPUs = append(k.CPUs, c.ID)
	}
	return kinds
}

// traits returns those of each CPU. A trait that is unknown of one of them tells
// none apart.
func (t tree) traits(cpus []CPU, caches [][]Cache, info cpuinfo) []traits {
	small := t.list("sys/devices/cpu_atom/cpus")
	of := make([]traits, len(cpus))
	for i, c := range cpus {
		capacity, _ := t.number(cpuDir, "cpu"+strconv.Itoa(c.ID), "cpu_capacity")
		of[i] = traits{
			small:    slices.Contains(small, c.ID),
			capacity: capacity,
			model:    t.modelOf(c.ID, info),
			caches:   sizes(caches[i]),
		}
	}
	noCapacity := small != nil || slices.ContainsFunc(of, func(x traits) bool { return x.capacity == 0 })
	noModel := slices.ContainsFunc(of, func(x traits) bool { return x.model == "" })
	noCaches := slices.ContainsFunc(of, func(x traits) bool { return x.caches == "" })
	for i := range of {
		if noCapacity {
			of[i].capacity = 0
		}
		if noModel {
			of[i].model = ""
		}
		if noCaches {
			of[i].caches = ""
		}
	}
	return of
}

// rank sorts kinds, the most capable first. The kernel's own ranking comes
// before all: x86 lists its small cores, others give a capacity. Kinds that it
// doesn't rank are ranked by the highest frequency, then by the size of a core's
// caches.
func (t tree) rank(kinds, of []traits, cpus []CPU, caches [][]Cache) {
	fastest, cached := map[traits]int{}, map[traits]int64{}
	for i, x := range of {
		frequency, _ := t.number(cpuDir, "cpu"+strconv.Itoa(cpus[i].ID), "cpufreq/cpuinfo_max_freq")
		fastest[x] = max(fastest[x], frequency)
		var bytes int64
		for _, cache := range caches[i] {
			bytes += cache.SizeBytes
		}
		cached[x] = max(cached[x], bytes)
	}
	small := map[bool]int{true: 1}
	slices.SortStableFunc(kinds, func(a, b traits) int {
		return cmp.Or(
			cmp.Compare(small[a.small], small[b.small]),
			cmp.Compare(b.capacity, a.capacity),
			cmp.Compare(fastest[b], fastest[a]),
			cmp.Compare(cached[b], cached[a]),
		)
	})
}

// sizes writes down what the caches of a core's kind have in common.
func sizes(caches []Cache) string {
	var parts []string
	for _, c := range caches {
		parts = append(parts, c.String())
	}
	return strings.Join(parts, ", ")
}

// describeKinds joins what is to be said of each kind, and says it once where
// that is the same for all.
func describeKinds(kinds []Kind, describe func(Kind) string) string {
	var parts []string
	alike := true
	for _, k := range kinds {
		parts = append(parts, describe(k))
		alike = alike && parts[0] == parts[len(parts)-1]
	}
	if len(parts) == 0 || alike && parts[0] == "" {
		return ""
	}
	if alike {
		return parts[0]
	}
	for i, k := range kinds {
		if parts[i] == "" {
			parts[i] = "unknown"
		}
		parts[i] = fmt.Sprintf("%s (CPUs %s)", parts[i], FormatCPUList(k.CPUs))
	}
	return strings.Join(parts, "; ")
}
