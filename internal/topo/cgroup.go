package topo

import (
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
)

// CPUQuota returns how many CPUs' worth of time the control groups of this
// process allow it, the least of its own group and those above: 1.5 for 150 ms
// in each 100 ms. It is false where there is no such limit.
func CPUQuota() (cpus float64, limited bool) { return tree{os.DirFS("/")}.cpuQuota() }

// AvailableMemory returns how many bytes this process can have without pushing
// others out, and whether that is known: what the kernel calls available, within
// the limits of the process's control groups. File cache that a group would give
// up at once doesn't count as used.
func AvailableMemory() (bytes uint64, known bool) { return AvailableMemoryFS(os.DirFS("/")) }

// AvailableMemoryFS is [AvailableMemory] of the machine whose /proc and /sys are in
// fsys, which is rooted at /.
func AvailableMemoryFS(fsys fs.FS) (bytes uint64, known bool) { return tree{fsys}.availableMemory() }

// group is a control group's folder.
type group struct {
	tree
	dir    string
	legacy bool // cgroup v1, whose files have other names
}

func (g group) number(name string) (uint64, bool) {
	n, err := strconv.ParseUint(g.text(g.dir, name), 10, 64)
	return n, err == nil
}

// groups returns the control groups that a controller's limits come from: the
// process's own and those above it, of both versions, as far as they are
// mounted. See cgroups(7).
func (t tree) groups(controller string) []group {
	mounts := t.groupMounts(controller)
	var groups []group
	for line := range strings.Lines(t.text("proc/self/cgroup")) {
		id, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		controllers, own, ok := strings.Cut(rest, ":")
		legacy := id != "0" || controllers != ""
		if !ok || legacy && !slices.Contains(strings.Split(controllers, ","), controller) {
			continue
		}
		for _, m := range mounts {
			if m.legacy == legacy {
				groups = append(groups, t.upwards(m, own)...)
			}
		}
	}
	return groups
}

// groupMount is a place where a hierarchy of control groups is mounted.
type groupMount struct {
	root   string // the group that is seen at point
	point  string // relative to the root of the tree
	legacy bool
}

// groupMounts returns the places of the hierarchy of version 2 and of the one of
// version 1 that has the controller. Where mounts can't be listed, it returns
// the usual places.
func (t tree) groupMounts(controller string) []groupMount {
	mountinfo := t.text("proc/self/mountinfo")
	if mountinfo == "" {
		return []groupMount{
			{"/", "sys/fs/cgroup", false},
			{"/", path.Join("sys/fs/cgroup", controller), true},
		}
	}
	var mounts []groupMount
	for line := range strings.Lines(mountinfo) {
		// ID parent device root point options [tags] - type source options
		before, after, _ := strings.Cut(line, " - ")
		fields, kind := strings.Fields(before), strings.Fields(after)
		if len(fields) < 5 || len(kind) < 3 {
			continue
		}
		m := groupMount{root: unescape(fields[3]), point: strings.Trim(unescape(fields[4]), "/")}
		switch kind[0] {
		case "cgroup2":
		case "cgroup":
			if m.legacy = true; !slices.Contains(strings.Split(kind[2], ","), controller) {
				continue
			}
		default:
			continue
		}
		mounts = append(mounts, m)
	}
	return mounts
}

// unescape undoes the octal escapes of mountinfo, as in \040 for a space.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(c))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// upwards returns the group and those above it, as far as the mount shows them.
func (t tree) upwards(m groupMount, own string) []group {
	below := ""
	switch {
	case m.root == "/":
		below = own
	case own == m.root || strings.HasPrefix(own, m.root+"/"):
		below = own[len(m.root):]
	case strings.HasPrefix(m.root, "/.."):
		// The mount shows more than this namespace: only the top is above us for
		// certain.
	default:
		return nil // somebody else's groups
	}
	var groups []group
	for below = path.Clean("/" + below); ; below = path.Dir(below) {
		groups = append(groups, group{t, path.Join(m.point, below), m.legacy})
		if below == "/" {
			return groups
		}
	}
}

// least keeps the least of the values that it is given.
func least[T uint64 | float64](value *T, known *bool, next T) {
	if !*known || next < *value {
		*value, *known = next, true
	}
}

func (t tree) cpuQuota() (cpus float64, limited bool) {
	for _, g := range t.groups("cpu") {
		var quota, period string
		if g.legacy {
			quota, period = g.text(g.dir, "cpu.cfs_quota_us"), g.text(g.dir, "cpu.cfs_period_us")
		} else {
			quota, period, _ = strings.Cut(g.text(g.dir, "cpu.max"), " ")
		}
		q, err1 := strconv.ParseUint(quota, 10, 63) // "max" or -1 where there is none
		p, err2 := strconv.ParseUint(period, 10, 63)
		if err1 == nil && err2 == nil && q > 0 && p > 0 {
			least(&cpus, &limited, float64(q)/float64(p))
		}
	}
	return cpus, limited
}

func (t tree) availableMemory() (bytes uint64, known bool) {
	bytes, known = memAvailable(t.text("proc/meminfo"))
	for _, g := range t.groups("memory") {
		used, stat := "memory.current", []string{"inactive_file", "slab_reclaimable"}
		if g.legacy {
			used, stat = "memory.usage_in_bytes", []string{"total_inactive_file"}
		}
		current, _ := g.number(used) // all of the limit is free, for all we know
		current -= min(current, sumOf(g.text(g.dir, "memory.stat"), stat))
		for _, limit := range g.memoryLimits() {
			least(&bytes, &known, limit-min(current, limit))
		}
	}
	return bytes, known
}

// memoryLimits returns the limits of the group itself.
func (g group) memoryLimits() (limits []uint64) {
	names := []string{"memory.max", "memory.high"}
	if g.legacy {
		names = []string{"memory.limit_in_bytes"}
	}
	for _, name := range names {
		if limit, ok := g.number(name); ok {
			limits = append(limits, limit)
		}
	}
	return limits
}

// noLimit is below what version 1 says where there is no limit: the greatest number
// of whole pages.
const noLimit = 1 << 62

// memoryLimit returns the least limit of the process's own group and those above. From
// memory.high on it is slowed down, so that counts too.
func (t tree) memoryLimit() (bytes uint64, limited bool) {
	for _, g := range t.groups("memory") {
		for _, limit := range g.memoryLimits() {
			if limit < noLimit {
				least(&bytes, &limited, limit)
			}
		}
	}
	return bytes, limited
}

// sumOf adds up the values of some keys of a memory.stat.
func sumOf(stat string, keys []string) (sum uint64) {
	for line := range strings.Lines(stat) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if slices.Contains(keys, key) {
			n, _ := strconv.ParseUint(value, 10, 63)
			sum += n
		}
	}
	return sum
}

// memAvailable finds the number of bytes available in /proc/meminfo.
func memAvailable(meminfo string) (uint64, bool) {
	for line := range strings.Lines(meminfo) {
		if rest, ok := strings.CutPrefix(line, "MemAvailable:"); ok {
			kb, err := strconv.ParseUint(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 54)
			return kb << 10, err == nil
		}
	}
	return 0, false
}
