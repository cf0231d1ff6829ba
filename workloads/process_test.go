package workloads

import (
	"runtime"
	"testing"

	"readmostly/internal/mem"
	"readmostly/internal/topo"
)

// TestWhoWaitsYieldsTheCore: workers on threads of their own, or more of them than
// there are cores, yield to the kernel's other threads for as long as they exist.
func TestWhoWaitsYieldsTheCore(t *testing.T) {
	pinned := Hands{}
	if cpus, err := topo.Allowed(); err == nil {
		pinned.CPUs = cpus[:1]
	}
	for _, test := range []struct {
		n    int
		h    Hands
		want bool
	}{
		{1, Hands{}, false},
		{1, pinned, len(pinned.CPUs) > 0},
		{runtime.NumCPU() + 1, Hands{}, true},
	} {
		c, err := NewCrew(test.n, test.h)
		if err != nil {
			t.Fatal(err)
		}
		if got := mem.YieldToKernel(test.want); got != test.want {
			t.Errorf("%d workers on CPUs %v yield to the kernel: %v, want %v", test.n, test.h.CPUs, got, test.want)
		}
		c.Close()
		if mem.YieldToKernel(false) {
			t.Errorf("%d workers on CPUs %v have gone, and who waits yields to the kernel still", test.n, test.h.CPUs)
		}
	}
}
