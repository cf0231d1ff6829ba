//go:build !race

package builtin_test

import (
	"cmp"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"readmostly/impls"
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

func lockedIn(code []disasm.Instr) (found []disasm.Instr) {
	for _, i := range code {
		if locked.MatchString(i.Text) {
			found = append(found, i)
		}
	}
	return found
}

// harmless are the calls that any lookup path may have: behind the loop, or on
// the way to a panic.
var harmless = []string{
	"runtime.panicIndex", "runtime.panicBounds", "runtime.panicSlice", "runtime.gcWriteBarrier",
	"runtime.morestack", "runtime.morestack_noctxt", "runtime.panicwrap", "runtime.gopanic",
}

// A loop is what backends execute while nobody disturbs their readers.
type loop struct {
	backends string // by their names, with a section for each lookup; empty for what sections of several share
	function string
	unlocked bool     // it takes no locked instruction and calls nothing but what is harmless,
	calls    []string // or, for seldom things, one of these
	aside    int      // so many locked instructions the loop goes round, but seldom
	fenced   bool     // it takes a locked instruction, itself or in what it calls
	releases int      // STLR on arm64, at least
	acquires int      // LDAR on arm64, at least

	// On amd64, at most so many instructions: those of the loop over the lookups
	// that don't belong to the walk inside it, hit and miss together; those of the
	// walk; and those that touch the stack, where there are not registers enough.
	// 0 for loops that call or lock each time, whose instructions are not what they
	// cost.
	lookup, element, stack int
}

var loops = []loop{
	{backends: "noop", function: "noopWorker.Run", unlocked: true},
	{backends: "unsync", function: "(*unsyncWorker).read", unlocked: true, lookup: 26, element: 6},
	{backends: "lockless", function: "(*locklessWorker).read", unlocked: true, acquires: 6, lookup: 26, element: 6},
	{backends: "gc", function: "(*gcWorker).read", unlocked: true, acquires: 2, lookup: 23, element: 6},
	{backends: "rcu-classic", function: "(*rcuWorker).read", unlocked: true, releases: 2, acquires: 6, lookup: 37, element: 6, stack: 1,
		calls: []string{"readmostly/impls/builtin.(*rcuWorker).register"}, aside: 1}, // where a reader has news
	{backends: "rcu-classic-fence", function: "(*rcuWorker).read", fenced: true, releases: 2, acquires: 6},
	{backends: "rcu-qsbr", function: "(*qsbrWorker).read", unlocked: true, releases: 2, acquires: 8, lookup: 33, element: 6, stack: 1},
	{backends: "rcu-sched lockless-sched", function: "(*schedWorker).read", unlocked: true, acquires: 6,
		calls: []string{"runtime.procPin", "runtime.procUnpin"}},
	{backends: "srcu", function: "(*srcuWorker).read", acquires: 6},
	{backends: "seqlock", function: "(*seqWorker).read", unlocked: true, acquires: 6, lookup: 51, element: 20, stack: 6,
		calls: []string{"readmostly/impls/builtin.(*seqWorker).readGlobal"}},
	{backends: "seqlock-global", function: "(*seqWorker).readGlobal", unlocked: true, acquires: 6, lookup: 49, element: 20, stack: 6},
	{backends: "nulls", function: "(*nullsWorker).read", unlocked: true, acquires: 9, lookup: 36, element: 6, stack: 1},
	{backends: "hazard", function: "(*hazardWorker).read", unlocked: true, releases: 3, acquires: 13, lookup: 47, element: 17, // the lookup's with the first element
		calls: []string{"readmostly/impls/builtin.(*hazardWorker).readFenced"}},
	{backends: "hazard-fence", function: "(*hazardWorker).readFenced", fenced: true, acquires: 3},
	{backends: "rwlock rwlock-bucket", function: "(*rwWorker).read", fenced: true},
	{backends: "rwmutex", function: "(*rwmutexWorker).read", fenced: true},
	{backends: "refcount", function: "(*refcountWorker).read", fenced: true, acquires: 4},
	{backends: "refcount-rcu", function: "(*countedWorker).read", fenced: true, releases: 2, acquires: 6},

	{function: "(*worker).lookups", unlocked: true, acquires: 6, lookup: 26, element: 6},
	{function: "(*countedWorker).lookups", fenced: true, acquires: 6},
	{function: "unsyncSections.read", unlocked: true, calls: []string{lookups}},
	{function: "rcuSections.read", unlocked: true, releases: 2, acquires: 2,
		calls: []string{lookups, "readmostly/impls/builtin.(*rcuWorker).register"}, aside: 1},
	{function: "qsbrSections.read", unlocked: true, releases: 1, acquires: 1, calls: []string{lookups}},
	{function: "schedSections.read", unlocked: true, calls: []string{lookups, "runtime.procPin", "runtime.procUnpin"}},
	{function: "srcuSections.read"},
}

// lookups is what a section of several lookups calls.
const lookups = "readmostly/impls/builtin.(*worker).lookups"

// Every backend has a loop that is looked at.
func TestLoopsAreAll(t *testing.T) {
	var known, registered []string
	for _, l := range loops {
		known = append(known, strings.Fields(l.backends)...)
	}
	for _, b := range impls.Backends() {
		registered = append(registered, b.Name)
	}
	slices.Sort(known)
	slices.Sort(registered)
	if !slices.Equal(known, registered) {
		t.Errorf("looks at the loops of %q; registered are %q", known, registered)
	}
}

// A build is one of those whose machine code is looked at.
type build struct {
	name    string
	code    func(path string) disasm.Package
	command *disasm.Command // nil if it is not linked
}

// builds are what a program has that imports the package, and what is measured,
// where the profile says what is inlined.
func builds(t *testing.T, arch string) []build {
	t.Helper()
	plain := func(path string) disasm.Package { return machineCode(t, arch, path) }
	b := []build{{name: "plain", code: plain}}
	if !testing.Short() { // it compiles everything else that is in the command
		c := measured(t, arch)
		b = append(b, build{"measured", func(path string) disasm.Package { return c.Package("readmostly/" + path) }, c})
	}
	return b
}

// linked are the commands that were looked at already, by processor.
var linked = map[string]*disasm.Command{}

// measured builds the command for a processor, with its profile.
func measured(t *testing.T, arch string) *disasm.Command {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("nothing to compile with: ", err)
	}
	if linked[arch] == nil {
		c, err := disasm.Link(t.TempDir(), arch, "readmostly/cmd/readmostly")
		if err != nil {
			t.Fatal(err)
		}
		linked[arch] = c
	}
	return linked[arch]
}

