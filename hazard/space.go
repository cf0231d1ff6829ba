package hazard

import "unsafe"

// Space returns how many bytes each participant takes when it has retired as many
// references as make it scan: its slots, padding included, the list of what it has
// retired, the set by which it knows what is retired twice, and the list of what a
// scan reclaims.
func (d *Domain) Space() int {
	var waiting set
	retired := d.Threshold()
	for n := range retired {
		waiting.add(uint64(n + 1))
	}
	words := memoryWords(d.slots) + len(waiting.table) + 2*retired
	return int(unsafe.Sizeof(Participant{})) + words*int(unsafe.Sizeof(uint64(0)))
}
