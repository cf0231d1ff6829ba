package topo

import (
	"io/fs"
	"slices"
	"strings"
)

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
func (t tree) virtualization(vendor cpuidVendor, info cpuinfo) string {
	flags := strings.Fields(info.first["flags"])
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