const thisPackage = "impls/builtin"

// of returns the loop's code. It must be a function of its own, and no other may
// have a copy: that would be what is measured.
func (b build) of(t *testing.T, l loop) []disasm.Instr {
	t.Helper()
	if b.command != nil {
		if hosts := b.command.Hosts("readmostly/"+thisPackage, l.function); len(hosts) > 0 {
			t.Errorf("%s is inlined into %q: it must be go:noinline", l.function, hosts)
		}
	}
	return function(t, b.code(thisPackage), l.function)
}

// called returns the code of what instructions call in this module.
func (b build) called(code []disasm.Instr) (all []disasm.Instr) {
	for _, i := range code {
		path, ok := strings.CutPrefix(i.Call, "readmostly/")
		if dot := strings.Index(path, "."); ok && dot > 0 {
			all = append(all, b.code(path[:dot])[path[dot+1:]]...)
		}
	}
	return all
}

// eachLoop looks at every loop in every build for a processor.
func eachLoop(t *testing.T, arch string, look func(t *testing.T, b build, l loop, code []disasm.Instr)) {
	for _, b := range builds(t, arch) {
		for _, l := range loops {
			name := cmp.Or(strings.ReplaceAll(l.backends, " ", ","), l.function)
			t.Run(b.name+"/"+name, func(t *testing.T) { look(t, b, l, b.of(t, l)) })
		}
	}
}

