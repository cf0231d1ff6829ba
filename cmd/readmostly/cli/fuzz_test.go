package cli

import (
	"slices"
	"strings"
	"testing"
	"time"

	"readmostly/impls"
	"readmostly/results"
	"readmostly/workloads"
)

// Whatever the flags hold, they are refused with one line, or else make a plan
// that can be measured.
func FuzzBenchFlags(f *testing.F) {
	f.Add("mix", "*", "list,hash", "16,1k,64k", "", "0%,1%,10%", "1,2", "auto", "", "default", false)
	f.Add("flood", "rcu-*,unsync", "hash", "1k", "64", "1%", "4", "none", "call", "none", true)
	f.Add("stall", "[", "tree", "0", "3", "1", "0", "7", "free", "cycels", false)
	f.Add("apart", "*", "list,hash", "16", "", "100%", "1,2,9", "auto", "", "none", true)
	f.Add("teardown", ",", "list,list", "9223372036854775807", "2G", "-0%", "65536", "0-1,0", "sync,sync", "r04d2", false)
	f.Fuzz(func(t *testing.T, scenario, names, structures, sizes, buckets, updates, threads, pin, reclaim, counters string, replace bool) {
		scene, err := workloads.FindScenario(scenario)
		if err != nil {
			return
		}
		s, err := newTrial().app.readSettings(t.Context(), benchFlags{
			scene: scene, scenario: scenario, impls: names, structures: structures, sizes: sizes, buckets: buckets, updates: updates, threads: threads,
			pin: pin, reclaim: reclaim, counters: counters, replace: replace,
			updaters: "1,2", window: "1ms", duration: "1ms", forks: "1", precision: "1%", budget: "1s", seed: "1",
			set: func(string) bool { return false },
		})
		if err != nil {
			if line := oneLine(err.Error()); line == "" || strings.Contains(line, "\n") {
				t.Fatalf("refused with %q", line)
			}
			return
		}
		if least, most := s.Forecast(s.plan); least <= 0 || most < least || len(s.plan.Tables) == 0 {
			t.Fatalf("%d tables, which take %v to %v", len(s.plan.Tables), least, most)
		}
		named := map[string]bool{}
		for _, table := range s.plan.Tables {
			w := table.Workload
			if err := w.Validate(); err != nil {
				t.Fatal(err)
			}
			if cpus := s.cpus[w.Threads]; cpus != nil && len(cpus) != w.Threads {
				t.Fatalf("%d CPUs for %d threads", len(cpus), w.Threads)
			}
			for _, c := range table.Cells {
				b, ok := impls.Find(c.Backend)
				if why := workloads.Unfit(b, w); !ok || why != "" && !c.ReadOnly {
					t.Fatalf("%+v: %s", c, why)
				}
				name := table.Point(c).Name()
				if named[name] {
					t.Fatalf("%s is planned twice", name)
				}
				named[name] = true
				if _, err := results.ParsePoint(name); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

func FuzzParseDuration(f *testing.F) {
	for _, seed := range []string{"100ms", "0", "-1s", "5", "1h1m1s", "9223372036854775807ns", "1e9s", ".5s", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := parseWindow("--window", s); err == nil && (d <= 0 || d > longestWindow) {
			t.Fatalf("%q is a window of %v", s, d)
		}
		for _, least := range []time.Duration{0, 1} {
			d, err := parseDuration("--duration", s, least)
			if err != nil {
				continue
			}
			if again, err := parseDuration("--duration", d.String(), least); d < least || again != d || err != nil {
				t.Fatalf("%q is %v, and that is %v, %v", s, d, again, err)
			}
		}
	})
}

func FuzzParseThreads(f *testing.F) {
	for _, seed := range []string{"1,2,4", "1,1", "0", "65536", "65537", "1,", "0x2", "+1", "９"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, list string) {
		threads, err := parseEach("--threads", list, parseThreads)
		if err != nil {
			return
		}
		for i, n := range threads {
			if n < 1 || n > maxThreads || slices.Contains(threads[:i], n) {
				t.Fatalf("%q is %v", list, threads)
			}
		}
	})
}

func FuzzParseNumbers(f *testing.F) {
	for _, seed := range []string{"6", "0", "-1", "0x10", "18446744073709551615", "64k", "2G", "1_000"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n, err := parseCount("--forks", s, "forks"); err == nil && (n < 1 || n > maxCount) {
			t.Fatalf("%q is %d forks", s, n)
		}
		if n, err := parseBuckets(s); err == nil && (n < 1 || n&(n-1) != 0) {
			t.Fatalf("%q is %d chains", s, n)
		}
		_, _ = parseSeed(s)
	})
}

// A command line of the results can be typed again: what a shell makes of it is
// what was typed.
func FuzzCommandLine(f *testing.F) {
	f.Add("--impl", "rcu-*")
	f.Add("it's", "a b")
	f.Add("", "$HOME")
	f.Fuzz(func(t *testing.T, a, b string) {
		want := []string{"readmostly", "bench", a, b}
		if strings.HasPrefix(a, "-") || strings.HasPrefix(b, "-") {
			t.Skip("flags may be left out")
		}
		if got := shellWords(commandLine("", []string{"bench", a, b})); !slices.Equal(got, want) {
			t.Fatalf("%q gives %q", want, got)
		}
	})
}

// shellWords splits as a shell does that knows single quotes, backslashes and
// spaces.
func shellWords(line string) []string {
	var words []string
	var word strings.Builder
	inWord, quoted := false, false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\'':
			quoted, inWord = !quoted, true
		case quoted:
			word.WriteByte(c)
		case c == '\\' && i+1 < len(line):
			i++
			word.WriteByte(line[i])
			inWord = true
		case strings.IndexByte(" \t\n", c) >= 0:
			if inWord {
				words = append(words, word.String())
				word.Reset()
				inWord = false
			}
		default:
			word.WriteByte(c)
			inWord = true
		}
	}
	if inWord {
		words = append(words, word.String())
	}
	return words
}
