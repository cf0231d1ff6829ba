package results

import (
	"cmp"
	"fmt"
	"slices"

	"readmostly/workloads"
)

// Title names what a table shows, whatever the number of threads: "hash of 1k,
// 1% updates".
func Title(w workloads.Workload) string {
	scene := w.Scene()
	text := fmt.Sprintf("%s of %s", w.Structure, FormatSize(w.Size))
	if w.Buckets != 0 {
		text += fmt.Sprintf(" in %s chains", FormatSize(w.Buckets))
	}
	if scene.Divided {
		return scene.Name + ": " + text + ", " + updatersOf(w) + timedOf(w)
	}
	if !scene.Mixed {
		return scene.Name + ": " + text + retentionOf(w) + timedOf(w)
	}
	return text + ", " + operationsOf(w)
}

// operationsOf says what a mix consists of, beside where.
func operationsOf(w workloads.Workload) string {
	switch {
	case w.Section > 1:
		return fmt.Sprintf("%s, sections of %d", updatesOf(w), w.Section)
	case w.Chained:
		return updatesOf(w) + ", chained"
	case w.Latency:
		return updatesOf(w) + timedOf(w)
	}
	return updatesOf(w)
}

// updatesOf says how much of a mix updates, and how.
func updatesOf(w workloads.Workload) string {
	switch {
	case w.Updates == 0:
		return "read-only"
	case w.Replace:
		return FormatPercent(w.Updates) + " copy-updates" + retentionOf(w)
	}
	return FormatPercent(w.Updates) + " updates" + retentionOf(w)
}

// updatersOf says how many workers of a divided scenario update, and how.
func updatersOf(w workloads.Workload) string {
	text := counted(w.Updaters, "updater")
	if w.Replace {
		text += " (copy-updates)"
	}
	return text + retentionOf(w)
}

// retentionOf says how many retired elements a worker gathers, where that was asked
// for.
func retentionOf(w workloads.Workload) string {
	if w.Retain == 0 {
		return ""
	}
	return ", " + FormatSize(w.Retain) + " retained"
}

// timedOf says whether each operation is timed.
func timedOf(w workloads.Workload) string {
	if w.Latency {
		return ", single operations"
	}
	return ""
}

// counted writes a number of things: "1 thread", "2 threads".
func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// CompareTables orders workloads as their tables stand: the default scenario
// first, lists first, small sizes first, few updates first.
func CompareTables(a, b workloads.Workload) int {
	scenarios := workloads.Scenarios()
	structures := []workloads.Structure{workloads.List, workloads.Hash}
	return cmp.Or(
		cmp.Compare(slices.Index(scenarios, a.Scene()), slices.Index(scenarios, b.Scene())),
		cmp.Compare(slices.Index(structures, a.Structure), slices.Index(structures, b.Structure)),
		cmp.Compare(a.Size, b.Size),
		cmp.Compare(a.Buckets, b.Buckets),
		cmp.Compare(a.Updates, b.Updates),
		cmp.Compare(a.Updaters, b.Updaters),
		compareBools(a.Replace, b.Replace),
		cmp.Compare(a.Retain, b.Retain),
		cmp.Compare(a.Section, b.Section),
		compareBools(a.Chained, b.Chained),
		compareBools(a.Latency, b.Latency),
		cmp.Compare(a.Threads, b.Threads),
	)
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
