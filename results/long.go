package results

import (
	"slices"

	"readmostly/workloads"
)

// What long windows show is worth what it has happened often in them.

// often is how often what is retained was to be replaced in a long window, and how
// many grace periods were to end.
const often = 20

// seenInLong are the metrics that long windows are there for.
var seenInLong = []string{
	workloads.Retained.Unit, workloads.Residence.Unit, workloads.Uncollected.Unit, workloads.Collections.Unit,
	workloads.GPMedian.Unit, workloads.GPMax.Unit,
}

// qualify says what the entry of a metric is worth.
func (t *table) qualify(e *entry, m workloads.Metric, c *cell) {
	if !slices.Contains(seenInLong, m.Unit) {
		return
	}
	if turnovers, ok := c.interval(workloads.Turnovers.Unit); ok && turnovers.Center < often {
		e.marks += markSeldom
	}
	if m.Unit != workloads.GPMedian.Unit {
		return
	}
	gp, _ := c.interval(m.Unit)
	if cadence, ok := c.interval(workloads.GPCadence.Unit); ok && cadence.Center > gp.Center/2 {
		e.text = "≤" + e.text
		e.marks += markCadence
	}
}

// never says of grace periods that none ended, and in how long.
func (t *table) never(m workloads.Metric, c *cell) (text string, none bool) {
	if m.Unit != workloads.GPMedian.Unit {
		return "", false
	}
	gps, ok := c.interval(workloads.GPs.Unit)
	if looked, known := c.interval(LookedLong.Unit); ok && known && gps.Center == 0 {
		return "none in " + formatNanoseconds(looked.Center), true
	}
	return "", false
}
