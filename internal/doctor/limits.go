package doctor

import (
	"fmt"

	"readmostly/internal/topo"
)

func quota(m topo.Machine) Finding {
	const name = "cpu quota"
	switch {
	case m.Quota > 0 && m.Quota < float64(len(m.CPUs)):
		return good(name, "the time of %.3g of %s: who has spent it waits until the next period", m.Quota, count(len(m.CPUs), "CPU")).
			but("lift it: docker run without --cpus; cpu.max, cpu.cfs_quota_us" + within(m.Quota))
	case m.Quota > 0:
		return good(name, "the time of %.3g CPUs, which is all of %d", m.Quota, len(m.CPUs))
	case !m.Grouped:
		return unknown(name, proc(m))
	}
	return good(name, "none")
}

// proc returns what to do where the kernel doesn't name the control groups.
func proc(m topo.Machine) string {
	if m.NoPinning {
		return sysfs(m)
	}
	return "mount proc on /proc: it names the control groups"
}

// within names the numbers of threads that a quota is enough for.
func within(quota float64) string {
	if quota < 1 {
		return ""
	}
	return "; or bench --threads " + upTo(int(quota))
}

func memory(m topo.Machine, o Memory) Finding {
	const name = "memory"
	limit := "no limit"
	switch {
	case m.MemoryLimit > 0:
		limit = "limit " + topo.FormatBytes(m.MemoryLimit)
	case !m.Grouped:
		limit = "limit unknown"
	}
	if !o.Known {
		return because(name, limit+"; what is available is unknown", "nothing: a backend that lacks memory says so, and the others go on")
	}
	fact := fmt.Sprintf("%s, %s available with the file cache", limit, topo.FormatBytes(o.Available))
	if o.Needed == 0 {
		return good(name, "%s", fact)
	}
	f := good(name, "%s; bench takes %s", fact, topo.FormatBytes(o.Needed))
	if o.Needed > o.Available {
		if m.MemoryLimit > 0 {
			return f.but("raise the limit: docker run --memory; memory.max, memory.limit_in_bytes")
		}
		return f.but("end what else takes memory")
	}
	return f
}
