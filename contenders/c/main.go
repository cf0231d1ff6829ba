// Readmostly-c is readmostly with mechanisms written in C beside
// its own backends: liburcu, Concurrency Kit, and twins of its own.
//
//	readmostly-c list
//	readmostly-c bench --impl 'unsync,rcu-classic,seqlock,hazard,c-*' --structure hash --size 1k --budget 1m -o results.txt
package main

import (
	"os"

	"readmostly/cmd/readmostly/cli"
	_ "readmostly/contenders/c/cmaps"
	_ "readmostly/impls/builtin"
)

// commit is what was built, set by the linker (-X main.commit=...).
var commit string

func main() { os.Exit(cli.Main(commit)) }
