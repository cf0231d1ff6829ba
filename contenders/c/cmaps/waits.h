// How long updaters waited for readers: a histogram of nanoseconds, of a map whose
// mechanism has grace periods. Each of its counts stands for values that differ by
// less than 1/64.
#ifndef READMOSTLY_WAITS_H
#define READMOSTLY_WAITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define WAIT_BITS 6
#define WAIT_COUNTS ((42 - WAIT_BITS) << WAIT_BITS) // up to 2^41 ns: half an hour

struct waits {
	uint64_t counts[WAIT_COUNTS];
	uint64_t asked; // when the callback that is timed was queued; 0 while none is
};

static inline uint64_t waits_clock(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static inline size_t waits_place(uint64_t ns)
{
	if (ns >> WAIT_BITS == 0)
		return ns;
	unsigned shift = 63 - WAIT_BITS - (unsigned)__builtin_clzll(ns);
	size_t place = ((size_t)shift << WAIT_BITS) + (ns >> shift);
	return place < WAIT_COUNTS ? place : WAIT_COUNTS - 1;
}

// waits_value returns the middle of the values that a count stands for.
static inline uint64_t waits_value(size_t place)
{
	if (place >> WAIT_BITS == 0)
		return place;
	unsigned shift = (unsigned)(place >> WAIT_BITS) - 1;
	uint64_t least = (uint64_t)(place - ((size_t)shift << WAIT_BITS)) << shift;
	return least + (UINT64_C(1) << shift) / 2;
}

// waits_note counts a wait. Any thread may call it.
static inline void waits_note(struct waits *w, uint64_t ns)
{
	__atomic_fetch_add(&w->counts[waits_place(ns)], 1, __ATOMIC_RELAXED);
}

// waits_asks reports whether the callback that the caller is about to queue is
// timed: one at a time is. Its end is waits_answered.
static inline bool waits_asks(struct waits *w)
{
	uint64_t none = 0;
	return __atomic_load_n(&w->asked, __ATOMIC_RELAXED) == 0 &&
		__atomic_compare_exchange_n(&w->asked, &none, waits_clock(), false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

static inline void waits_answered(struct waits *w)
{
	waits_note(w, waits_clock() - __atomic_load_n(&w->asked, __ATOMIC_RELAXED));
	__atomic_store_n(&w->asked, 0, __ATOMIC_RELAXED);
}

// waits_take moves the counts to counts, which has room for all.
static inline void waits_take(struct waits *w, uint64_t *counts)
{
	for (size_t i = 0; i < WAIT_COUNTS; i++) {
		counts[i] = __atomic_load_n(&w->counts[i], __ATOMIC_RELAXED);
		if (counts[i] != 0)
			counts[i] = __atomic_exchange_n(&w->counts[i], 0, __ATOMIC_RELAXED);
	}
}

#endif
