package topo

import (
	"os"
	"strconv"
)

// ThreadLimit returns how many threads the kernel and the control groups of this
// process let it have, those of others that share a limit included, and whether
// any limit is known.
func ThreadLimit() (threads int, limited bool) { return tree{os.DirFS("/")}.threadLimit() }

func (t tree) threadLimit() (threads int, limited bool) {
	limit := uint64(0)
	for _, file := range []string{"threads-max", "pid_max"} {
		if n, err := strconv.ParseUint(t.text("proc/sys/kernel", file), 10, 31); err == nil {
			least(&limit, &limited, n)
		}
	}
	for _, g := range t.groups("pids") {
		if n, ok := g.number("pids.max"); ok && n < 1<<31 {
			least(&limit, &limited, n)
		}
	}
	return int(limit), limited
}
