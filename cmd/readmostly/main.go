// Readmostly compares mechanisms that protect a read-mostly list or hash table:
// RCU flavours, lockless readers, seqlocks, reader-writer locks, hazard pointers
// and reference counts, on the cores of this machine.
//
// See what there is, try a short run, and compare two backends statistically:
//
//	readmostly list
//	readmostly bench --impl 'noop,unsync,rcu-*' --size 16 --updates 0% --budget 10s -o results.txt
//	readmostly table results.txt
//	readmostly report results.txt -o report.html
//
// Every line of results is a Go benchmark line, so benchstat reads them:
//
//	go tool benchstat -col '/impl@(rcu-classic rwlock)' results.txt
//
// readmostly help says more. A command with more backends than the built-in ones
// is this file with more imports.
package main

import (
	"os"

	"readmostly/cmd/readmostly/cli"
	_ "readmostly/impls/builtin"
)

// commit is what was built, set by the linker (-X main.commit=...). Where it is
// empty, the version that the go command noted is taken.
var commit string

func main() { os.Exit(cli.Main(commit)) }
