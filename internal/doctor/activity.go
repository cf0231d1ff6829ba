package doctor

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"readmostly/internal/topo"
)

// CPUTimes are the ticks that all CPUs of a machine have spent, see proc_stat(5).
type CPUTimes struct {
	total, idle, stolen uint64
	cpus                int
}

// ReadCPUTimes reads /proc/stat in fsys, which is rooted at /. It is false where that
// can't be read.
func ReadCPUTimes(fsys fs.FS) (t CPUTimes, ok bool) {
	text, err := fs.ReadFile(fsys, "proc/stat")
	if err != nil {
		return t, false
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		switch {
		case len(fields) == 0 || !strings.HasPrefix(fields[0], "cpu"):
		case fields[0] != "cpu":
			t.cpus++
		default:
			// user nice system idle iowait irq softirq steal; guests are part of user.
			for i, field := range fields[1:min(len(fields), 9)] {
				n, err := strconv.ParseUint(field, 10, 63)
				if err != nil {
					return t, false
				}
				t.total += n
				switch i {
				case 3, 4:
					t.idle += n
				case 7:
					t.stolen += n
				}
			}
			ok = true
		}
	}
	return t, ok && t.cpus > 0
}

// Since returns what the CPUs have done since an earlier reading, nil if no tick has
// passed.
func (t CPUTimes) Since(before CPUTimes) *Activity {
	total := float64(t.total) - float64(before.total)
	if total <= 0 {
		return nil
	}
	share := func(now, before uint64) float64 {
		return max(0, float64(now)-float64(before)) / total * float64(t.cpus)
	}
	a := &Activity{CPUs: t.cpus, Stolen: share(t.stolen, before.stolen)}
	a.Busy = max(0, float64(t.cpus)-share(t.idle, before.idle)-a.Stolen)
	return a
}

// busy is how much of one CPU others may take.
const busy = 0.1

func load(a *Activity, averages string) Finding {
	const name = "load"
	if averages != "" {
		averages = "; load averages " + averages
	}
	if a == nil {
		return because(name, "unknown"+averages, "nothing: the noise shows what others do")
	}
	f := good(name, "others keep %.2g of %s busy%s", a.Busy, count(a.CPUs, "CPU"), averages)
	if a.Busy > busy {
		return f.but("end other programs (top shows them); what can't wait for that: compare --ab holds on a busy machine")
	}
	return f
}

// stolen is how much of the workers' time a hypervisor may take.
const stolen = 0.005

func steal(m topo.Machine, n *Noise) Finding {
	const name = "steal"
	switch {
	case n == nil || n.Took <= 0 || n.Threads == 0:
		return unknown(name, "nothing: nothing was measured")
	case m.Kernel == "":
		return unknown(name, "nothing: the kernel can't be asked; the noise shows what it does")
	}
	share := float64(n.Stolen) / float64(n.Took) / float64(n.Threads)
	f := good(name, "%v of %s: %.1f%%", n.Stolen.Round(time.Millisecond), round(n.Took*time.Duration(n.Threads)), 100*share)
	if share > stolen {
		return f.but("measure when the host has less to do, or where CPUs are dedicated to this guest")
	}
	return f
}

func round(d time.Duration) string { return fmt.Sprintf("%.3gs", d.Seconds()) }
