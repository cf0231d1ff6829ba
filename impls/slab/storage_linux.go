//go:build !nolinux

package slab

import "golang.org/x/sys/unix"

// HugePages says what is asked of the kernel for element memory.
const HugePages = "madvise"

// mapFlags keep address space that is never touched from counting as memory.
const mapFlags = unix.MAP_PRIVATE | unix.MAP_ANON | unix.MAP_NORESERVE

// advise asks for huge pages. Refused advice costs speed only, and alike for all.
func advise(b []byte) { _ = unix.Madvise(b, unix.MADV_HUGEPAGE) }
