package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"

	"readmostly/impls"
	"readmostly/internal/buildinfo"
	"readmostly/internal/reexec"
)

// A Program is what a binary says of itself. Layouts of one program agree in it.
type Program struct {
	Commit   string
	Go       string
	Settings []string // of the go command, but for what the linker was told
	Backends []string // that are registered, sorted
}

func thisProgram(commit string) Program {
	b := Program{Commit: commit, Go: runtime.Version(), Settings: buildinfo.Settings()}
	for _, backend := range impls.Backends() {
		b.Backends = append(b.Backends, backend.Name)
	}
	slices.Sort(b.Backends)
	return b
}

func identify(commit string, out io.Writer) int {
	if err := json.NewEncoder(out).Encode(thisProgram(commit)); err != nil {
		return 1
	}
	return 0
}

// identifyTime is how long a binary is given to say what it is.
const identifyTime = 10 * time.Second

// CheckLayouts checks that binaries are builds of the program that calls it, of
// the same commit with the same backends, by the same compiler: figures of
// different programs must not be averaged. commit is what main tells
// [ServeFork]. The error names the first binary that isn't, and says in one line
// what differs.
func CheckLayouts(ctx context.Context, binaries []string, commit string) error {
	own := thisProgram(commit)
	for _, binary := range binaries {
		b, err := ask(ctx, binary)
		if err != nil {
			return err
		}
		if how := b.differs(own); how != "" {
			return fmt.Errorf("%s is a build of another program: %s", binary, how)
		}
	}
	return nil
}

// Ask asks binaries of which program they are. They may be of another one than the
// program that calls it, but of one, in several layouts: the error names the first that
// isn't.
func Ask(ctx context.Context, binaries []string) (first Program, err error) {
	for i, binary := range binaries {
		b, err := ask(ctx, binary)
		if err != nil {
			return first, err
		}
		if i == 0 {
			first = b
		}
		if how := b.differs(first); how != "" {
			return first, fmt.Errorf("%s is a build of another program than %s, which is here: %s", binary, binaries[0], how)
		}
	}
	return first, nil
}

// ask asks a binary what it is.
func ask(ctx context.Context, binary string) (b Program, err error) {
	ctx, cancel := context.WithTimeout(ctx, identifyTime)
	defer cancel()
	cmd := reexec.CommandOf(ctx, binary, []string{forkVariable + "=" + toIdentify})
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(out, &b)
	}
	if err != nil || b.Go == "" {
		return b, fmt.Errorf("%s is not a build of this program: it does not say what it is", binary)
	}
	return b, nil
}

// differs says what differs from another build, or nothing.
func (b Program) differs(own Program) string {
	for _, x := range []struct{ what, has, want string }{
		{"commit", b.Commit, own.Commit},
		{"compiler", b.Go, own.Go},
		{"settings", strings.Join(without(b.Settings, own.Settings), " "), strings.Join(without(own.Settings, b.Settings), " ")},
		{"backends", strings.Join(without(b.Backends, own.Backends), " "), strings.Join(without(own.Backends, b.Backends), " ")},
	} {
		if x.has != x.want {
			return fmt.Sprintf("its %s: %s, here: %s", x.what, orNone(x.has), orNone(x.want))
		}
	}
	return ""
}

// without returns those of a that are not in b.
func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
