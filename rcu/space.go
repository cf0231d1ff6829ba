package rcu

import "unsafe"

// BulkSpace returns how many bytes a [Bulk] of such handles takes while grace
// periods end before as many objects as [Options].Gather have been added again: it
// fills pages with those while as many others wait in theirs.
func BulkSpace[H any](o Options) int {
	handle := int(unsafe.Sizeof(*new(H)))
	pages := (o.withDefaults().Gather + handlesOf(handle) - 1) / handlesOf(handle)
	return int(unsafe.Sizeof(Bulk[H]{})) + bulkScratch*handle + 2*pages*handlesOf(handle)*handle
}

// Space returns how many bytes the domain takes, the counters of its readers
// included.
func (d *SRCU) Space() int {
	return int(unsafe.Sizeof(*d)) + (len(d.own)+len(d.shared))*int(unsafe.Sizeof(srcuCounts{}))
}
