package topo

import (
	"fmt"
	"strconv"
	"strings"
)

// cpuinfo is /proc/cpuinfo: what it says of each CPU that has a paragraph, and
// the first value of each key.
type cpuinfo struct {
	of    map[int]map[string]string
	first map[string]string
}

func (t tree) cpuinfo() cpuinfo {
	info := cpuinfo{of: map[int]map[string]string{}, first: map[string]string{}}
	paragraph := map[string]string{}
	for line := range strings.Lines(t.text("proc/cpuinfo")) {
		key, value, ok := strings.Cut(line, ":")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		if !ok || value == "" {
			continue
		}
		if id, err := parseCPU(value); err == nil && key == "processor" {
			paragraph = map[string]string{}
			info.of[id] = paragraph
		}
		for _, values := range []map[string]string{paragraph, info.first} {
			if values[key] == "" {
				values[key] = value
			}
		}
	}
	return info
}

// value returns what is said of a CPU. What its own paragraph leaves out holds
// for all CPUs, and stands anywhere.
func (info cpuinfo) value(id int, key string) string {
	if v := info.of[id][key]; v != "" {
		return v
	}
	return info.first[key]
}

// armParts names the cores of phones, laptops and servers, by the part number in
// Arm's MIDR_EL1 for the implementer 0x41, Arm itself: see
// arch/arm64/include/asm/cputype.h in the kernel.
var armParts = map[uint64]string{
	0xd03: "Cortex-A53", 0xd04: "Cortex-A35", 0xd05: "Cortex-A55", 0xd07: "Cortex-A57", 0xd08: "Cortex-A72",
	0xd09: "Cortex-A73", 0xd0a: "Cortex-A75", 0xd0b: "Cortex-A76", 0xd0c: "Neoverse-N1", 0xd0d: "Cortex-A77",
	0xd40: "Neoverse-V1", 0xd41: "Cortex-A78", 0xd44: "Cortex-X1", 0xd46: "Cortex-A510", 0xd47: "Cortex-A710",
	0xd48: "Cortex-X2", 0xd49: "Neoverse-N2", 0xd4d: "Cortex-A715", 0xd4e: "Cortex-X3", 0xd4f: "Neoverse-V2",
	0xd80: "Cortex-A520", 0xd81: "Cortex-A720", 0xd82: "Cortex-X4", 0xd84: "Neoverse-V3", 0xd8e: "Neoverse-N3",
}

// modelOf names a CPU's core. arm64 has no model name, only numbers.
func (t tree) modelOf(id int, info cpuinfo) string {
	for _, key := range []string{"model name", "cpu model", "uarch"} {
		if v := info.value(id, key); v != "" {
			return v
		}
	}
	if model := t.midr(id); model != "" {
		return model
	}
	if part := info.value(id, "CPU part"); part != "" {
		return armModel(info.value(id, "CPU implementer"), part)
	}
	return info.value(id, "cpu")
}

// midr names a core by its identification register, MIDR_EL1.
func (t tree) midr(id int) string {
	text := t.text(cpuDir, "cpu"+strconv.Itoa(id), "regs/identification/midr_el1")
	midr, err := strconv.ParseUint(text, 0, 64)
	if err != nil {
		return ""
	}
	return armModel(fmt.Sprintf("%#x", midr>>24&0xff), fmt.Sprintf("%#x", midr>>4&0xfff))
}

func armModel(implementer, part string) string {
	maker, err1 := strconv.ParseUint(implementer, 0, 64)
	number, err2 := strconv.ParseUint(part, 0, 64)
	if name, ok := armParts[number]; ok && maker == 0x41 && err1 == nil && err2 == nil {
		return "Arm " + name
	}
	return fmt.Sprintf("implementer %s part %s", implementer, part)
}
