// Concurrency Kit's hazard pointers: the fence is in the reader, at every element.
#include "map.h"

#include <ck_hp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void retire(struct worker *w, void *e);
static bool reclaim(struct worker *w);

#define NAME(x) hp_##x
#define MARK(e) STORE((e)->next, REMOVED)
#define RETIRE(w, e) retire(w, e)
#define RECLAIM(w) reclaim(w)
#define WRITE_LOCK(w, b) lock(&(b)->word)
#define WRITE_UNLOCK(w, b) unlock(&(b)->word)
#define RECORD(w) (&((struct participant *)(w)->state)->record)
#define ANNOUNCE(w, n, r) ck_hp_set_fence(RECORD(w), n, (void *)(r))
#define WITHDRAW(w) ck_hp_clear(RECORD(w))
#include "chain.h"

struct participant {
	void *slots[2] ALIGNED;
	ck_hp_record_t record ALIGNED;
	struct participant *next; // of the map's
	bool used;
};

struct domain {
	ck_hp_t hp ALIGNED;
	uint64_t lock;
	struct participant *all;
};

#include "pointers.h"
#include "batch.h"

static __thread struct worker *reclaiming; // whose retired elements are being freed on this thread

static void freed(void *data)
{
	block_put(reclaiming, data);
	count(&reclaiming->reclaimed, 1);
}

static void retire(struct worker *w, void *block)
{
	struct elem *e = block;
	_Static_assert(sizeof(ck_hp_hazard_t) <= sizeof e->rest, "the entry fits");
	count(&w->retired, 1);
	reclaiming = w;
	ck_hp_free(RECORD(w), (ck_hp_hazard_t *)e->rest, e, e);
}

static bool reclaim(struct worker *w)
{
	if (RECORD(w)->n_pending == 0)
		return false;
	WITHDRAW(w);
	reclaiming = w;
	ck_hp_reclaim(RECORD(w));
	return true;
}

static void hp_end(struct worker *w) { WITHDRAW(w); }

static int hp_open(struct map *m)
{
	chains_open(m);
	struct domain *d = aligned_alloc(LINE, sizeof *d);
	if (d == NULL)
		return ENOMEM;
	memset(d, 0, sizeof *d);
	ck_hp_init(&d->hp, 2, (unsigned)m->retain, freed);
	m->state = d;
	return 0;
}

// What a participant that has left couldn't free, the next that takes its place
// does.
static int hp_join(struct worker *w)
{
	struct domain *d = w->map->state;
	struct participant *p;
	lock(&d->lock);
	for (p = d->all; p != NULL && p->used; p = p->next)
		;
	if (p == NULL && (p = aligned_alloc(LINE, sizeof *p)) != NULL) {
		memset(p, 0, sizeof *p);
		p->next = d->all;
		d->all = p;
		ck_hp_register(&d->hp, &p->record, p->slots);
	}
	if (p != NULL)
		p->used = true;
	unlock(&d->lock);
	w->state = p;
	return p == NULL ? ENOMEM : 0;
}

static void hp_leave(struct worker *w)
{
	struct domain *d = w->map->state;
	reclaim(w);
	WITHDRAW(w);
	lock(&d->lock);
	((struct participant *)w->state)->used = false;
	unlock(&d->lock);
}

static void hp_drain(struct worker *w)
{
	for (unsigned n = 0; reclaim(w); n++)
		spin(n);
}

static void hp_close(struct map *m)
{
	struct domain *d = m->state;
	int error;
	// Somebody has to free what is left.
	for (struct participant *p = d->all; p != NULL; p = p->next) {
		struct worker *w = worker_join(m, &error);
		if (w == NULL)
			return; // the accounts show it
	}
	for (struct worker *w = m->workers; w != NULL; w = w->next) {
		reclaiming = w;
		if (((struct participant *)w->state)->used) {
			ck_hp_purge(RECORD(w));
			block_spill(w, 0);
		}
	}
	for (struct participant *p = d->all, *next; p != NULL; p = next) {
		next = p->next;
		free(p);
	}
	free(d);
}

const struct mechanism hp = {
	.name = "c-ck-hp", .kind = "hazard pointers", .doc = "Concurrency Kit's hazard pointers: the fence in the reader, at every element",
	.source = "ck ck_hp.h; Michael, Hazard Pointers (2004)",
	.updates = true, .sleeps = true, .bounded = true, .gathers = true,
	.open = hp_open, .close = hp_close, .join = hp_join, .leave = hp_leave, .drain = hp_drain, .end = hp_end,
	.run = hp_run, .find = hp_find, .insert = hp_insert, .remove = hp_remove, .replace = hp_replace,
	.copy = hp_copy, .stall = hp_stall,
};
