// Package mutants breaks the mechanisms on purpose, to show that the checks
// would notice.
//
// Each of the rules that a mechanism must obey has at least one mutant: a small
// change to one file of the module that breaks this rule and little else. The
// test applies them one at a time and runs the checks that are meant for the
// rule (a package's tests, the conformance kit on one backend, the race detector,
// a look at the machine code, readmostly torture) until one of them fails; the
// last of these commands asks what torture alone would have found:
//
//	go test -tags mutants -timeout 1h -v ./mutants
//	go test -tags mutants -v -run 'TestMutants/one-flip' ./mutants
//	go test -tags mutants -v -run 'TestMutants/one-flip' ./mutants -times 5
//	go test -tags mutants -timeout 1h -v -run TestTorture ./mutants -torture 4s
//
// A mutant that no check catches is a hole in the checks, and fails the test; so
// does one that doesn't compile, and one whose place in the source has changed.
// A check that has caught a mutant must pass without it.
//
// No mutant is ever part of a build: the changed file stands in a temporary
// folder, and -overlay shows it to the go command in the place of the real one.
// Without -tags mutants this package is empty.
package mutants
