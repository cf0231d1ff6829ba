package rcu

import "readmostly/internal/mem"

// Grace periods are numbered in the form of the kernel's rcu_seq
// (kernel/rcu/rcu.h): the low bit is set while a grace period is in progress,
// so the number is even between them and grows by two with each. A grace period
// that is under way may have begun before the caller's unlink, so it does not
// count: the cookie names the end of the next one (rcu_seq_snap).

const seqInProgress = 1

// seqSnap returns the number that stands when the first grace period that
// begins after seq was read has ended.
func seqSnap(seq uint64) Cookie {
	return Cookie((seq + 2*seqInProgress + 1) &^ seqInProgress)
}

// seqDone reports whether the grace period of c has ended when the number is
// seq. The difference is taken modulo 2^64, so that the number may wrap.
func seqDone(seq uint64, c Cookie) bool {
	return c == Completed || int64(seq-uint64(c)) >= 0
}

// fullFence keeps the caller's later loads behind its earlier stores: XCHG on
// amd64; on arm64 STLR, which a later LDAR does not pass.
func fullFence() {
	var w mem.Uint64
	w.Store(1)
}
