package advise

import (
	"fmt"
	"strconv"
	"strings"

	"readmostly/impls"
	"readmostly/results"
	"readmostly/workloads"
)

// A Question is what somebody wants to know.
type Question struct {
	Workload workloads.Workload // a mix; 0 threads for as many as were measured
	Needs    []Need
	Load     *Load // how often the map is used; nil where nobody said
}

// A Load says how often a map is used, by all threads together.
type Load struct {
	Reads, Writes float64 // per second
}

// Share returns the share of operations that update.
func (l Load) Share() float64 { return l.Writes / (l.Reads + l.Writes) }

// String writes the question without its load: "hash of 1k, 1% updates, 2 threads,
// needs delete, walk".
func (q Question) String() string {
	text := titled(q.Workload)
	if len(q.Needs) > 0 {
		text += ", needs " + strings.Join(q.needs(), ", ")
	}
	return text
}

func (q Question) needs() (names []string) {
	for _, n := range q.Needs {
		names = append(names, n.Name)
	}
	return names
}

// lacks returns why a backend is no answer for a workload; nothing if it is.
func (q Question) lacks(b impls.Backend, w workloads.Workload) (all []string) {
	if b.Fault != "" {
		all = append(all, "its checks fail: "+b.Fault)
	}
	unfit := strings.TrimPrefix(workloads.Unfit(b, w), b.Name+" ")
	for _, n := range q.Needs {
		switch {
		case n.has(b.Caps):
		case strings.HasPrefix(unfit, n.lack): // which says more
			all, unfit = append(all, unfit), ""
		default:
			all = append(all, n.lack)
		}
	}
	if unfit != "" {
		all = append(all, unfit)
	}
	return all
}

// titled names a workload with its number of threads, if it has one.
func titled(w workloads.Workload) string {
	title := results.Title(results.NewPoint(w, "", "").Table())
	// A share that follows from rates may have many digits, or an exponent.
	title = strings.Replace(title, results.FormatPercent(w.Updates), percent(w.Updates), 1)
	if w.Threads == 0 {
		return title
	}
	return fmt.Sprintf("%s, %s", title, counted(w.Threads, "thread"))
}

// percent writes a share with three significant digits.
func percent(share float64) string {
	v, _ := strconv.ParseFloat(strconv.FormatFloat(100*share, 'g', 3, 64), 64)
	return strconv.FormatFloat(v, 'f', -1, 64) + "%"
}

func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// Nobody is the error of a question that no backend can be the answer to.
type Nobody struct {
	Question Question
	Excluded []Excluded
}

// Error says in one line which need excludes whom.
func (e *Nobody) Error() string {
	var reasons []string
	named := map[string][]string{}
	for _, x := range e.Excluded {
		for _, why := range x.Why {
			if named[why] == nil {
				reasons = append(reasons, why)
			}
			named[why] = append(named[why], x.Name)
		}
	}
	for i, why := range reasons {
		reasons[i] = fmt.Sprintf("%s: %s", why, strings.Join(named[why], ", "))
	}
	text := fmt.Sprintf("none of %d backends is an answer to: %s", len(e.Excluded), e.Question)
	if len(reasons) > 0 {
		text += " (" + strings.Join(reasons, "; ") + ")"
	}
	return text + ": leave out a need, or bring a mechanism that has them all"
}

// Possible returns a [Nobody] if none of the backends can be the answer.
func (q Question) Possible(backends []impls.Backend) error {
	e := &Nobody{Question: q}
	for _, b := range backends {
		if b.Caps.Floor || b.Caps.Limit {
			continue
		}
		why := q.lacks(b, q.Workload)
		if len(why) == 0 {
			return nil
		}
		e.Excluded = append(e.Excluded, Excluded{Cost{Name: b.Name}, why})
	}
	return e
}
