package perf

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// OpenError says why an event is not counted, and what would help. It unwraps
// to the error of the system call.
type OpenError struct {
	Event string
	Err   error
	Hint  string
}

func (e *OpenError) Error() string { return e.Event + ": " + e.Reason() }

func (e *OpenError) Unwrap() error { return e.Err }

// Reason is the error without the event's name.
func (e *OpenError) Reason() string {
	switch {
	case e.Err == nil:
		return e.Hint
	case e.Hint == "":
		return e.Err.Error()
	}
	return e.Hint + " (" + e.Err.Error() + ")"
}

// environment is what the hints need to know about the machine.
type environment struct {
	paranoid string // kernel.perf_event_paranoid, empty where unknown
	pmu      bool   // the cores have counters
	kinds    bool   // and those of several kinds have their own
}

func readEnvironment(fsys fs.FS) environment {
	data, err := fs.ReadFile(fsys, "proc/sys/kernel/perf_event_paranoid")
	if err != nil {
		data = nil
	}
	units := newUnits(fsys, nil)
	return environment{paranoid: strings.TrimSpace(string(data)), pmu: units.hasCore(), kinds: units.kinds()}
}

func thisEnvironment() environment { return readEnvironment(os.DirFS("/")) }

func (env environment) paranoidIs() string {
	if env.paranoid == "" {
		return "kernel.perf_event_paranoid"
	}
	return "kernel.perf_event_paranoid is " + env.paranoid
}

// explain wraps the error of opening e.
func (env environment) explain(e Event, err error) *OpenError {
	return &OpenError{Event: e.Name, Err: err, Hint: env.hint(e, err)}
}

// lacking is the reason for what the processor's counters can't count.
const lacking = "this processor does not count it"

// patchedLevel is the first kernel.perf_event_paranoid that the kernels of Debian,
// Ubuntu and Android know beyond the mainline's: it takes CAP_SYS_ADMIN to count
// anything then.
const patchedLevel = 3

func (env environment) hint(e Event, err error) string {
	if errors.Is(err, errors.ErrUnsupported) && runtime.GOOS != "linux" {
		return "counters need Linux's perf_event_open(2); this is " + runtime.GOOS
	}
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return ""
	}
	level, err := strconv.Atoi(env.paranoid)
	known := err == nil
	switch errno {
	case syscall.ENOENT:
		switch {
		case e.software():
			return "this kernel does not count it"
		case !env.pmu:
			return "no hardware counters (PMU): as a rule a virtual machine whose host does not pass them on; use bare metal, or turn the virtual PMU on"
		}
		return lacking
	case syscall.EPERM:
		capability := "PERFMON"
		if known && level >= patchedLevel {
			capability = "SYS_ADMIN"
		}
		return "forbidden by a container's seccomp filter, a missing capability or kernel lockdown; for a container, --cap-add " + capability + " or --security-opt seccomp=unconfined"
	case syscall.EACCES:
		hint := env.paranoidIs()
		switch {
		case known && level <= 1:
			return hint + ", which allows it, so a security module such as SELinux forbids it"
		case known && level >= patchedLevel:
			return hint + "; set it to 1 or less (sysctl kernel.perf_event_paranoid=1) or be root: from 3 on CAP_PERFMON does not help on the kernels of Debian, Ubuntu and Android"
		}
		return hint + "; set it to 1 or less (sysctl kernel.perf_event_paranoid=1) or grant CAP_PERFMON"
	case syscall.EMFILE, syscall.ENFILE:
		return "each worker needs a file descriptor for each event; raise `ulimit -n`, or count fewer events"
	case syscall.ENOSYS:
		return "this kernel is built without CONFIG_PERF_EVENTS, or a sandbox hides it"
	case syscall.EINVAL:
		return "the processor does not know this event code, can't count it together with the others, or counts it for a whole socket only"
	case syscall.EOPNOTSUPP:
		return "the hardware can't count this event, or not in this mode"
	case syscall.ENODEV:
		return "the kernel counts it on another processor only"
	case syscall.EBUSY:
		return "another program holds the hardware counters for itself"
	case syscall.E2BIG:
		return "this kernel is older than the event's definition"
	}
	return fmt.Sprintf("perf_event_open(2) explains errno %d", int(errno))
}

// isRefusal reports whether an error may go away when less is asked for.
func isRefusal(err error) bool {
	return errors.Is(err, syscall.EACCES) || errors.Is(err, syscall.EPERM)
}

// Paranoid returns kernel.perf_event_paranoid as /proc in fsys has it, which is rooted
// at /, and nothing where it is unknown.
func Paranoid(fsys fs.FS) string { return readEnvironment(fsys).paranoid }
