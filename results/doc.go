// Package results is what a run leaves behind: the rows it measured, written in
// the Go benchmark format that benchstat reads, read back, and laid out as
// tables for people.
//
// A [Row] is one window of one backend. A [Writer] writes a run's configuration
// and then a line a row, each whole and at once, so that an interrupted run
// keeps what it has; [Read] takes such a file, also one that ends in the middle
// of a line. [Render] turns rows into tables, with medians and intervals from
// benchstat's own packages, so that both say the same.
package results
