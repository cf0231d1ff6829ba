package perf

import (
	"runtime"
	"slices"
)

// Examples returns a raw code and a term list as this machine's cores take them,
// for the user to learn from: see [Parse].
func (p Parser) Examples() (raw, terms string) {
	u := p.units()
	unit, formats := usualCore(runtime.GOARCH)
	if len(u.cores) > 0 {
		unit = u.cores[max(0, u.own)].name
		formats = u.names(unit, "format")
	}
	switch {
	case slices.Contains(formats, "umask"):
		return "r04d2", unit + "/event=0xd2,umask=0x4/"
	case slices.Contains(formats, "event"):
		return "r8", unit + "/event=0x8/"
	}
	return "r8", unit + "/config=0x8/"
}

// usualCore returns the name and the terms that the cores' unit has as a rule,
// for machines that show none.
func usualCore(goarch string) (unit string, formats []string) {
	switch goarch {
	case "amd64", "386":
		return "cpu", []string{"event", "umask"}
	case "arm64":
		return "armv8_pmuv3", []string{"event"}
	}
	return "cpu", nil
}
