package topo

import "strings"

// cpuid executes the instruction of that name for a leaf and sub-leaf 0.
func cpuid(leaf uint32) (eax, ebx, ecx, edx uint32)

// hypervisorVendor asks the processor. Leaf 0x40000000 means something only
// where bit 31 of ECX in leaf 1 is set, which hypervisors do.
func hypervisorVendor() cpuidVendor {
	const hypervisorBit = 1 << 31
	if _, _, ecx, _ := cpuid(1); ecx&hypervisorBit == 0 {
		return ""
	}
	_, ebx, ecx, edx := cpuid(0x40000000)
	var b strings.Builder
	for _, word := range []uint32{ebx, ecx, edx} {
		for range 4 {
			b.WriteByte(byte(word))
			word >>= 8
		}
	}
	if name := strings.TrimRight(b.String(), "\x00"); name != "" {
		return cpuidVendor(name)
	}
	return "unnamed"
}
