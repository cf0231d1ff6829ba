package results

import "fmt"

// disturbed is the share of windows, or of rounds, from which a run is called
// so.
const disturbed = 0.05

// disturbance says how much of a run others have disturbed, if it is much.
func disturbance(forks []Fork) []string {
	var all Fork
	for _, f := range forks {
		all.Rounds += f.Rounds
		all.Windows += f.Windows
		all.Replayed += f.Replayed
		all.Disturbed += f.Disturbed
	}
	lost := float64(all.Disturbed) > disturbed*float64(all.Windows)
	again := float64(all.Replayed) > disturbed*float64(all.Rounds+all.Replayed)
	if !lost && !again {
		return nil
	}
	return []string{fmt.Sprintf("disturbed: in %d of %d windows a worker lost its core; %d of %d rounds were thrown away for that and played again",
		all.Disturbed, all.Windows, all.Replayed, all.Rounds+all.Replayed)}
}

// layouts says if the forks had one layout only.
func layouts(f File) []string {
	if f.Value("layouts") != "1" {
		return nil
	}
	return []string{"layouts: 1: all forks ran the same binary; another layout of its code can move a ratio by a few percent, which no interval shows."}
}
