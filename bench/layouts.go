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

// A build says of which program a binary is. Layouts of one program agree in it.
type build struct {
	Commit   string
	Go       string
	Settings []string // of the go command, but for what the linker was told
	Backends []string // that are registered, sorted
}

func thisBuild(commit string) build {
	b := build{Commit: commit, Go: runtime.Version(), Settings: buildinfo.Settings()}
	for _, backend := range impls.Backends() {
		b.Backends = append(b.Backends, backend.Name)
	}
	slices.Sort(b.Backends)
	return b
}

func identify(commit string, out io.Writer) int {
	if err := json.NewEncoder(out).Encode(thisBuild(commit)); err != nil {
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
	ctx, cancel := context.WithTimeout(ctx, identifyTime)
	defer cancel()
	own := thisBuild(commit)
	for _, binary := range binaries {
		cmd := reexec.CommandOf(ctx, binary, []string{forkVariable + "=" + toIdentify})
		cmd.WaitDelay = time.Second
		out, err := cmd.Output()
		var b build
		if err == nil {
			err = json.Unmarshal(out, &b)
		}
		if err != nil || b.Go == "" {
			return fmt.Errorf("%s is not a build of this program: it does not say what it is", binary)
		}
		if how := b.differs(own); how != "" {
			return fmt.Errorf("%s is a build of another program: %s", binary, how)
		}
	}
	return nil
}

// differs says what differs from another build, or nothing.
func (b build) differs(own build) string {
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
