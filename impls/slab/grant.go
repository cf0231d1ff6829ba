package slab

// A Grant says what the kernel gave when huge pages were asked for.
type Grant struct {
	Touched int64 // bytes that were touched, as elements touch them
	Huge    int64 // of them, bytes in huge pages
	Known   bool  // the kernel says what is in huge pages
}

// String returns the word for result files: granted, partly or refused, and nothing
// where that is unknown.
func (g Grant) String() string {
	switch {
	case !g.Known:
		return ""
	case g.Huge >= g.Touched:
		return "granted"
	case g.Huge > 0:
		return "partly"
	}
	return "refused"
}

// grantedPages is how many huge pages [TryHugePages] touches.
const grantedPages = 4

// TryHugePages takes some memory as a slab does, touches it, looks whether it lies in
// huge pages, and gives it back. It takes milliseconds and 8 MiB. No slab should be
// made meanwhile.
func TryHugePages() Grant { return tryHugePages() }
