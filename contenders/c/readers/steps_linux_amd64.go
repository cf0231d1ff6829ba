package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"reflect"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"

	"readmostly/contenders/c/cmaps"
	"readmostly/internal/topo"
)

// mark tells a tracer that a batch comes next.
func mark() { _ = unix.Tgkill(unix.Getpid(), unix.Gettid(), unix.SIGUSR1) }

// countSteps runs the binary step by step and returns what its loops execute, by
// their names. The error says why that can't be had.
func countSteps(ctx context.Context, binary string) (map[string]instructions, error) {
	runtime.LockOSThread() // the tracer is a thread
	defer runtime.UnlockOSThread()
	// Each step wakes one of the two: on one core that is quicker.
	if cpus, err := topo.Allowed(); err == nil && topo.PinThread(cpus[0]) == nil {
		defer topo.UnpinThread()
	}
	var out, complaints bytes.Buffer
	cmd := exec.CommandContext(ctx, binary)
	cmd.Env = append(cmd.Environ(), stepsVariable+"=1", "GODEBUG=asyncpreemptoff=1", "GOGC=off")
	cmd.Stdout, cmd.Stderr = &out, &complaints
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("tracing %s: %w", binary, err)
	}
	batches, err := trace(cmd.Process.Pid)
	if err != nil {
		_ = cmd.Process.Kill()
		return nil, fmt.Errorf("tracing %s: %w: %s", binary, err, complaints.String())
	}
	_ = cmd.Wait() // for its output: trace has seen its end
	var names []string
	if err := json.Unmarshal(out.Bytes(), &names); err != nil || len(batches) != batchesPerLoop*len(names) {
		return nil, fmt.Errorf("tracing %s: %d batches of %d loops: %s", binary, len(batches), len(names), complaints.String())
	}
	all := map[string]instructions{}
	for i, name := range names {
		all[name] = newInstructions(batches[i*batchesPerLoop : (i+1)*batchesPerLoop])
	}
	return all, nil
}

// trace follows a process that has just begun to its end, and counts the
// instructions of each batch that it announces.
func trace(pid int) (batches []tracing, err error) {
	var status syscall.WaitStatus
	wait := func() error {
		_, err := syscall.Wait4(pid, &status, syscall.WALL, nil)
		return err
	}
	if err := wait(); err != nil {
		return nil, err
	}
	for signal := 0; ; {
		if err := syscall.PtraceCont(pid, signal); err != nil {
			return nil, err
		}
		if err := wait(); err != nil {
			return nil, err
		}
		switch {
		case status.Exited() && status.ExitStatus() == 0:
			return batches, nil
		case status.Exited(), status.Signaled():
			return nil, fmt.Errorf("it ended with status %#x", uint32(status))
		case status.StopSignal() == syscall.SIGUSR1:
			n, err := countBatch(pid, wait, &status)
			if err != nil {
				return nil, err
			}
			batches = append(batches, n)
			signal = 0
		default:
			signal = int(status.StopSignal())
		}
	}
}

// farEnough is more than what is executed between an announcement and its batch.
const farEnough = 1 << 14

// countBatch steps through the batch that comes next, which is play, or in a loop in
// C its one call into C.
func countBatch(pid int, wait func() error, status *syscall.WaitStatus) (tracing, error) {
	ours := span{entry: uint64(reflect.ValueOf(play).Pointer())}
	inC := span{entry: uint64(cmaps.RunEntry())}
	for n := 0; !ours.over && !inC.over; n++ {
		if n == farEnough && !ours.inside {
			return tracing{}, errors.New("no batch begins: is the binary at another address each time (PIE)?")
		}
		if err := syscall.PtraceSingleStep(pid); err != nil {
			return tracing{}, err
		}
		if err := wait(); err != nil {
			return tracing{}, err
		}
		if !status.Stopped() {
			return tracing{}, fmt.Errorf("it ended inside a batch with status %#x", uint32(*status))
		}
		var regs syscall.PtraceRegs
		if err := syscall.PtraceGetRegs(pid, &regs); err != nil {
			return tracing{}, err
		}
		ours.step(regs.Rip, regs.Rsp)
		inC.step(regs.Rip, regs.Rsp)
	}
	counted := ours
	if inC.over {
		counted = inC
	}
	t := tracing{all: len(counted.path)}
	for _, pc := range counted.path {
		var code [4]byte
		if _, err := syscall.PtracePeekText(pid, uintptr(pc), code[:]); err != nil {
			return tracing{}, err
		}
		if isNop(code[:]) {
			t.nops++
		}
	}
	return t, nil
}
