// Package compare tells what changed between two runs: two results files, or two
// programs whose forks took turns.
//
// # What is compared
//
// A cell is one backend under one workload. Where it has a ratio to the baseline, the
// ratio decides: it was taken window by window, so what the machine was busy with in
// one of the runs is in both of its sides. The time beside it is compared too, for
// whoever knows that the machine was alike, and decides where there is no ratio: in
// scenarios without a baseline, and for the baseline itself where the programs took
// turns. Between two runs at different times nothing tells a slower baseline from a
// slower machine, so it is shown, and not judged. The control and the floors are shown
// as well: they are the resolution and the harness.
//
// # The unit of repetition
//
// Windows of a fork share its layout and its luck, and forks of a layout share the
// layout, which moves a ratio by up to several percent. Kalibera and Jones (ISMM 2013):
// repeat at the highest level that varies, and take the interval there. So each layout
// gives one value, the median of its forks, and the change is the mean over layouts of
// the logarithms' difference, with Student's t for its interval and p-value: layouts
// are few, and rank tests of eight values can't reach the p-values that many cells
// ask for. Two runs are compared as independent samples (Welch); where forks of two
// programs took turns, those of one turn are a pair and have one ratio, so that what
// disturbs the machine for longer than a turn cancels. With a single layout forks are
// the unit, and a warning says what that leaves out.
//
// # What counts
//
// A cell is worse or better if its change is at least the threshold and, with Holm's
// correction for all cells that are judged, can be told from none at 5 %. Intervals are
// at 95 % each, without the correction. A cell that could be measured before and fails
// now is worse.
package compare
