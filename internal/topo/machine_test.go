package topo

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

func config(t *testing.T, fsys fstest.MapFS, allowed []int, vendor cpuidVendor) string {
	t.Helper()
	m, err := tree{fsys}.machine(allowed, vendor)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, pair := range m.Config(nil) {
		fmt.Fprintf(&b, "%s: %s\n", pair[0], pair[1])
	}
	return b.String()
}

func TestConfig(t *testing.T) {
	for _, tt := range []struct {
		name    string
		fsys    fstest.MapFS
		allowed []int
		vendor  cpuidVendor
		want    string
	}{
		{"vm", vmTree(), nil, "KVMKVMKVM", `cpu: AMD EPYC
cores: 2
smt: off
numa: 1
caches: L1d 32 KiB, L1i 32 KiB, L2 1280 KiB, L3 32 MiB shared by 2 CPUs
kernel: 6.18.44
virtualization: kvm
`},
		{"smt", smtTree(), nil, "", `cpu: Intel(R) Xeon(R)
cores: 4
smt: on
numa: 2
virtualization: none
governor: performance+powersave
`},
		{"hybrid", hybridTree(), nil, "", `cpu: 13th Gen Intel(R) Core(TM)
cores: 6 (2+4, fastest first)
smt: on
numa: 1
virtualization: none
`},
		{"arm", armTree(), nil, "", `cpu: Arm Neoverse-N1
cores: 4 (2+2, fastest first)
smt: off
`},
		{"nothing known", fstest.MapFS{}, []int{0, 1}, "", "cpus: 2\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := config(t, tt.fsys, tt.allowed, tt.vendor); got != tt.want {
				t.Errorf("got\n%swant\n%s", got, tt.want)
			}
		})
	}
}

func TestVirtualization(t *testing.T) {
	const dmi = "sys/class/dmi/id/"
	bare := func() fstest.MapFS { return with(vmTree(), "proc/cpuinfo", "flags : fpu sse2\n") }
	arm := func(lines ...string) fstest.MapFS { return files(lines...) }
	for _, tt := range []struct {
		fsys   fstest.MapFS
		vendor cpuidVendor
		want   string
	}{
		{vmTree(), "", "vm"},
		{vmTree(), "unnamed", "vm"},
		{vmTree(), "Microsoft Hv", "hyper-v"},
		{with(vmTree(), dmi+"sys_vendor", "QEMU\n"), "", "qemu"},
		{with(vmTree(), "sys/hypervisor/type", "xen\n"), "", "xen"},
		{with(vmTree(), ".dockerenv", ""), "KVMKVMKVM", "kvm, in a docker container"},
		{bare(), "", "none"},
		{with(bare(), dmi+"sys_vendor", "Amazon EC2\n"), "", "none"},
		{arm(dmi+"sys_vendor: Amazon EC2", dmi+"product_name: m6g.large"), "", "amazon"},
		{arm(dmi+"sys_vendor: Amazon EC2", dmi+"product_name: m6g.metal"), "", ""},
		{arm("run/.containerenv: "), "", "in a podman container"},
		{arm(), "", ""},
	} {
		if got := (tree{tt.fsys}).virtualization(tt.vendor, tree{tt.fsys}.cpuinfo()); got != tt.want {
			t.Errorf("%v with CPUID %q: %q, want %q", tt.fsys, tt.vendor, got, tt.want)
		}
	}
}

func TestParseSize(t *testing.T) {
	for in, want := range map[string]int64{
		"32K": 32 << 10, "1M": 1 << 20, "2G": 2 << 30, "512": 512,
		"": 0, "K": 0, "-1K": 0, "1T": 0, "9223372036854775807K": 0, "9007199254740991K": 9007199254740991 << 10,
	} {
		if got := parseSize(in); got != want {
			t.Errorf("parseSize(%q) = %d, want %d", in, got, want)
		}
	}
}

func TestParsePlacement(t *testing.T) {
	m, err := ReadFS(smtTree(), []int{0, 1, 2, 3, 4})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		in   string
		n    int
		want string
	}{
		{"", 3, "0,2,1"},
		{"auto", 6, "0,2,1,3-4,0"},
		{"none", 6, ""},
		{"3,0", 3, "3,0,3"},
		{"0-4", 2, "0-1"},
		{"auto", 0, ""},
	} {
		got, err := m.ParsePlacement(tt.in, tt.n)
		if err != nil || FormatCPUList(got) != tt.want {
			t.Errorf("ParsePlacement(%q, %d) = %v, %v; want %s", tt.in, tt.n, got, err, tt.want)
		}
	}
	for in, want := range map[string]string{
		"0,7": "CPU 7 is offline or not allowed to this process; it may use 0-4",
		" ":   "names no CPU",
		"all": "auto and none are the other choices",
	} {
		if got, err := m.ParsePlacement(in, 2); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParsePlacement(%q) = %v, %v; want an error with %q", in, got, err, want)
		}
	}
}

func ExampleMachine_Placement() {
	m := Machine{CPUs: []CPU{
		{ID: 0, Core: 0, Node: 0}, {ID: 1, Core: 1, Node: 1},
		{ID: 2, Core: 0, Node: 0}, {ID: 3, Core: 1, Node: 1},
	}}
	fmt.Println(m.Placement(2), m.Placement(5))
	// Output: [0 1] [0 1 2 3 0]
}
