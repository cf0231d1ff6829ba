package cli

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"readmostly/bench"
	"readmostly/impls/slab"
	"readmostly/internal/doctor"
	"readmostly/internal/perf"
	"readmostly/internal/topo"
	"readmostly/internal/topo/topotest"
)

// examined runs doctor on a machine without faults, which prepare may give it.
func examined(prepare func(*trial), args ...string) (*trial, int) {
	c := newTrial(append([]string{"doctor"}, args...)...)
	tree := topotest.Shape{CoresPerPackage: 2}.Tree()
	for name, content := range map[string]string{
		"sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "performance",
		"sys/devices/system/cpu/cpu1/cpufreq/scaling_governor": "performance",
		"sys/devices/system/cpu/cpufreq/boost":                 "0",
		"proc/self/cgroup":                                     "0::/",
		"proc/loadavg":                                         "0.01 0.02 0.03 1/100 1234",
		"proc/sys/kernel/perf_event_paranoid":                  "1",
	} {
		tree[name] = &fstest.MapFile{Data: []byte(content + "\n")}
	}
	c.app.files = tree
	c.app.machine = func() (topo.Machine, error) { return topo.ReadFS(tree, nil) }
	c.app.membarrier = func() error { return nil }
	c.app.counters = func([]int, []perf.Event) *perf.Plan {
		return &perf.Plan{Scope: perf.UserKernel, Groups: []perf.Group{{Events: []perf.Event{{Name: "cycles", Kind: perf.Hardware}}}}}
	}
	c.app.noise = 0
	c.app.fork = func(ctx context.Context, s bench.Spec) (*bench.Report, error) {
		report, err := c.forks.fork(ctx, s)
		if report != nil {
			mean := 0.001 * float64(s.Number%2)
			report.Rows[1].Ratios = []float64{math.Exp(mean - 0.001), math.Exp(mean + 0.001)}
		}
		return report, err
	}
	if prepare != nil {
		prepare(c)
	}
	return c, c.run()
}

func TestDoctor(t *testing.T) {
	c, status := examined(nil)
	if status != statusOK || c.stderr.Len() > 0 || !strings.Contains(c.stdout.String(), "fit to measure: no reservations") {
		t.Errorf("status %d, %s\n%s", status, c.stderr.String(), c.stdout.String())
	}
	for _, want := range []string{"cycles, user+kernel (kernel.perf_event_paranoid 1)", "load averages 0.01 0.02 0.03", "granted: 8 MiB of 8 MiB"} {
		if !strings.Contains(strings.Join(strings.Fields(c.stdout.String()), " "), want) {
			t.Errorf("no %q in\n%s", want, c.stdout.String())
		}
	}
	for _, s := range c.forks.specs {
		if len(s.Table.Cells) != 2 || s.Table.Workload.Threads != 2 || !slices.Equal(s.CPUs, []int{0, 1}) {
			t.Errorf("measured %+v", s)
		}
	}
}

