// Package rcu has the names of the real one that the check looks for.
package rcu

type Token uint64

type ClassicReader struct{}

func (*ClassicReader) ReadLock() Token  { return 0 }
func (*ClassicReader) ReadUnlock(Token) {}

type SRCU struct{}

func (*SRCU) ReadLock() Token  { return 0 }
func (*SRCU) ReadUnlock(Token) {}

type Sched struct{}

func (*Sched) ReadLock()   {}
func (*Sched) ReadUnlock() {}
