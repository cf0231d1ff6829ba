package results

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Notes are what a result file says to this package only, in lines that begin
// with '#' and that readers of the benchmark format pass over:
//
//	# fork=12 layout=3 rounds=3 windows=72 replayed=1 disturbed=0 took=312ms cpus=0,1 near=155ns far=158ns stolen=0s
//	# windows Hash/impl=mine/size=1k/updates=1%-2: 14.21/1.01 14.25/1.013 31.07/2.202
//	# failed Hash/impl=mine/size=1k/updates=1%-2: panic: out of order
const (
	forkPrefix    = "# fork="
	failurePrefix = "# failed "
	windowsPrefix = "# windows "
)

// A forkNote is a fork and the number of the line that says so.
type forkNote struct {
	Fork
	line int
}

// notes are those that belong to rows.
type notes struct {
	forks   []forkNote
	windows map[int]windowsNote // by the number of the line, which is behind the row's
}

// A windowsNote is the windows of the row that has the name.
type windowsNote struct {
	name    string
	windows []Window
}

// readNotes reads the notes and returns those that rows need.
func (f *File) readNotes(whole []byte, name string) notes {
	n := notes{windows: map[int]windowsNote{}}
	line := 0
	for text := range strings.Lines(string(whole)) {
		line++
		text = strings.TrimRight(text, "\r\n")
		var err error
		if strings.HasPrefix(text, forkPrefix) {
			var fork Fork
			if fork, err = parseFork(text); err == nil {
				n.forks = append(n.forks, forkNote{fork, line})
				f.Forks = append(f.Forks, fork)
			}
		} else if failed, ok := strings.CutPrefix(text, failurePrefix); ok {
			var failure Failure
			if failure, err = parseFailure(failed); err == nil {
				f.Failures = append(f.Failures, failure)
			}
		} else if text, ok := strings.CutPrefix(text, windowsPrefix); ok {
			var note windowsNote
			if note, err = parseWindows(text); err == nil {
				n.windows[line] = note
			}
		}
		if err != nil {
			f.Warnings = append(f.Warnings, fmt.Errorf("%s:%d: %w", name, line, err))
		}
	}
	return n
}

func (f Fork) String() string {
	text := fmt.Sprintf("# fork=%d layout=%d rounds=%d windows=%d replayed=%d disturbed=%d took=%v",
		f.Number, f.Layout, f.Rounds, f.Windows, f.Replayed, f.Disturbed, f.Took.Round(time.Millisecond))
	if f.CPUs != "" {
		text += fmt.Sprintf(" cpus=%s stolen=%v", f.CPUs, f.Stolen)
	}
	if f.Far > 0 {
		text += fmt.Sprintf(" near=%v far=%v", f.Near, f.Far)
	}
	return text
}

// parseFork reads what String wrote. Keys that it doesn't know are passed over.
func parseFork(text string) (f Fork, err error) {
	for _, field := range strings.Fields(text)[1:] {
		key, value, _ := strings.Cut(field, "=")
		if times := map[string]*time.Duration{"took": &f.Took, "near": &f.Near, "far": &f.Far, "stolen": &f.Stolen}; times[key] != nil {
			if *times[key], err = time.ParseDuration(value); err != nil || *times[key] < 0 {
				return Fork{}, fmt.Errorf("%q is not a fork: want %s=T with T a time", text, key)
			}
			continue
		}
		if key == "cpus" {
			f.CPUs = value
			continue
		}
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

// windowsLine says what the row's windows showed.
func (r Row) windowsLine() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s%s:", windowsPrefix, r.Name())
	for _, w := range r.Windows {
		fmt.Fprintf(&b, " %.4g", w.Time)
		if w.Ratio != 0 {
			fmt.Fprintf(&b, "/%.4g", w.Ratio)
		}
	}
	return b.String()
}

// parseWindows reads what windowsLine wrote, behind the prefix.
func parseWindows(text string) (n windowsNote, err error) {
	name, list, _ := strings.Cut(text, ":")
	n.name = name
	for _, field := range strings.Fields(list) {
		ns, ratio, compared := strings.Cut(field, "/")
		var w Window
		if w.Time, err = positive(ns); err == nil && compared {
			w.Ratio, err = positive(ratio)
		}
		if err != nil {
			return n, fmt.Errorf("%q is no window: want a time and a ratio such as 14.2/1.01", field)
		}
		n.windows = append(n.windows, w)
	}
	return n, nil
}

func positive(text string) (float64, error) {
	v, err := strconv.ParseFloat(text, 64)
	if err == nil && !(v > 0 && v < math.MaxFloat64) {
		err = strconv.ErrRange
	}
	return v, err
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
