// Package results is what a run leaves behind: the rows it measured, written in
// the Go benchmark format that benchstat reads, read back, and laid out as
// tables for people.
//
// A [Row] is what one [Fork], a process that measures one table once, showed of
// one backend: rows of a name repeat each other. A [Writer] writes a run's
// configuration and then the rows of a fork at once, so that an interrupted run
// keeps what it has; [Read] takes such a file, also one that ends in the middle
// of a fork or of a line. [Render] turns a file into tables, with medians and
// intervals from benchstat's own packages ([Summarize]), so that both say the
// same.
//
// A row's windows, and what a fork knows of where its workers were, stand in notes,
// lines that benchstat passes over. Where windows fall into two modes a table shows
// both instead of a median that may be neither.
//
// Which backends are special is data. Of a file's configuration, tables use
//
//	baseline: unsync           what the others are compared with, in a unit such as x/unsync
//	control: unsync-control    the baseline under a second name; its ratio should be 1
//	floors: noop               backends that hold nothing, separated by spaces
//	faulty: go-haxmap          backends whose checks fail: shown, but not ranked
//	precision: 1%              half-width that the intervals of the ratios were to reach
//	layouts: 8                 differently linked binaries that forks took turns with
//	unfit: built with ...      why no figure should come from the program that measured
//
// and do without what isn't there.
package results
