// Readmostly-cow is the readmostly command with one more backend.
//
// Its figures compare with those of readmostly only if it is built with the same
// profile, which is part of every build of that one:
//
//	go build -pgo=cmd/readmostly/default.pgo ./examples/plugin/cmd/readmostly-cow
//
// A profile of its own, in which the new backend's loop is hot too, is found by go
// build beside this file under the name default.pgo.
package main

import (
	"os"

	"readmostly/cmd/readmostly/cli"
	_ "readmostly/examples/plugin/cow"
	_ "readmostly/impls/builtin"
)

func main() { os.Exit(cli.Main("")) }
