// Command rcuvet finds read-side critical sections that never end because nobody
// keeps the token that ends them. The go command runs it on packages:
//
//	go build -o rcuvet readmostly/rcu/rcuvet
//	go vet -vettool=./rcuvet ./...
package main

import "golang.org/x/tools/go/analysis/unitchecker"

func main() { unitchecker.Main(dropped) }
