//go:build !amd64 && !arm64

package cycles

const name = ""

func read() uint64 { return 0 }

// counts reports that no counter is known.
func counts() bool { return false }
