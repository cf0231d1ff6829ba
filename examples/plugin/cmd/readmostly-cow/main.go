// Readmostly-cow is the readmostly command with one more backend.
package main

import (
	"os"

	"readmostly/cmd/readmostly/cli"
	_ "readmostly/examples/plugin/cow"
	_ "readmostly/impls/builtin"
)

func main() { os.Exit(cli.Main("")) }
