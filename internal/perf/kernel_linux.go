package perf

import (
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

type system struct{}

// readFormat is the layout that decode knows.
const readFormat = unix.PERF_FORMAT_GROUP | unix.PERF_FORMAT_TOTAL_TIME_ENABLED |
	unix.PERF_FORMAT_TOTAL_TIME_RUNNING | unix.PERF_FORMAT_ID

func (system) open(a attr, userOnly bool, leader int) (int, error) {
	pe := unix.PerfEventAttr{
		Type:        a.typ,
		Size:        uint32(unsafe.Sizeof(unix.PerfEventAttr{})),
		Config:      a.config,
		Ext1:        a.config1,
		Ext2:        a.config2,
		Read_format: readFormat,
	}
	if leader < 0 {
		pe.Bits |= unix.PerfBitDisabled
	}
	if userOnly {
		pe.Bits |= unix.PerfBitExcludeKernel | unix.PerfBitExcludeHv
	}
	const thisThread, anyCPU = 0, -1
	for {
		fd, err := unix.PerfEventOpen(&pe, thisThread, anyCPU, leader, unix.PERF_FLAG_FD_CLOEXEC)
		if err != unix.EINTR {
			return fd, err
		}
	}
}

func (system) id(fd int) (uint64, error) {
	var id uint64
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.PERF_EVENT_IOC_ID, uintptr(unsafe.Pointer(&id))); errno != 0 {
		return 0, errno
	}
	return id, nil
}

func (system) enable(leader int) error  { return control(leader, unix.PERF_EVENT_IOC_ENABLE) }
func (system) disable(leader int) error { return control(leader, unix.PERF_EVENT_IOC_DISABLE) }

// control acts on the leader alone: its members run while it does.
func control(leader int, request uint) error {
	for {
		if err := unix.IoctlSetInt(leader, request, 0); err != unix.EINTR {
			return err
		}
	}
}

func (system) read(leader int, buf []byte) (int, error) {
	for {
		if n, err := unix.Read(leader, buf); err != unix.EINTR {
			return n, err
		}
	}
}

// spin waits without sleeping, as a thread's counters run while it does. Turns
// are a few milliseconds long: perf_event_mux_interval_ms in sysfs.
func (system) spin() {
	const turn = 4 * time.Millisecond
	for start := time.Now(); time.Since(start) < turn; {
	}
}

func (system) close(fd int) error { return unix.Close(fd) }
