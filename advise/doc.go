// Package advise answers which mechanism to take for a workload, under what its user
// needs of it, from what a result file shows.
//
// A [Question] names a mix, what the mechanism must be able to do, and perhaps how
// often the map is used. [From] leaves out the backends that lack a need, as their
// capabilities say, and ranks the others by the ratio to the baseline as tables do:
// without needs the winner of a table is the answer. An [Advice] names the winner, those
// that can't be told apart from it, what each of the others costs or would have cost,
// and along each [Axis] how far the answer holds.
//
// What was measured is answered from the rows. Between two measured points of one axis
// costs are interpolated, linearly, in the number of elements by its logarithm; then
// backends whose interpolated intervals overlap can't be told apart. Beyond what was
// measured there is no answer.
package advise
