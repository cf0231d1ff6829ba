//go:build !nolinux

package slab

import "testing"

func TestTryHugePages(t *testing.T) {
	g := TryHugePages()
	if !g.Known {
		t.Skip("no /proc here")
	}
	if g.Touched != grantedPages*hugePage || g.Huge < 0 || g.Huge > g.Touched || g.Huge%hugePage != 0 {
		t.Errorf("%+v", g)
	}
}

// A part of the range is in one mapping and a part in another.
func TestParseSmaps(t *testing.T) {
	const smaps = `00400000-00500000 r-xp 00000000 08:02 173521      /usr/bin/dbus-daemon
Size:               1024 kB
AnonHugePages:      1024 kB
7f0000000000-7f0000400000 rw-p 00000000 00:00 0
Size:               4096 kB
AnonHugePages:      2048 kB
VmFlags: rd wr hg
7f0000400000-7f0000800000 rw-p 00000000 00:00 0
AnonHugePages:      4096 kB
7f0000800000-7f0000a00000 rw-p 00000000 00:00 0
AnonHugePages:      2048 kB
`
	for _, tt := range []struct {
		name       string
		smaps      string
		begin, end uint64
		want       int64
		known      bool
	}{
		{"two mappings", smaps, 0x7f0000200000, 0x7f0000800000, 6 << 20, true},
		{"one", smaps, 0x7f0000400000, 0x7f0000600000, 4 << 20, true},
		{"none", smaps, 0x600000, 0x700000, 0, false},
		{"a kernel that doesn't say", "00400000-00500000 r-xp 0 0:0 0\nSize: 1024 kB\n", 0x400000, 0x500000, 0, false},
		{"broken", "00400000-00500000 r-xp 0 0:0 0\nAnonHugePages: many kB\n", 0x400000, 0x500000, 0, false},
	} {
		if got, known := parseSmaps(tt.smaps, tt.begin, tt.end); got != tt.want || known != tt.known {
			t.Errorf("%s: %d, %v", tt.name, got, known)
		}
	}
}
