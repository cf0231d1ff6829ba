// Readmostly-go is readmostly with the maps that a Go program would take beside
// its own backends: sync.Map, xsync.Map, haxmap.Map, and Go maps under locks.
//
//	readmostly-go list
//	readmostly-go bench --impl 'unsync,rcu-classic,gc,rwlock-bucket,go-*' --structure hash --size 1k --budget 1m -o results.txt
package main

import (
	"os"

	"readmostly/cmd/readmostly/cli"
	_ "readmostly/contenders/go/gomaps"
	_ "readmostly/impls/builtin"
)

// commit is what was built, set by the linker (-X main.commit=...).
var commit string

func main() { os.Exit(cli.Main(commit)) }
