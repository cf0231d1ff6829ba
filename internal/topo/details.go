package topo

import (
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// cpuinfo returns the first value of a key of /proc/cpuinfo.
func (t tree) cpuinfo(key string) string {
	for line := range strings.Lines(t.text("proc/cpuinfo")) {
		name, value, ok := strings.Cut(line, ":")
		if ok && strings.TrimSpace(name) == key {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// armParts names the cores that servers and laptops use, by the part number in
// Arm's MIDR_EL1 for the implementer 0x41, Arm itself.
var armParts = map[string]string{
	"0xd03": "Cortex-A53", "0xd07": "Cortex-A57", "0xd08": "Cortex-A72", "0xd0b": "Cortex-A76",
	"0xd0c": "Neoverse-N1", "0xd40": "Neoverse-V1", "0xd49": "Neoverse-N2", "0xd4f": "Neoverse-V2",
}

// model names the processor. arm64 has no model name, only numbers.
func (t tree) model() string {
	for _, key := range []string{"model name", "cpu model", "uarch"} {
		if v := t.cpuinfo(key); v != "" {
			return v
		}
	}
	if part := t.cpuinfo("CPU part"); part != "" {
		implementer := t.cpuinfo("CPU implementer")
		if name, ok := armParts[part]; ok && implementer == "0x41" {
			return "Arm " + name
		}
		return fmt.Sprintf("implementer %s part %s", implementer, part)
	}
	return t.cpuinfo("cpu")
}

// cpuidVendor is the signature that a hypervisor answers in CPUID leaf
// 0x40000000, empty where there is none or where it can't be asked.
type cpuidVendor string

var vendors = map[cpuidVendor]string{
	"KVMKVMKVM": "kvm", "Linux KVM Hv": "kvm", "VMwareVMware": "vmware", "Microsoft Hv": "hyper-v",
	"XenVMMXenVMM": "xen", "TCGTCGTCGTCG": "qemu", "bhyve bhyve ": "bhyve", "VBoxVBoxVBox": "virtualbox",
	"ACRNACRNACRN": "acrn", " lrpepyh  vr": "parallels",
}

// firmware maps words in the vendor and product names of the firmware.
var firmware = []struct{ word, name string }{
	{"VMware", "vmware"}, {"VirtualBox", "virtualbox"}, {"QEMU", "qemu"}, {"KVM", "kvm"}, {"Bochs", "bochs"},
	{"Xen", "xen"}, {"Parallels", "parallels"}, {"BHYVE", "bhyve"}, {"Apple Virtualization", "apple"},
	{"Virtual Machine", "hyper-v"}, {"Google Compute Engine", "google"}, {"Amazon EC2", "amazon"},
}

// virtualization names the hypervisor, then the kind of container. On x86 the
// processor says whether there is a hypervisor, so "none" is certain there; on
// others an unknown one stays unknown.
func (t tree) virtualization(vendor cpuidVendor) string {
	flags := strings.Fields(t.cpuinfo("flags"))
	virtual := slices.Contains(flags, "hypervisor")
	name := ""
	switch {
	case len(flags) > 0 && !virtual && vendor == "":
		name = "none"
	case vendors[vendor] != "":
		name = vendors[vendor]
	case t.text("sys/hypervisor/type") != "":
		name = t.text("sys/hypervisor/type")
	default:
		name = t.firmware()
		if name == "" && (virtual || vendor != "") {
			name = "vm"
		}
	}
	for _, container := range []struct{ file, name string }{{".dockerenv", "docker"}, {"run/.containerenv", "podman"}} {
		if _, err := fs.Stat(t.FS, container.file); err == nil {
			if name != "" {
				name += ", "
			}
			return name + "in a " + container.name + " container"
		}
	}
	return name
}

func (t tree) firmware() string {
	product := t.text("sys/class/dmi/id/product_name")
	words := t.text("sys/class/dmi/id/sys_vendor") + " " + product
	if strings.HasSuffix(product, ".metal") {
		return ""
	}
	for _, f := range firmware {
		if strings.Contains(words, f.word) {
			return f.name
		}
	}
	return ""
}

// governor returns the frequency governors of the CPUs: one, or all there are.
func (t tree) governor(cpus []CPU) string {
	var names []string
	for _, c := range cpus {
		name := t.text(cpuDir, "cpu"+strconv.Itoa(c.ID), "cpufreq/scaling_governor")
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, "+")
}
