package topo

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// inGroups is the environment variable by which TestInGroups tells itself which
// groups to enter.
const inGroups = "READMOSTLY_TEST_GROUPS"

// TestInGroups makes groups with limits, where the machine permits that, and asks
// a process that is in a group below those what it may have.
func TestInGroups(t *testing.T) {
	if dirs := os.Getenv(inGroups); dirs != "" {
		for dir := range strings.SplitSeq(dirs, ",") {
			if err := os.WriteFile(filepath.Join(dir, "cgroup.procs"), fmt.Append(nil, os.Getpid()), 0); err != nil {
				t.Fatal(err)
			}
		}
		quota, _ := CPUQuota()
		bytes, _ := AvailableMemory()
		fmt.Printf("quota %v, %d MiB\n", quota, bytes/mib)
		return
	}
	memory := makeGroup(t, "memory", map[string]string{"memory.max": "268435456", "memory.limit_in_bytes": "268435456"})
	cpu := makeGroup(t, "cpu", map[string]string{"cpu.max": "50000 100000", "cpu.cfs_quota_us": "50000"})
	inside := exec.Command(os.Args[0], "-test.run=^TestInGroups$", "-test.v")
	inside.Env = append(os.Environ(), inGroups+"="+memory+","+cpu)
	out, err := inside.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var quota float64
	var available uint64
	_, found, _ := strings.Cut(string(out), "quota ")
	if _, err := fmt.Sscanf("quota "+found, "quota %v, %d MiB", &quota, &available); err != nil {
		t.Fatalf("%v in\n%s", err, out)
	}
	if quota <= 0 || quota > 0.5 || available == 0 || available > 256 {
		t.Errorf("a quota of %v CPUs and %d MiB, want at most 0.5 and 256", quota, available)
	}
}

// makeGroup makes a group with the limits that its version knows at the top of a
// controller's hierarchy, and returns the folder of one below it. It skips the
// test where that is not possible.
func makeGroup(t *testing.T, controller string, limits map[string]string) string {
	t.Helper()
	var top group
	for _, g := range (tree{os.DirFS("/")}).groups(controller) {
		if !top.legacy || g.legacy { // a controller of version 1 is not in the other hierarchy
			top = g
		}
	}
	if top.dir == "" {
		t.Skip("no control groups")
	}
	outer := filepath.Join("/", top.dir, fmt.Sprintf("readmostly-test-%d", os.Getpid()))
	inner := filepath.Join(outer, "below")
	t.Cleanup(func() { os.Remove(inner); os.Remove(outer) })
	if err := os.Mkdir(outer, 0o755); err != nil {
		t.Skip("groups can't be made here: ", err)
	}
	if err := os.Mkdir(inner, 0o755); err != nil {
		t.Skip("groups can't be made here: ", err)
	}
	limited := false
	for name, value := range limits {
		limited = limited || os.WriteFile(filepath.Join(outer, name), []byte(value), 0) == nil
	}
	if !limited {
		t.Skip("groups can't be limited here")
	}
	return inner
}