// TestLookupPathsTakeNoLockedInstruction disassembles what a batch of lookups
// executes while nobody disturbs it. That those that do are seen to take one shows
// that the search finds what it looks for.
func TestLookupPathsTakeNoLockedInstruction(t *testing.T) {
	eachLoop(t, "amd64", func(t *testing.T, b build, l loop, code []disasm.Instr) {
		if l.fenced && len(lockedIn(code))+len(lockedIn(b.called(code))) == 0 {
			t.Errorf("%s has no locked instruction, and needs one", l.function)
		}
		if !l.unlocked {
			return
		}
		inside := 2 // loops, one over the lookups and one over the elements
		if slices.Contains(l.calls, lookups) {
			inside = 1 // over the sections
		}
		if seldom := lockedIn(code); len(seldom) != l.aside || l.aside > 0 && len(l.around(code)) < inside {
			t.Errorf("%s has locked instructions %s; want %d, and a way round", l.function, seldom, l.aside)
		}
		for _, i := range code {
			if i.Call != "" && !slices.Contains(harmless, strings.TrimSuffix(i.Call, "U")) && !slices.Contains(l.calls, i.Call) {
				t.Errorf("%s calls %s at %s, which this test knows nothing about", l.function, i.Call, i)
			}
		}
	})
}

// TestLoopsAreLean counts what a lookup executes. Lookups on a map that is larger
// than the caches are as fast as the processor can have many of them under way, so
// each instruction counts there, whether or not it takes time of its own.
func TestLoopsAreLean(t *testing.T) {
	eachLoop(t, "amd64", func(t *testing.T, b build, l loop, code []disasm.Instr) {
		found := l.around(code)
		if l.lookup == 0 {
			return
		}
		if len(found) < 2 {
			t.Fatalf("%s has %d loops, want one over the lookups and one over the elements", l.function, len(found))
		}
		all, walk := found[len(found)-1], found[len(found)-2]
		lookup, element, stack := executed(all)-executed(walk), executed(walk), 0
		for _, i := range all {
			if strings.Contains(i.Text, "(SP)") {
				stack++
			}
		}
		if lookup > l.lookup || element > l.element || stack > l.stack {
			t.Errorf("%s executes %d instructions per lookup and %d per turn of the walk, %d of them to the stack; want at most %d, %d and %d",
				l.function, lookup, element, stack, l.lookup, l.element, l.stack)
		}
	})
}

// around returns a function's loops as it executes them but seldom.
func (l loop) around(code []disasm.Instr) [][]disasm.Instr {
	return disasm.LoopsWithout(code, func(i disasm.Instr) bool {
		return l.aside > 0 && locked.MatchString(i.Text)
	})
}

// executed counts instructions but those that do nothing: what pads a function and
// marks an inlined call differs from one link to the next.
func executed(code []disasm.Instr) (n int) {
	for _, i := range code {
		if !strings.HasPrefix(i.Op(), "NOP") {
			n++
		}
	}
	return n
}

// TestLoopsOrderedOnARM64 looks for the instructions that amd64 gives for nothing:
// see [TestReleaseStoresOnARM64].
func TestLoopsOrderedOnARM64(t *testing.T) {
	eachLoop(t, "arm64", func(t *testing.T, b build, l loop, code []disasm.Instr) {
		if releases, acquires := ordered(code); releases < l.releases || acquires < l.acquires {
			t.Errorf("%s has %d release stores and %d acquire loads; want at least %d and %d",
				l.function, releases, acquires, l.releases, l.acquires)
		}
	})
}

