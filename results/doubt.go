package results

import "fmt"

// disturbed is the share of windows from which a run is called so.
const disturbed = 0.05

// disturbance says how much of a run others have disturbed, if it is much.
func disturbance(forks []Fork) []string {
	var all Fork
	for _, f := range forks {
		all.Windows += f.Windows
		all.Replayed += f.Replayed
		all.Disturbed += f.Disturbed
	}
	played := all.Windows + all.Replayed
	if float64(all.Replayed+all.Disturbed) <= disturbed*float64(played) {
		return nil
	}
	return []string{fmt.Sprintf("disturbed: in %d of %d windows a worker lost its core to somebody else; %d of them were played again, and of %d the time lost was subtracted",
		all.Replayed+all.Disturbed, played, all.Replayed, all.Disturbed)}
}

// layouts says if the forks had one layout only.
func layouts(f File) []string {
	if f.Value("layouts") != "1" {
		return nil
	}
	return []string{"layouts: 1: all forks ran the same binary; another layout of its code can move a ratio by a few percent, which no interval shows."}
}

// unfit says why no figure should come from the program that measured, if there is a
// reason.
func unfit(f File) []string {
	why := f.Value("unfit")
	if why == "" {
		return nil
	}
	return []string{"unfit: " + why + ": no figure should come from such a program."}
}
