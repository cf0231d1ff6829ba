// Hazard pointers with the fence on the other side, as package hazard and backend
// hazard have them. The invariant: a reader announces an element and then finds it
// still linked, and a retired element is freed only when a scan that began behind
// a fence of all threads (membarrier) finds it in no slot.
#define _GNU_SOURCE
#include "map.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static void retire(struct worker *w, void *e);
static bool reclaim(struct worker *w);

#define NAME(x) hazard_##x
#define MARK(e) STORE((e)->next, REMOVED)
#define RETIRE(w, e) retire(w, e)
#define RECLAIM(w) reclaim(w)
#define WRITE_LOCK(w, b) lock(&(b)->word)
#define WRITE_UNLOCK(w, b) unlock(&(b)->word)
#include "chain.h"
#define link rest[0] // of what is retired

// A participant's slots are its own to write, and everybody's to scan.
struct participant {
	uint64_t slots[2] ALIGNED;
	struct participant *next ALIGNED;
	struct elem *retired;
	uint64_t count;
	bool used;
};

struct domain {
	uint64_t lock;
	struct participant *all;
	struct elem *orphans; // of those that have left
};

static void fence_all(void)
{
	if (syscall(__NR_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) != 0)
		abort(); // it was registered
}

static bool announced(struct domain *d, struct elem *e)
{
	for (struct participant *p = LOAD(d->all); p != NULL; p = p->next)
		if (LOAD(p->slots[0]) == (uint64_t)e || LOAD(p->slots[1]) == (uint64_t)e)
			return true;
	return false;
}

// scan frees what nobody has announced.
static void scan(struct worker *w)
{
	struct participant *p = w->state;
	struct domain *d = w->map->state;
	lock(&d->lock);
	struct elem *orphans = d->orphans;
	d->orphans = NULL;
	unlock(&d->lock);
	fence_all();
	struct elem *lists[] = {p->retired, orphans};
	p->retired = NULL;
	p->count = 0;
	uint64_t freed = 0;
	for (int i = 0; i < 2; i++)
		for (struct elem *e = lists[i], *next; e != NULL; e = next) {
			next = (struct elem *)e->link;
			if (announced(d, e)) {
				e->link = (uint64_t)p->retired;
				p->retired = e;
				p->count++;
			} else {
				block_put(w, e);
				freed++;
			}
		}
	count(&w->reclaimed, freed);
}

static void retire(struct worker *w, void *block)
{
	struct participant *p = w->state;
	struct elem *e = block;
	count(&w->retired, 1);
	e->link = (uint64_t)p->retired;
	p->retired = e;
	if (++p->count % w->map->retain == 0)
		scan(w);
}

static inline void withdraw(struct participant *p)
{
	STORE(p->slots[0], 0);
	STORE(p->slots[1], 0);
}

static bool reclaim(struct worker *w)
{
	struct participant *p = w->state;
	if (p->count == 0)
		return false;
	withdraw(p);
	scan(w);
	return true;
}

// The compiler must not let the second look pass the announcement; the processor
// may, which is what the fence in scan is for.
#define ANNOUNCE(w, n, r) (STORE(((struct participant *)(w)->state)->slots[n], r), __atomic_signal_fence(__ATOMIC_SEQ_CST))
#define WITHDRAW(w) withdraw((w)->state)
#include "pointers.h"
#include "batch.h"

static void hazard_end(struct worker *w) { withdraw(w->state); }

static int hazard_open(struct map *m)
{
	if (syscall(__NR_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) != 0)
		return errno;
	chains_open(m);
	struct domain *d = calloc(1, sizeof *d);
	if (d == NULL)
		return ENOMEM;
	m->state = d;
	return 0;
}

static int hazard_join(struct worker *w)
{
	struct domain *d = w->map->state;
	struct participant *p;
	lock(&d->lock);
	for (p = d->all; p != NULL && p->used; p = p->next)
		;
	if (p == NULL && (p = aligned_alloc(LINE, sizeof *p)) != NULL) {
		memset(p, 0, sizeof *p);
		p->next = d->all;
		STORE(d->all, p);
	}
	if (p != NULL)
		p->used = true;
	unlock(&d->lock);
	w->state = p;
	return p == NULL ? ENOMEM : 0;
}

static void hazard_leave(struct worker *w)
{
	struct domain *d = w->map->state;
	struct participant *p = w->state;
	withdraw(p);
	scan(w);
	lock(&d->lock);
	for (struct elem *e = p->retired, *next; e != NULL; e = next) {
		next = (struct elem *)e->link;
		e->link = (uint64_t)d->orphans;
		d->orphans = e;
	}
	p->retired = NULL;
	p->count = 0;
	p->used = false;
	unlock(&d->lock);
}

static void hazard_drain(struct worker *w)
{
	struct participant *p = w->state;
	for (unsigned n = 0;; n++) {
		scan(w);
		if (p->count == 0)
			return;
		spin(n);
	}
}

static void hazard_close(struct map *m)
{
	struct domain *d = m->state;
	for (struct elem *e = d->orphans, *next; e != NULL; e = next) {
		next = (struct elem *)e->link;
		block_give_back(m, (struct block *)e);
		count(&m->reclaimed, 1);
	}
	for (struct participant *p = d->all, *next; p != NULL; p = next) {
		next = p->next;
		free(p);
	}
	free(d);
}

const struct mechanism hazard = {
	.name = "c-hazard", .kind = "hazard pointers", .doc = "plain store in the reader, membarrier before the scan",
	.source = "Michael, Hazard Pointers (2004); the twin of hazard",
	.updates = true, .sleeps = true, .bounded = true, .gathers = true,
	.open = hazard_open, .close = hazard_close, .join = hazard_join, .leave = hazard_leave, .drain = hazard_drain, .end = hazard_end,
	.run = hazard_run, .find = hazard_find, .insert = hazard_insert, .remove = hazard_remove, .replace = hazard_replace,
	.copy = hazard_copy, .stall = hazard_stall,
};
