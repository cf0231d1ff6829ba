package cli

import (
	"fmt"

	"readmostly/workloads"
)

// chooseLatency checks the flags that --latency goes with.
func (f *benchFlags) chooseLatency() error {
	switch {
	case !f.scene.Paired && f.scene != workloads.Stall:
		return fmt.Errorf("--latency: a %s is about many operations: leave it out, or choose --scenario %s, %s or %s",
			f.scene.Name, workloads.Mix.Name, workloads.Apart.Name, workloads.Stall.Name)
	case f.chained:
		return fmt.Errorf("--latency: a time contains the wait for the lookup's own result already: leave --chained out")
	case f.set("section"):
		return fmt.Errorf("--latency: an operation that is timed has a section of its own: leave --section out")
	}
	return nil
}
