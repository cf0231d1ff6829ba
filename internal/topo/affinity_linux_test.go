//go:build !nolinux

package topo

import (
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

func TestReadThisMachine(t *testing.T) {
	m, err := Read()
	if err != nil {
		t.Fatal(err)
	}
	allowed, err := Allowed()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(m.ids(), allowed) {
		t.Errorf("the machine has CPUs %v, the process may use %v", m.ids(), allowed)
	}
	if m.Kernel == "" {
		t.Error("no kernel release")
	}
	t.Log(m.Config(nil))
}

// TestPinThread pins a thread to each CPU in turn: its mask is that CPU alone
// and /proc agrees. Allowed must not notice, and unpinning gives all back.
func TestPinThread(t *testing.T) {
	allowed, err := Allowed()
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		runtime.LockOSThread()
		for _, cpu := range allowed {
			if err := PinThread(cpu); err != nil {
				t.Error(err)
				return
			}
			if mask, err := affinity(); err != nil || !slices.Equal(mask, []int{cpu}) {
				t.Errorf("pinned to %d, the mask is %v, %v", cpu, mask, err)
			}
			if on, err := currentCPU(); err != nil || on != cpu {
				t.Errorf("pinned to %d, running on %d, %v", cpu, on, err)
			}
			if now, err := Allowed(); err != nil || !slices.Equal(now, allowed) {
				t.Errorf("Allowed became %v, %v", now, err)
			}
		}
		if err := UnpinThread(); err != nil {
			t.Error(err)
		}
		if mask, err := affinity(); err != nil || !slices.Equal(mask, allowed) {
			t.Errorf("unpinned, the mask is %v, %v; want %v", mask, err, allowed)
		}
		runtime.UnlockOSThread()
	})
	wg.Wait()
}

// currentCPU returns the processor field of the thread's stat file.
func currentCPU() (int, error) {
	var data [1024]byte
	fd, err := unix.Open("/proc/thread-self/stat", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fd)
	n, err := unix.Read(fd, data[:])
	if err != nil {
		return 0, err
	}
	text := string(data[:n])
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	const processor = 39 - 3 // its number in proc(5), less those up to ')' and one
	return parseCPU(fields[processor])
}

func TestPinThreadErrors(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for cpu, want := range map[int]string{-1: "no such CPU", maxCPU + 1: "no such CPU", maxCPU: "offline, or outside the cpuset"} {
		if err := PinThread(cpu); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("PinThread(%d) = %v, want an error with %q", cpu, err, want)
		}
	}
}
