//go:build !amd64 && !arm64

package mem

// Pause tells the core n times that it is in a waiting loop.
func Pause(n uint32) {
	for ; n > 0; n-- {
		pauseOnce()
	}
}

//go:noinline
func pauseOnce() {}
