package topo

import "testing"

func TestThreadLimit(t *testing.T) {
	const kernel = "proc/sys/kernel/"
	for _, tt := range []struct {
		name  string
		lines []string
		want  int // 0 for unknown
	}{
		{"nothing known", nil, 0},
		{"the kernel's", []string{kernel + "threads-max: 100000", kernel + "pid_max: 32768"}, 32768},
		{"a control group", []string{kernel + "threads-max: 100000", unified, "proc/self/cgroup: 0::/a/b",
			"sys/fs/cgroup/a/pids.max: 512", "sys/fs/cgroup/a/b/pids.max: max"}, 512},
		{"of version 1", []string{"proc/self/mountinfo: 31 23 0:28 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids", "proc/self/cgroup: 4:pids:/a",
			"sys/fs/cgroup/pids/a/pids.max: 100"}, 100},
	} {
		got, known := tree{files(tt.lines...)}.threadLimit()
		if got != tt.want || known != (tt.want > 0) {
			t.Errorf("%s: %d, %v, want %d", tt.name, got, known, tt.want)
		}
	}
}
