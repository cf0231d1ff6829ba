package rcu

import (
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"time"
)

// The checked mode, built with -tags rcudebug, keeps a list of the sections
// under way with the goroutine and the stack of each, and tells of misuse that
// would otherwise show as corrupted data or a program that hangs. It makes
// readers thousands of times slower. Without the tag every check is behind a
// false constant, and nothing of it is compiled.

// Kind says which rule was broken.
type Kind int

// The kinds of violation.
const (
	// DereferenceOutsideReader is a load of a protected reference by a
	// goroutine that is in no section.
	DereferenceOutsideReader Kind = iota + 1
	// SynchronizeInReader is a wait for readers by one of them, which would
	// never end. As an SRCU token may be returned by another goroutine, there
	// it is told only if that has not happened within the stall timeout.
	SynchronizeInReader
	// UnbalancedExit is an exit without an entry, a token used twice, out of
	// order, by another reader or in another domain, or a quiescent state inside
	// a section.
	UnbalancedExit
	// DoubleRetire is an element that was let go a second time.
	DoubleRetire
	// UnregisteredReader is the use of a reader after Unregister, or of one that
	// Register did not make. Without the checked mode it panics, where noticing
	// costs nothing.
	UnregisteredReader
	// StalledGracePeriod is a grace period that readers hold up for longer
	// than the stall timeout. It may be nobody's mistake.
	StalledGracePeriod
)

func (k Kind) String() string {
	switch k {
	case DereferenceOutsideReader:
		return "dereference outside a read-side critical section"
	case SynchronizeInReader:
		return "synchronize inside a read-side critical section"
	case UnbalancedExit:
		return "unbalanced exit"
	case DoubleRetire:
		return "retired twice"
	case UnregisteredReader:
		return "use of a reader that is not registered"
	case StalledGracePeriod:
		return "stalled grace period"
	}
	return fmt.Sprintf("Kind(%d)", int(k))
}

// Violation is what the checked mode has to tell.
type Violation struct {
	Kind      Kind
	Domain    string        // the flavour
	Detail    string        // may be empty
	Goroutine uint64        // who was caught, or who runs the stalled grace period
	Stack     []byte        // of that goroutine, as runtime.Stack prints it
	For       time.Duration // how long a grace period has been stalled, as [SetStallTimeout] counts
	Holders   []Holder      // the sections that stall it
}

// Holder is a section that a grace period waits for.
type Holder struct {
	Goroutine uint64        // who entered it
	For       time.Duration // how long ago
	Stack     []byte        // at the entry
}

// Error tells the whole violation, stacks included.
func (v Violation) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "rcu: %v", v.Kind)
	if v.Domain != "" {
		fmt.Fprintf(&b, " (%s)", v.Domain)
	}
	if v.For > 0 {
		fmt.Fprintf(&b, " for %v", v.For.Round(time.Millisecond))
	}
	if v.Detail != "" {
		fmt.Fprintf(&b, ": %s", v.Detail)
	}
	fmt.Fprintf(&b, "\n%s", v.Stack)
	for _, h := range v.Holders {
		fmt.Fprintf(&b, "\nheld by goroutine %d, which entered %v ago at\n%s",
			h.Goroutine, h.For.Round(time.Millisecond), h.Stack)
	}
	return b.String()
}

var (
	onViolation  atomic.Pointer[func(Violation)]
	stallTimeout atomic.Int64
)

func init() { stallTimeout.Store(int64(10 * time.Second)) }

// OnViolation makes f the one that the checked mode tells, instead of the
// default (nil): to panic for misuse, and to print a stalled grace period on
// standard error. It returns what was set before. f is called on the goroutine
// that was caught, maybe with preemption disabled or a lock of the domain held,
// so it must not block or call the domain. If it returns, the offending call is
// skipped where going on would hang or corrupt the domain. Without -tags
// rcudebug nobody calls f.
func OnViolation(f func(Violation)) (previous func(Violation)) {
	p := &f
	if f == nil {
		p = nil
	}
	if old := onViolation.Swap(p); old != nil {
		return *old
	}
	return nil
}

// SetStallTimeout sets how long a grace period may be held up before the checked
// mode tells of it (10 seconds at first), and returns what was set before. It
// tells again after three times as long. The time begins again when a section
// ends that the grace period waits for. Between two looks of those who wait or
// poll, a tenth of the timeout counts at most, so that a process that was stopped
// (SIGSTOP, a paused virtual machine) is not taken for one that is stalled.
func SetStallTimeout(d time.Duration) (previous time.Duration) {
	return time.Duration(stallTimeout.Swap(int64(d)))
}

// report tells v to whoever listens. It adds the calling goroutine and its stack
// if v has none. It is for use by all of the package, behind `if debug`.
func report(v Violation) {
	if v.Stack == nil {
		v.Goroutine, v.Stack = caller()
	}
	if f := onViolation.Load(); f != nil {
		(*f)(v)
	} else if v.Kind == StalledGracePeriod {
		fmt.Fprintln(os.Stderr, v.Error())
	} else {
		panic(v)
	}
}

// reportUnregistered tells that a reader of the flavour is used that no grace
// period knows.
func reportUnregistered(flavour string) {
	v := Violation{Kind: UnregisteredReader, Domain: flavour}
	if !debug {
		panic(v)
	}
	report(v)
}

// checkHeld reports a dereference outside a reader unless held. Whoever follows
// a protected reference calls it as
//
//	if debug {
//		checkHeld(r.Held())
//	}
//
// so that Held too costs nothing without the checked mode.
func checkHeld(held bool) {
	if !held {
		report(Violation{Kind: DereferenceOutsideReader})
	}
}
