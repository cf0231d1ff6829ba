package doctor

import "fmt"

// fine is the resolution that a machine should have, and disturbed the share of
// windows that others may disturb.
const (
	fine      = 0.02
	disturbed = 0.05
)

func noise(n *Noise, why string) Finding {
	const name = "noise"
	if n == nil {
		return good(name, "not measured: %s", why).but("mend that first: bench would say the same")
	}
	fact := fmt.Sprintf("a difference of %.2g%% can be seen after %gm (%s per table), foreseen from %s of %s against itself",
		100*n.Resolution, n.Budget.Minutes(), count(n.Forks, "fork"), round(n.Took), n.Baseline)
	if !n.Layouts {
		fact += "; other layouts of the code add theirs"
	}
	played := n.Windows + n.Replayed
	share := float64(n.Replayed+n.Disturbed) / float64(max(1, played))
	fact += fmt.Sprintf("; %.2g%% of %d windows disturbed", 100*share, played)
	if n.Blind != "" {
		fact += " (nobody saw all: " + n.Blind + ")"
	}
	f := good(name, "%s", fact)
	switch {
	case share > disturbed && n.Resolution <= fine:
		return f.but("end what else runs: windows that others disturb are played again, which takes the time of forks")
	case n.Resolution > fine:
		return f.but("end what else runs; four times the --budget halves it; compare --ab holds on a busy machine")
	}
	return f
}
