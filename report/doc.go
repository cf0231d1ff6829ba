// Package report makes one HTML page of result files: the answer first, then what was
// measured on, what that can't show and how far it can be believed, then plots, then the
// files themselves. The page needs nothing but itself: no network, no script.
//
// A [Source] is a file as it was read. [Write] writes the page, [Figures] returns its
// plots. Each file is a chapter of its own, so that what was measured on different
// machines or with different settings is never drawn into one plot.
//
// Statistics are those of package results: the page shows what its tables show.
//
// Plots are drawn here and not by a plotting library, as a page that is light or dark
// by the reader's wish needs colours that a style sheet can change, one of few
// kilobytes needs coordinates and no copies of styles, and labels stand beside what
// they name, apart from each other. gonum's plot does none of these, and makes the
// program that is measured almost twice as large.
package report
