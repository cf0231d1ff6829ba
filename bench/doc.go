// Package bench is a run as a value: what is measured, in which order, for how
// long, and when it is good enough.
//
// # Forks and rounds
//
// A [Table] is a workload and the cells that are compared under it. It is
// measured by forks: fresh processes, of binaries that the linker has laid out in
// different orders, each of which measures the table once. In a fork all cells'
// maps are alive at once, over one set of tapes. A round plays one short window of
// each in random order, with windows of the baseline (the backend without
// protection) at both ends and between; a cell's ratio is its time over the
// baseline's, interpolated to its place in the round, so that what drifts hits
// both alike. A fork's value for a cell is the median of its rounds.
//
// A fork is the unit of repetition (Kalibera and Jones, "Rigorous benchmarking in
// reasonable time", ISMM 2013: repeat at the highest level that varies): a row of
// results is one cell in one fork. Rows of one cell are independent of each
// other, so order statistics give honest intervals, and layout, which moves a
// ratio by several percent in any one binary, is averaged. Forks of all tables
// take turns in a seeded random order.
//
// # Stopping
//
// After 8, 16, 32, ... forks a cell is done if the 99 % interval of its ratio is
// within the precision asked for; the intervals that tables show are those at
// 95 %, as looking several times costs coverage. Cells that are done leave the
// table's further forks, so time goes where it is needed, and the budget ends the
// run. How many rounds a fork has follows from what rounds and forks scatter.
//
// # Two programs
//
// A [Pair] measures each spec with two programs, one right after the other and in an
// order that is drawn, so that a run of it is one of their differences: it ends when
// the ratio of their ratios is known. Package compare tells what they are worth.
//
// # What disturbs
//
// Workers note for how long somebody else had their core (run delay and
// involuntary switches of their threads). A window in which that was more than a
// twentieth is played again at once, up to two times, and as long as that does
// not double a fork. A round in which the hypervisor took CPU time is played
// again as a whole. What remains disturbed counts, and is counted. What was
// lost is subtracted from a window's time in any case, down to the microseconds
// that the process takes for itself where there is a worker on every CPU. With more workers than CPUs nothing is discarded: waiting for a
// CPU is what is measured then.
//
// # Where the CPUs were
//
// A fork notes which CPUs its workers had, how much the hypervisor stole from them
// and, before each round, how long a cache line takes from one worker's core to the
// next: the median of 15 games of ping-pong. Each window that nobody disturbed stands
// in the file for itself, so that two modes show that a fork's median hides.
//
// # What short windows can't see
//
// Grace periods and garbage have long windows of their own, in every fourth fork
// of a table with updates. Such a window lasts until what the map retains has been
// replaced 20 times and 20 grace periods have ended, but at most 20 times as long
// as was asked for; a row says how far that went (turnovers, gps). Elements retired
// before are waited for first. What is retained is the mean over time of 128 samples
// or more, retires/s is counted, and residence-ns is the mean of one retired element
// of 16, chosen at random: the first is the product of the others. A backend that
// stops the world stops who samples it too, who then sees it when most is retained:
// under a flood rcu-sched's samples are up to a fifth too high, and the product is the
// better figure.
//
// The scenarios that are about reclamation consist of long windows only, each on a
// fresh map, and have no ratio.
package bench
