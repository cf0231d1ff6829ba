package perf

import (
	"syscall"
	"testing"
)

// fake is a machine in software: policy decides what may be opened, and the
// counts, times and ids are set by the test. It fails the test on misuse.
type fake struct {
	t       *testing.T
	policy  func(a attr, userOnly bool, members []attr) error
	counts  map[attr]uint64
	enabled uint64
	running uint64
	limit   int // of open descriptors, 0 for none
	idErr   error
	readErr error
	short   int                       // bytes missing from a read
	runs    func(members []attr) bool // whether a group gets counters; nil for always
	spins   int
	now     bool // enabled groups run at once

	fds   map[int]*fakeFD
	next  int
	calls []string
}

type fakeFD struct {
	attr    attr
	leader  int
	members []int // of a leader, itself first
	enabled bool
	times   [2]uint64 // enabled and running, of a leader
}

func (k *fake) open(a attr, userOnly bool, leader int) (int, error) {
	if k.limit > 0 && len(k.fds) >= k.limit {
		return -1, syscall.EMFILE
	}
	var members []attr
	if leader >= 0 {
		l := k.fds[leader]
		if l == nil || l.leader != leader {
			k.t.Fatalf("descriptor %d leads no group", leader)
		}
		for _, fd := range l.members {
			members = append(members, k.fds[fd].attr)
		}
	}
	if err := k.policy(a, userOnly, members); err != nil {
		return -1, err
	}
	k.next++
	fd := k.next + 100
	if k.fds == nil {
		k.fds = map[int]*fakeFD{}
	}
	if leader < 0 {
		k.fds[fd] = &fakeFD{attr: a, leader: fd, members: []int{fd}}
		return fd, nil
	}
	l := k.fds[leader]
	l.members = append(l.members, fd)
	k.fds[fd] = &fakeFD{attr: a, leader: leader}
	return fd, nil
}

func (k *fake) id(fd int) (uint64, error) { return uint64(fd) * 1000, k.idErr }

func (k *fake) enable(leader int) error  { return k.call("enable", leader) }
func (k *fake) disable(leader int) error { return k.call("disable", leader) }

func (k *fake) call(what string, leader int) error {
	kind := "hardware"
	if k.fds[leader].attr.typ == typeSoftware {
		kind = "software"
	}
	k.calls = append(k.calls, what+" "+kind)
	k.fds[leader].enabled = what == "enable"
	if k.now && what == "enable" {
		k.fds[leader].times[0]++
		k.fds[leader].times[1]++
	}
	return nil
}

// spin lets time pass for the groups that are enabled.
func (k *fake) spin() {
	k.spins++
	for _, fd := range k.fds {
		if !fd.enabled {
			continue
		}
		fd.times[0] += 1000
		var members []attr
		for _, m := range fd.members {
			members = append(members, k.fds[m].attr)
		}
		if k.runs == nil || k.runs(members) {
			fd.times[1] += 1000
		}
	}
}

// read returns the members' values in reverse order, as only ids are promised.
func (k *fake) read(leader int, buf []byte) (int, error) {
	if k.readErr != nil {
		return -1, k.readErr
	}
	var values []value
	members := k.fds[leader].members
	for i := range members {
		fd := members[len(members)-1-i]
		values = append(values, value{k.counts[k.fds[fd].attr], uint64(fd) * 1000})
	}
	times := k.fds[leader].times
	data := encode(k.enabled+times[0], k.running+times[1], values...)
	if len(buf) < len(data) {
		return -1, syscall.ENOSPC
	}
	return copy(buf, data[:len(data)-k.short]), nil
}

func (k *fake) close(fd int) error {
	if k.fds[fd] == nil {
		k.t.Fatalf("descriptor %d closed twice", fd)
	}
	delete(k.fds, fd)
	return nil
}

// Policies. Each is a machine that somebody runs readmostly on.

// bareMetal has four counters, and lacks the generic node events.
func bareMetal(a attr, _ bool, members []attr) error {
	if a.typ == typeCache && a.config&0xff == 6 {
		return syscall.ENOENT
	}
	if a.typ != typeSoftware && len(members) >= 4 {
		return syscall.EINVAL
	}
	return nil
}

// virtualMachine has no hardware counters.
func virtualMachine(a attr, _ bool, _ []attr) error {
	if a.typ != typeSoftware {
		return syscall.ENOENT
	}
	return nil
}

// unprivileged is any machine under kernel.perf_event_paranoid=2. The kernel
// checks the permission before it looks for the event.
func unprivileged(machine func(attr, bool, []attr) error) func(attr, bool, []attr) error {
	return func(a attr, userOnly bool, members []attr) error {
		if !userOnly {
			return syscall.EACCES
		}
		return machine(a, userOnly, members)
	}
}

// always refuses everything with one error, or nothing if that is nil.
func always(err error) func(attr, bool, []attr) error {
	return func(attr, bool, []attr) error { return err }
}