// TestSectionsArePinned: a section of several lookups is one region without
// preemption. It can't be seen from outside, other than those of the rest, which
// TestScriptedSections counts.
func TestSectionsArePinned(t *testing.T) {
	for _, b := range builds(t, "amd64") {
		sections := disasm.Loops(function(t, b.code(thisPackage), "schedSections.read"))
		if len(sections) != 1 {
			t.Fatalf("%s: %d loops, want one, over sections", b.name, len(sections))
		}
		var calls []string
		for _, i := range sections[0] {
			if i.Call != "" && !slices.Contains(harmless, strings.TrimSuffix(i.Call, "U")) {
				calls = append(calls, i.Call)
			}
		}
		if want := []string{"runtime.procPin", lookups, "runtime.procUnpin"}; !slices.Equal(calls, want) {
			t.Errorf("%s: a section calls %q, want %q", b.name, calls, want)
		}
	}
}

// TestInlinedIsFound shows that a loop that has been inlined would be found.
func TestInlinedIsFound(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the command")
	}
	hosts := measured(t, "amd64").Hosts("readmostly/rcu", "(*ClassicReader).ReadLock")
	if !slices.Contains(hosts, "readmostly/"+thisPackage+".(*rcuWorker).read") {
		t.Errorf("the entry of a section is inlined into %q, and should be into the reader's loop", hosts)
	}
}

// TestFencedPathsHaveTheirFence is for the libraries' functions: see also
// [TestLookupPathsTakeNoLockedInstruction].
func TestFencedPathsHaveTheirFence(t *testing.T) {
	for _, fenced := range []struct {
		path, function string
		locked         int
	}{
		{"impls/builtin", "(*hazardWorker).seek", 1},   // hazard-fence
		{"hazard", "(*Domain).protected", 1},           // before the slots are read
		{"rcu", "(*ClassicReader).ReadLock", 1},        // rcu-classic-fence
		{"rcu", "(*QSBRReader).goOnline", 1},           // the first load must stay behind it
		{"rcu", "fullFence", 1},                        //
		{"rcu", "(*gracePeriods).GetState", 1},         // between the unlink and the number
		{"rcu", "(*gracePeriods).begin", 1},            // between the number and the readers
		{"rcu", "(*SRCU).drained", 1},                  // between the sums
		{"rcu", "(*Reclaimer).awaited", 1},             // between the count and who waits for it
		{"rcu", "(*Reclaimer).rest", 2},                // between the mark and the second look, and to mark it again
		{"impls/builtin", "(*refcountWorker).step", 1}, // refcount
	} {
		code := machineCode(t, "amd64", fenced.path)
		if n := len(lockedIn(function(t, code, fenced.function))); n < fenced.locked {
			t.Errorf("%s: %s has %d locked instructions, and needs %d", fenced.path, fenced.function, n, fenced.locked)
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

// ordered counts release stores and acquire loads on arm64.
func ordered(code []disasm.Instr) (releases, acquires int) {
	for _, i := range code {
		switch i.Op() {
		case "STLR":
			releases++
		case "LDAR":
			acquires++
		}
	}
	return releases, acquires
}

// TestReleaseStoresOnARM64 looks for the instructions that amd64 gives for
// nothing: on arm64 a store keeps earlier accesses before it only as STLR, and a
// load later ones behind it only as LDAR.
func TestReleaseStoresOnARM64(t *testing.T) {
	for _, f := range []struct {
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
		{"impls/builtin", "(*hazardWorker).seek", 1, 4},
		{"impls/builtin", "(*hazardWorker).copyAnnounced", 1, 6}, // a link, the same again, four fields
		{"impls/builtin", "(*refcountWorker).step", 0, 4},
		{"impls/builtin", "snapshot", 0, 6},
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
		releases, acquires := ordered(function(t, machineCode(t, "arm64", f.path), f.function))
		if releases < f.releases || acquires < f.acquires {
			t.Errorf("%s: %s has %d release stores and %d acquire loads; want at least %d and %d",
				f.path, f.function, releases, acquires, f.releases, f.acquires)
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
