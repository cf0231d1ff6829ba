// Aa is the readmostly command with some backends under two names each. What a
// comparison of the two calls a difference is the noise of the machine, or a
// fault of the harness: see make aa.
package main

import (
	"os"

	"readmostly/cmd/readmostly/cli"
	"readmostly/impls"
	_ "readmostly/impls/builtin"
)

func main() {
	for _, name := range []string{"unsync", "rcu-classic", "rwlock"} {
		b, ok := impls.Find(name)
		if !ok {
			panic("no backend " + name)
		}
		for _, twin := range []string{"-a", "-b"} {
			double := b
			double.Name += twin
			impls.Register(double)
		}
	}
	os.Exit(cli.Main(""))
}