// Whatever is wrong with a machine, doctor says so, and ends with status 1.
func TestDoctorHasReservations(t *testing.T) {
	for _, tt := range []struct {
		name    string // of the finding
		prepare func(*trial)
		want    string
	}{
		{"noise", func(c *trial) {
			c.app.machine = func() (topo.Machine, error) { return topo.Machine{}, errors.New("no CPU is online") }
		}, "no CPU is online"},
		{"noise", func(c *trial) {
			c.forks.before = func(int, bench.Spec) error { return &bench.Failed{Cell: -1, Why: "it hangs"} }
		}, "it hangs"},
		{"memory", func(c *trial) { c.app.available = func() (uint64, bool) { return 1, true } }, "1 B available"},
		{"membarrier", func(c *trial) { c.app.membarrier = func() error { return errors.New("membarrier(2): refused") } }, "refused"},
		{"huge pages", func(c *trial) {
			c.app.hugePages = func() slab.Grant { return slab.Grant{Touched: 1 << 20, Known: true} }
		}, "0 B of 1 MiB"},
		{"counters", func(c *trial) {
			c.app.counters = func([]int, []perf.Event) *perf.Plan {
				e := perf.Event{Name: "cycles", Kind: perf.Hardware}
				return &perf.Plan{Missing: []perf.Missing{{Event: e, Err: &perf.OpenError{Event: "cycles", Hint: "buy a machine that has it"}}}}
			}
		}, "buy a machine that has it"},
	} {
		c, status := examined(tt.prepare, "--json")
		var got struct {
			Fit      bool
			Findings doctor.Report
		}
		if err := json.Unmarshal(c.stdout.Bytes(), &got); err != nil {
			t.Fatalf("%s: %v in %s", tt.name, err, c.stdout.String())
		}
		if status != statusFailed || got.Fit || !slices.Contains(got.Findings.With(doctor.Reservation), tt.name) || !strings.Contains(c.stdout.String(), tt.want) {
			t.Errorf("%s: status %d, %s", tt.name, status, c.stdout.String())
		}
		if !strings.HasPrefix(c.stderr.String(), "readmostly: this machine measures with reservations: ") || strings.Count(c.stderr.String(), "\n") != 1 {
			t.Errorf("%s: %s", tt.name, c.stderr.String())
		}
	}
}

// Without /sys and /proc there is a screen of what is unknown.
func TestDoctorWithoutSysfs(t *testing.T) {
	c, status := examined(func(c *trial) {
		c.app.files = fstest.MapFS{}
		c.app.machine = func() (topo.Machine, error) { return topo.ReadFS(fstest.MapFS{}, []int{0, 1}) }
		c.app.available = func() (uint64, bool) { return 0, false }
		c.app.hugePages = func() slab.Grant { return slab.Grant{} }
	})
	if status != statusOK || !strings.Contains(c.stdout.String(), "unknown: cores, smt") {
		t.Errorf("status %d, %s\n%s", status, c.stderr.String(), c.stdout.String())
	}
}

func TestDoctorIsInterrupted(t *testing.T) {
	c, status := examined(func(c *trial) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		c.ctx = ctx
	})
	if status != statusInterrupted || c.stdout.Len() > 0 {
		t.Errorf("status %d, %s", status, c.stdout.String())
	}
}

func TestDoctorTakesNoArguments(t *testing.T) {
	if c, status := examined(nil, "now"); status != statusUsage || c.stdout.Len() > 0 {
		t.Errorf("status %d, %s", status, c.stderr.String())
	}
}

// What a header says of the machine is what --ignore machine allows to differ.
func TestMachineKeysAreThoseOfTheHeader(t *testing.T) {
	m, err := topo.ReadFS(topotest.BigLittle(), nil)
	if err != nil {
		t.Fatal(err)
	}
	m.Quota, m.MemoryLimit, m.Nodes, m.Kernel, m.Virtualization = 1, 1, 1, "6.1", "kvm"
	m.Tuning = topo.Tuning{Governor: "performance", Turbo: "on", Isolated: []int{1}, Clock: "tsc", HugePages: "always"}
	for _, pair := range m.Config(nil) {
		if !slices.Contains(machineKeys, pair[0]) {
			t.Errorf("%s is not among them", pair[0])
		}
	}
}

// Runs on machines that differ in what was granted have headers that differ.
func TestHeaderHasHugePages(t *testing.T) {
	c := newTrial(strings.Fields("bench --impl unsync --structure list --updates 0% --threads 1 --forks 1")...)
	c.app.hugePages = func() slab.Grant { return slab.Grant{Touched: 4, Huge: 2, Known: true} }
	if status := c.run(); status != 0 || !strings.Contains(c.stdout.String(), "\nhuge-pages: partly\n") {
		t.Errorf("status %d, %s", status, c.stdout.String())
	}
}
