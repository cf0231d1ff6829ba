//go:build !race

package builtin_test

import (
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"readmostly/internal/disasm"
)

// compiled are the packages that were looked at already, by processor and path.
var compiled = map[[2]string]disasm.Package{}

// machineCode compiles a package of this module for a processor.
func machineCode(t *testing.T, arch, path string) disasm.Package {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("nothing to compile with: ", err)
	}
	key := [2]string{arch, path}
	if compiled[key] == nil {
		code, err := disasm.Compile(t.TempDir(), arch, "readmostly/"+path)
		if err != nil {
			t.Fatal(err)
		}
		compiled[key] = code
	}
	return compiled[key]
}

// function returns the code of a function or, by its last name, of a method. It
// must be there.
func function(t *testing.T, code disasm.Package, name string) []disasm.Instr {
	t.Helper()
	if len(code[name]) > 0 {
		return code[name]
	}
	for full, instrs := range code {
		if strings.HasSuffix(full, "."+name) {
			return instrs
		}
	}
	t.Fatalf("the package has no function %s: tell this test what it is called now", name)
	return nil
}

// locked matches what makes a core wait for its stores: a LOCK prefix, an
// exchange with memory (which locks without one), a full fence.
var locked = regexp.MustCompile(`^LOCK|^XCHG.*\(|^MFENCE`)

func lockedIn(code []disasm.Instr) (found []string) {
	for _, i := range code {
		if locked.MatchString(i.Text) {
			found = append(found, i.String())
		}
	}
	return found
}

// harmless are the calls that any lookup path may have: behind the loop, or on
// the way to a panic.
var harmless = []string{
	"runtime.panicIndex", "runtime.panicBounds", "runtime.panicSlice", "runtime.gcWriteBarrier",
	"runtime.morestack", "runtime.morestack_noctxt",
}

// TestLookupPathsTakeNoLockedInstruction disassembles what a batch of lookups
// executes while nobody disturbs it.
func TestLookupPathsTakeNoLockedInstruction(t *testing.T) {
	code := machineCode(t, "amd64", "impls/builtin")
	for _, path := range []struct {
		backend, function string
		slow              []string // what it may call besides: for nested, fenced or checked readers
	}{
		{"unsync", "(*unsyncWorker).read", nil},
		{"lockless", "(*locklessWorker).read", nil},
		{"lockless-sched", "(*locklessSchedWorker).region", nil},
		{"gc", "(*gcWorker).read", nil},
		{"rcu-classic", "(*rcuWorker).read", []string{"readmostly/rcu.(*ClassicReader).enter", "readmostly/impls/builtin.(*rcuWorker).register"}},
		{"rcu-qsbr", "(*qsbrWorker).read", nil},
		{"rcu-sched", "(*schedWorker).read", []string{"runtime.procPin", "runtime.procUnpin"}},
		{"seqlock", "(*seqWorker).read", nil},
		{"nulls", "(*nullsWorker).read", nil},
		{"hazard", "(*hazardWorker).read", []string{"readmostly/impls/builtin.(*hazardWorker).readFenced"}},
	} {
		t.Run(path.backend, func(t *testing.T) {
			instrs := function(t, code, path.function)
			for _, i := range lockedIn(instrs) {
				t.Errorf("%s: a locked instruction at %s", path.function, i)
			}
			for _, i := range instrs {
				if i.Call != "" && !slices.Contains(harmless, strings.TrimSuffix(i.Call, "U")) && !slices.Contains(path.slow, i.Call) {
					t.Errorf("%s calls %s at %s, which this test knows nothing about", path.function, i.Call, i)
				}
			}
		})
	}
}

// TestFencedPathsHaveTheirFence is the opposite, and shows that the search finds
// what it looks for.
func TestFencedPathsHaveTheirFence(t *testing.T) {
	for _, fenced := range []struct{ path, function string }{
		{"impls/builtin", "(*hazardWorker).seek"},   // hazard-fence
		{"hazard", "(*Domain).protected"},           // before the slots are read
		{"rcu", "(*ClassicReader).enter"},           // rcu-classic-fence
		{"rcu", "(*QSBRReader).goOnline"},           // the first load must stay behind it
		{"rcu", "fullFence"},                        //
		{"rcu", "(*gracePeriods).GetState"},         // between the unlink and the number
		{"rcu", "(*gracePeriods).begin"},            // between the number and the readers
		{"rcu", "(*SRCU).drained"},                  // between the sums
		{"rcu", "(*Reclaimer).awaited"},             // between the count and who waits for it
		{"rcu", "(*Reclaimer).rest"},                // between the mark and the second look
		{"impls/builtin", "(*rwWorker).read"},       // rwlock
		{"impls/builtin", "(*refcountWorker).step"}, // refcount
		{"impls/builtin", "(*countedWorker).read"},  // refcount-rcu
	} {
		code := machineCode(t, "amd64", fenced.path)
		if len(lockedIn(function(t, code, fenced.function))) == 0 {
			t.Errorf("%s: %s has no locked instruction, and needs one", fenced.path, fenced.function)
		}
	}
}

// TestSequenceIsLoadedOnce: a reader tests the sequence that it returns, and not
// one that it loads again, which may be odd by then. The wait is elsewhere.
func TestSequenceIsLoadedOnce(t *testing.T) {
	for _, f := range []string{"Begin", "TryBegin", "(*SeqLock).Begin", "(*SeqLock).TryBegin"} {
		loads := 0
		for _, i := range function(t, machineCode(t, "arm64", "seqlock"), f) {
			if i.Op() == "LDAR" {
				loads++
			}
		}
		if loads != 1 {
			t.Errorf("seqlock.%s loads the sequence %d times; want once", f, loads)
		}
	}
}

