package topo

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// without returns the tree less all files whose path contains the text.
func without(fsys fstest.MapFS, text string) fstest.MapFS {
	for path := range fsys {
		if strings.Contains(path, text) {
			delete(fsys, path)
		}
	}
	return fsys
}

// with returns the tree with one file changed or added.
func with(fsys fstest.MapFS, path, content string) fstest.MapFS {
	fsys[path] = &fstest.MapFile{Data: []byte(content)}
	return fsys
}

func TestReadFS(t *testing.T) {
	for _, tt := range []struct {
		name      string
		fsys      fstest.MapFS
		allowed   []int
		cpus      string
		cores     int
		known     bool
		smt       bool
		nodes     int
		placement string // of one worker a CPU, and one more
	}{
		{"vm", vmTree(), nil, "0-1", 2, true, false, 1, "0-1,0"},
		{"vm, one CPU allowed", vmTree(), []int{1}, "1", 1, true, false, 1, "1,1"},
		{"smt", smtTree(), nil, "0-7", 4, true, true, 2, "0,2,1,3-4,6,5,7,0"},
		{"smt, one node allowed", smtTree(), []int{1, 3, 5, 7}, "1,3,5,7", 2, true, true, 1, "1,3,5,7,1"},
		{"smt, first threads allowed", smtTree(), []int{0, 1, 2, 3}, "0-3", 4, true, true, 2, "0,2,1,3,0"},
		{"smt, offline", with(smtTree(), "sys/devices/system/cpu/online", "0-3,6"), nil, "0-3,6", 4, true, true, 2, "0,2,1,3,6,0"},
		{"smt turned off", with(smtTree(), "sys/devices/system/cpu/online", "0-3"), nil, "0-3", 4, true, false, 2, "0,2,1,3,0"},
		{"hybrid", hybridTree(), nil, "0-7", 6, true, true, 1, "0,2,4-7,1,3,0"},
		{"arm", armTree(), nil, "0-3", 4, true, false, 0, "2-3,0-2"},
		{"no topology", without(vmTree(), "topology"), nil, "0-1", 2, false, false, 1, "0-1,0"},
		{"no nodes", without(smtTree(), "node"), nil, "0-7", 4, true, true, 0, "0,2,1,3-4,6,5,7,0"},
		{"no online list", without(smtTree(), "cpu/online"), nil, "0-7", 4, true, true, 2, "0,2,1,3-4,6,5,7,0"},
		{"no online list, one offline", with(without(vmTree(), "cpu/online"), "sys/devices/system/cpu/cpu1/online", "0\n"), nil, "0", 1, true, false, 1, "0,0"},
		{"no sysfs", fstest.MapFS{}, []int{2, 0}, "0,2", 2, false, false, 0, "0,2,0"},
		{"broken lists", files("sys/devices/system/cpu/online: 0-1", "sys/devices/system/cpu/cpu{0-1}/topology/core_cpus_list: 0-4294967295"), nil, "0-1", 2, false, false, 0, "0-1,0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, err := ReadFS(tt.fsys, tt.allowed)
			if err != nil {
				t.Fatal(err)
			}
			got := fmt.Sprintf("cpus %s cores %d known %t smt %t nodes %d placement %s",
				FormatCPUList(m.ids()), m.Cores(), m.Known, m.SMT, m.Nodes, FormatCPUList(m.Placement(len(m.CPUs)+1)))
			want := fmt.Sprintf("cpus %s cores %d known %t smt %t nodes %d placement %s",
				tt.cpus, tt.cores, tt.known, tt.smt, tt.nodes, tt.placement)
			if got != want {
				t.Errorf("\ngot  %s\nwant %s", got, want)
			}
		})
	}
}

func TestReadFSErrors(t *testing.T) {
	for _, tt := range []struct {
		fsys    fstest.MapFS
		allowed []int
		want    string
	}{
		{fstest.MapFS{}, nil, "no list of CPUs"},
		{vmTree(), []int{7}, "none of the allowed CPUs (7) is online (0-1)"},
		{vmTree(), []int{}, "none of the allowed CPUs () is online (0-1)"},
	} {
		if m, err := ReadFS(tt.fsys, tt.allowed); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("allowed %v: %v, %v; want an error with %q", tt.allowed, m, err, tt.want)
		}
	}
}

func TestCPUFields(t *testing.T) {
	m, err := ReadFS(smtTree(), nil)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(m.CPUs[5])
	if want := fmt.Sprint(CPU{ID: 5, Core: 1, Package: 1, Node: 1, Siblings: []int{1, 5}}); got != want {
		t.Errorf("CPU 5 is %s, want %s", got, want)
	}
	if m, err = ReadFS(armTree(), nil); err != nil {
		t.Fatal(err)
	}
	if a, b := m.CPUs[0].Class, m.CPUs[2].Class; a != 1 || b != 0 {
		t.Errorf("the small core has class %d and the fast one %d, want 1 and 0", a, b)
	}
}

// FuzzReadFS writes the same garbage to each file in turn of each tree: what is
// returned must be usable whatever the kernel's files hold.
func FuzzReadFS(f *testing.F) {
	for _, seed := range []string{"", "\n", "0-3", "-1", "99999999999999999999", "3-1", "0,0,0", "1\x00", "K", "9223372036854775807K", "flags : hypervisor", ":", "8191"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, garbage []byte) {
		for _, tree := range []func() fstest.MapFS{vmTree, smtTree, hybridTree, armTree} {
			paths := []string{"sys/hypervisor/type", "sys/class/dmi/id/sys_vendor"}
			for path := range tree() {
				paths = append(paths, path)
			}
			for _, path := range paths {
				m, err := ReadFS(with(tree(), path, string(garbage)), nil)
				if err != nil {
					continue
				}
				n := len(m.CPUs) + 1
				placed := m.Placement(n)
				if len(placed) != n || m.Cores() < 1 || m.Cores() > len(m.CPUs) {
					t.Fatalf("%s: %d cores, %d of %d workers placed", path, m.Cores(), len(placed), n)
				}
				slices.Sort(placed)
				if got := slices.Compact(placed); !slices.Equal(got, m.ids()) {
					t.Fatalf("%s: placed on %v of %v", path, got, m.ids())
				}
				for _, pair := range m.Config(nil) {
					if pair[1] == "" || strings.ContainsAny(pair[1], "\n\r") {
						t.Fatalf("%s: %q", path, pair)
					}
				}
			}
		}
	})
}
