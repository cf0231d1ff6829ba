// Package refcount counts references to an object in one 64-bit word inside of
// it, and lets a reader take one only while the object is alive.
//
// # Why use it
//
// A reference holds exactly one object, for as long as its holder likes: it may
// sleep, do input and output, or hand the reference to somebody else. The object
// is freed at the moment when nobody needs it, so there is no garbage beyond
// what is held.
//
// # When not
//
// For a reader that only looks at objects in passing. Each of them costs two
// atomic read-modify-writes, and they move the object's cache line to the
// reader's core: all readers of a popular object wait for each other. A list
// walk that counts every element is the slowest of all mechanisms.
//
// # What instead
//
// Package rcu, hazard or seqlock for the walk, with a reference taken at its end
// on the one object that is to be kept. That combination is what the kernel
// does.
//
// # What a user must obey
//
//   - To call [GetUnlessZero] without holding a reference, the word must still
//     be a reference count: the memory is type-stable, or a read-side critical
//     section or a hazard pointer keeps it from going away.
//   - With type-stable memory the object may have been freed and started anew,
//     as another one at the same address. So: get the reference, then check that
//     the object is the one that was looked for (its key, again), then use it, or
//     put the reference back and look again. A check before the get proves
//     nothing.
//   - Whoever starts an object writes everything that such a check reads first,
//     and the count last ([Set]). Until then the count is 0 and nobody gets it.
//   - Equal addresses don't mean equal objects. Whoever compares two visits to
//     an address needs a generation beside the count, or a reference held in
//     between.
//   - [Get] is for those who hold a reference already. No reference was ever
//     made out of none: a count that is 0 stays 0 until [Set].
//
// # Errors
//
// A count that overflows saturates: the object is leaked, which is harmless, in
// place of freed while it is used, which is not. A count that would fall below 0,
// or rise from 0 by [Get], is a defect of the program that may have freed
// something in use: it saturates too, and the call panics.
//
// # Sources
//
// Linux, include/linux/kref.h and Documentation/core-api/kref.rst;
// include/linux/refcount.h and lib/refcount.c for saturation;
// Documentation/core-api/refcount-vs-atomic.rst for the ordering;
// Documentation/RCU/rculist_nulls.rst for lookups in memory that is reused.
package refcount
