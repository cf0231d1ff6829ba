//go:build unix && (!linux || nolinux)

package slab

import "golang.org/x/sys/unix"

// HugePages says what is asked of the kernel for element memory.
const HugePages = "none"

const mapFlags = unix.MAP_PRIVATE | unix.MAP_ANON

func advise([]byte) {}