// TestHeavyFencesOnAMD64 finds the fence that the updater's side executes for both,
// and what must not come before it: a processor may need very long to show that it
// is missing. The order of the addresses stands for that of the program, as the
// compiler lays these functions out so; allEnterAgain is called, and collect not.
func TestHeavyFencesOnAMD64(t *testing.T) {
	const (
		ofRCU   = "readmostly/rcu.(*gracePeriods).heavyFence"
		tried   = "readmostly/internal/mem.TryHeavyFence"
		stopped = "runtime.Stack" // mem.StopTheWorld, inlined
	)
	for _, f := range []struct{ path, function, fence, before, after string }{
		{"rcu", "(*gracePeriods).heavyFence", tried, "", ""},
		{"rcu", "(*gracePeriods).heavyFence", stopped, tried, ""},
		{"rcu", "(*Classic).begin", ofRCU, "readmostly/rcu.(*Classic).allEnterAgain", ""},
		{"rcu", "(*SRCU).drained", ofRCU, "", ""},
		{"internal/mem", "HeavyFence", tried, "", ""},
		{"internal/mem", "HeavyFence", stopped, tried, ""},
		{"hazard", "(*Domain).protected", "readmostly/internal/mem.HeavyFence", "", "runtime.growslice"}, // what the slots hold is appended
	} {
		var calls []string
		for _, i := range function(t, machineCode(t, "amd64", f.path), f.function) {
			if i.Call != "" {
				calls = append(calls, i.Call)
			}
		}
		place := slices.Index(calls, f.fence)
		switch {
		case place < 0:
			t.Errorf("%s: %s has no heavy fence, and needs one", f.path, f.function)
		case f.before != "" && !slices.Contains(calls[:place], f.before):
			t.Errorf("%s: %s calls %s after its fence, or not at all", f.path, f.function, f.before)
		case f.after != "" && (slices.Contains(calls[:place], f.after) || !slices.Contains(calls[place:], f.after)):
			t.Errorf("%s: %s calls %s before its fence, or not at all", f.path, f.function, f.after)
		}
	}
}

// TestReleaseStoresOnARM64 looks for the instructions that amd64 gives for
// nothing: on arm64 a store keeps earlier accesses before it only as STLR, and a
// load later ones behind it only as LDAR.
func TestReleaseStoresOnARM64(t *testing.T) {
	for _, ordered := range []struct {
		path, function string
		releases       int // STLR, at least
		acquires       int // LDAR, at least
	}{
		{"impls/chain", "Fill", 4, 0},
		{"impls/chain", "Publish", 2, 1},
		{"impls/chain", "Unlink", 1, 1},
		{"impls/chain", "Replace", 2, 1},
		{"impls/chain", "MarkRemoved", 1, 0},
		{"impls/chain", "Valid", 0, 3},
		{"impls/chain", "Load", 0, 4},
		{"impls/slab", "(*Cache).take", 4, 1},
		{"impls/builtin", "turn", 1, 1},
		{"impls/builtin", "(*hazardWorker).read", 2, 9},
		{"impls/builtin", "(*hazardWorker).seek", 1, 4},
		{"impls/builtin", "(*hazardWorker).copyAnnounced", 1, 6}, // a link, the same again, four fields
		{"impls/builtin", "(*refcountWorker).step", 0, 4},
		{"impls/builtin", "(*nullsWorker).read", 0, 9},
		{"impls/builtin", "snapshot", 0, 6},
		{"impls/builtin", "(*rcuWorker).read", 2, 6},
		{"impls/builtin", "(*seqWorker).read", 0, 6},
		{"rcu", "(*ClassicReader).ReadLock", 1, 1},
		{"rcu", "(*ClassicReader).ReadUnlock", 1, 0},
		{"rcu", "(*QSBRReader).QuiescentState", 1, 1},
		{"rcu", "(*QSBRReader).Offline", 1, 0},
		{"rcu", "(*SRCU).ReadLock", 1, 1},
		{"rcu", "(*SRCU).ReadUnlock", 1, 0},
		{"rcu", "(*Classic).quiet", 0, 2},
		{"hazard", "Set", 1, 0},
		{"hazard", "SetFenced", 1, 0},
		{"hazard", "(*Domain).collect", 0, 1},
		{"seqlock", "Begin", 0, 1},
		{"seqlock", "Retry", 0, 1},
		{"seqlock", "WriteUnlock", 1, 0},
		{"seqlock", "ReadUnlockExcl", 1, 0},
		{"rwlock", "SpinUnlock", 1, 0},
		{"refcount", "Set", 1, 0},
	} {
		code := machineCode(t, "arm64", ordered.path)
		releases, acquires := 0, 0
		for _, i := range function(t, code, ordered.function) {
			switch i.Op() {
			case "STLR":
				releases++
			case "LDAR":
				acquires++
			}
		}
		if releases < ordered.releases || acquires < ordered.acquires {
			t.Errorf("%s: %s has %d release stores and %d acquire loads; want at least %d and %d",
				ordered.path, ordered.function, releases, acquires, ordered.releases, ordered.acquires)
		}
	}
	// The odd sequence is seen before the section's stores, which takes a load
	// behind the exchange: see seqlock.WriteLock.
	last := ""
	for _, i := range function(t, machineCode(t, "arm64", "seqlock"), "WriteLock") {
		if op := i.Op(); op == "LDAR" || strings.HasPrefix(op, "CASAL") || op == "STLXR" {
			last = op
		} else if op == "RET" {
			break
		}
	}
	if last != "LDAR" {
		t.Errorf("seqlock.WriteLock ends with %s; want LDAR", last)
	}
}
