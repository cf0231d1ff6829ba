package results

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// Notes are what a result file says to this package only, in lines that begin
// with '#' and that readers of the benchmark format pass over:
//
//	# fork=12 layout=3 rounds=3 windows=72 replayed=1 disturbed=0
//	# failed Hash/impl=mine/size=1k/updates=1%-2: panic: out of order
const (
	forkPrefix    = "# fork="
	failurePrefix = "# failed "
)

// A forkNote is a fork and the number of the line that says so.
type forkNote struct {
	Fork
	line int
}

// readNotes reads the notes and returns those of forks.
func (f *File) readNotes(whole []byte, name string) (forks []forkNote) {
	line := 0
	for text := range strings.Lines(string(whole)) {
		line++
		text = strings.TrimRight(text, "\r\n")
		var err error
		if strings.HasPrefix(text, forkPrefix) {
			var fork Fork
			if fork, err = parseFork(text); err == nil {
				forks = append(forks, forkNote{fork, line})
				f.Forks = append(f.Forks, fork)
			}
		} else if failed, ok := strings.CutPrefix(text, failurePrefix); ok {
			var failure Failure
			if failure, err = parseFailure(failed); err == nil {
				f.Failures = append(f.Failures, failure)
			}
		}
		if err != nil {
			f.Warnings = append(f.Warnings, fmt.Errorf("%s:%d: %w", name, line, err))
		}
	}
	return forks
}

func (f Fork) String() string {
	return fmt.Sprintf("# fork=%d layout=%d rounds=%d windows=%d replayed=%d disturbed=%d",
		f.Number, f.Layout, f.Rounds, f.Windows, f.Replayed, f.Disturbed)
}

// parseFork reads what String wrote. Keys that it doesn't know are passed over.
func parseFork(text string) (f Fork, err error) {
	for _, field := range strings.Fields(text)[1:] {
		key, value, _ := strings.Cut(field, "=")
		to := map[string]*int{
			"fork": &f.Number, "layout": &f.Layout, "rounds": &f.Rounds,
			"windows": &f.Windows, "replayed": &f.Replayed, "disturbed": &f.Disturbed,
		}[key]
		if to == nil {
			continue
		}
		if *to, err = strconv.Atoi(value); err != nil || *to < 0 {
			return Fork{}, fmt.Errorf("%q is not a fork: want %s=N with N a number", text, key)
		}
	}
	return f, nil
}

func (f Failure) String() string {
	return failurePrefix + f.Name() + ": " + oneLine(f.Why)
}

func parseFailure(text string) (Failure, error) {
	name, why, _ := strings.Cut(text, ": ")
	point, err := ParsePoint(name)
	return Failure{point, why}, err
}

// maxWhy is how many characters of a failure's reason are kept.
const maxWhy = 400

// oneLine makes one line of text, without characters that move the cursor.
func oneLine(text string) string {
	words := strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) })
	line := strings.Join(words, " ")
	if line == "" {
		return "without a word"
	}
	return shorten(line, maxWhy)
}

// shorten cuts text that has more than n characters.
func shorten(text string, n int) string {
	if runes := []rune(text); len(runes) > n {
		return string(runes[:n-3]) + "..."
	}
	return text
}
