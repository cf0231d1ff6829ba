package cli

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"

	"readmostly/impls/slab"
	"readmostly/internal/buildinfo"
	"readmostly/internal/mem"
	"readmostly/internal/reexec"
	"readmostly/results"
)

// config returns the lines that let a stranger judge the run and repeat it. What
// is not known is left out. Runs of one command on one machine differ in the
// commit alone, as benchstat compares results only where the configuration that
// it isn't told to ignore is the same.
func (s *settings) config() [][2]string {
	pairs := [][2]string{{"goos", runtime.GOOS}, {"goarch", runtime.GOARCH}}
	pairs = append(pairs, s.machine.Config(s.cpus[slices.Max(s.threads)])...)
	pairs = append(pairs,
		[2]string{"go", runtime.Version()},
		[2]string{"commit", s.commit},
		[2]string{"profile", s.build.profiled()},
		[2]string{"build", strings.Join(buildinfo.Unusual(s.build), " ")},
		[2]string{"unfit", s.build.unfit()},
		[2]string{"runtime", s.runtime},
		[2]string{"emulator", emulator()},
		[2]string{"layouts", fmt.Sprint(s.Layouts)},
		[2]string{"command", commandLine(s.name, s.args)},
		[2]string{"seed", fmt.Sprint(s.Seed)},
		[2]string{"window", s.Window.String()},
		[2]string{"long-window", s.Duration.String()},
		[2]string{"precision", results.FormatPercent(s.Precision)},
		[2]string{"baseline", s.plan.Baseline},
		[2]string{"control", s.plan.Control},
		[2]string{"floors", strings.Join(s.plan.Floors, " ")},
		[2]string{"faulty", strings.Join(s.plan.Faulty, " ")},
		[2]string{"counters", s.flags.counters},
		[2]string{"placement", s.placement(slices.Max(s.threads))},
		[2]string{"reclaim-defaults", s.defaultReclaims()},
		[2]string{"retain-defaults", s.defaultRetains()},
		[2]string{"membarrier", membarrier()},
		[2]string{"element-memory", fmt.Sprintf("%d B per element, huge pages: %s (system: %s)", slab.ElemSize, slab.HugePages, cmp.Or(s.machine.HugePages, "unknown"))},
		[2]string{"huge-pages", s.grant.String()},
	)
	if s.counted == nil {
		return append(pairs, [2]string{"perf-scope", "off"})
	}
	pairs = append(pairs, s.counted.Config()...)
	if n := s.counted.Turns(); n > 1 {
		pairs = append(pairs, [2]string{"perf-turns", fmt.Sprintf("%d, fork by fork", n)})
	}
	return pairs
}

// unquoted are the characters that no shell gives a meaning to.
const unquoted = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-"

// commandLine is what the user typed to the command with that name, without the
// file for the results and without what makes no other run of it: --resume and
// --dry-run.
func commandLine(name string, args []string) string {
	words := []string{quote(cmp.Or(name, "readmostly"))}
	for i := 0; i < len(args); i++ {
		word := args[i]
		name, _, joined := strings.Cut(word, "=")
		switch {
		case word == "-o", word == "--output":
			i++ // the file is the next word
			continue
		case name == "--resume", name == "--dry-run", joined && name == "--output", strings.HasPrefix(word, "-o"):
			continue
		}
		words = append(words, quote(word))
	}
	return strings.Join(words, " ")
}

// quote returns a word as a shell reads it.
func quote(word string) string {
	if word == "" || strings.Trim(word, unquoted) != "" {
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	return word
}

// commitOf returns the commit that the linker was told, or else the one that the
// go command noted in the binary.
func commitOf(told string) string {
	if told != "" {
		return told
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	setting := map[string]string{}
	for _, s := range info.Settings {
		setting[s.Key] = s.Value
	}
	commit := setting["vcs.revision"]
	if commit != "" && setting["vcs.modified"] == "true" {
		commit += "-dirty"
	}
	return commit
}

// defaultReclaims names the way to reclaim of each backend that has a choice and
// was given none.
func (s *settings) defaultReclaims() string {
	if s.flags.reclaim != "" {
		return ""
	}
	var defaults []string
	for _, b := range s.backends {
		if len(b.Reclaims) > 0 {
			defaults = append(defaults, b.Name+"="+b.Reclaims[0])
		}
	}
	return strings.Join(defaults, " ")
}

// A build is the settings that the program was built with: see [buildinfo.Settings].
type build []string

// profiled says whether the compiler was guided by a profile.
func (b build) profiled() string {
	switch {
	case len(b) == 0:
		return ""
	case slices.Contains(b, "-pgo=true"):
		return "yes"
	}
	return "no"
}

// unfit says why no figure should come from the build, or nothing.
func (b build) unfit() string {
	why := buildinfo.Doubts(b)
	if len(why) == 0 {
		return ""
	}
	return "built with " + strings.Join(why, ", ")
}

// goRuntime returns the settings of the Go runtime as they are in force, which forks
// inherit: variables of the environment, and what the runtime makes of the CPU quota.
func goRuntime() string {
	settings := []struct{ name, metric string }{
		{"GOGC", "/gc/gogc:percent"}, {"GOMEMLIMIT", "/gc/gomemlimit:bytes"}, {"GOMAXPROCS", "/sched/gomaxprocs:threads"},
	}
	var words []string
	for _, s := range settings {
		sample := []metrics.Sample{{Name: s.metric}}
		metrics.Read(sample)
		if sample[0].Value.Kind() != metrics.KindUint64 {
			continue
		}
		value := fmt.Sprint(sample[0].Value.Uint64())
		if sample[0].Value.Uint64() >= math.MaxInt64 {
			value = "off"
		}
		words = append(words, s.name+"="+value)
	}
	if debug := os.Getenv("GODEBUG"); debug != "" {
		words = append(words, "GODEBUG="+debug)
	}
	return strings.Join(words, " ")
}

// emulator names what runs this program where the kernel can't.
func emulator() string {
	if name := os.Getenv(reexec.Emulator); name != "" {
		return filepath.Base(name)
	}
	return ""
}

func membarrier() string {
	if mem.Asymmetric() {
		return "yes"
	}
	return fmt.Sprintf("no: %v", mem.AsymmetricError())
}
