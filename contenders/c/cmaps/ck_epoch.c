// Concurrency Kit's epochs: readers announce the epoch that they enter in, with a
// fence. What was retired is freed by the worker that retired it, two epochs later.
#include "map.h"

#include <ck_epoch.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void retire(struct worker *w, void *e);
static bool reclaim(struct worker *w);

#define NAME(x) epoch_##x
#define READ_LOCK(w, b) ck_epoch_begin((w)->state, NULL)
#define READ_UNLOCK(w, b) ck_epoch_end((w)->state, NULL)
#define WRITE_LOCK(w, b) lock(&(b)->word)
#define WRITE_UNLOCK(w, b) unlock(&(b)->word)
#define MARK(e)
#define RETIRE(w, e) retire(w, e)
#define RECLAIM(w) reclaim(w)
#include "chain.h"
#include "section.h"
#include "batch.h"

#define POLL_EVERY 64 // elements that a worker retires between two looks for those that are free

static __thread struct worker *reclaiming; // whose retired elements are being freed on this thread

static void freed(ck_epoch_entry_t *entry)
{
	struct elem *e = (struct elem *)((char *)entry - offsetof(struct elem, rest));
	block_put(reclaiming, e);
	count(&reclaiming->reclaimed, 1);
}

static void freed_timed(ck_epoch_entry_t *entry)
{
	waits_answered(&reclaiming->map->waits);
	freed(entry);
}

static void retire(struct worker *w, void *block)
{
	struct elem *e = block;
	struct waits *waits = &w->map->waits;
	_Static_assert(sizeof(ck_epoch_entry_t) <= sizeof e->rest, "the entry fits");
	count(&w->retired, 1);
	reclaiming = w;
	if (w->map->sync) {
		uint64_t asked = waits_clock();
		ck_epoch_synchronize(w->state);
		waits_note(waits, waits_clock() - asked);
		block_put(w, e);
		count(&w->reclaimed, 1);
		return;
	}
	ck_epoch_call(w->state, (ck_epoch_entry_t *)e->rest, waits_asks(waits) ? freed_timed : freed);
	if (w->retired % POLL_EVERY == 0)
		ck_epoch_poll(w->state);
}

static bool reclaim(struct worker *w)
{
	if (w->retired == w->reclaimed)
		return false;
	reclaiming = w;
	ck_epoch_barrier(w->state);
	return true;
}

static int epoch_open(struct map *m)
{
	chains_open(m);
	if ((m->state = aligned_alloc(LINE, LINE)) == NULL)
		return ENOMEM;
	ck_epoch_init(m->state);
	return 0;
}

// A record that was unregistered stays in the list, so all live as long as the map.
static int epoch_join(struct worker *w)
{
	ck_epoch_record_t *r = ck_epoch_recycle(w->map->state, NULL);
	if (r == NULL) {
		size_t size = (sizeof *r + 2 * LINE - 1) / LINE * LINE;
		if ((r = aligned_alloc(LINE, size)) == NULL)
			return ENOMEM;
		ck_epoch_register(w->map->state, r, NULL);
	}
	w->state = r;
	return 0;
}

static void epoch_drain(struct worker *w) { reclaim(w); }

static void epoch_leave(struct worker *w)
{
	reclaim(w);
	ck_epoch_unregister(w->state);
}

static void epoch_close(struct map *m)
{
	ck_epoch_t *epoch = m->state;
	for (ck_stack_entry_t *next, *s = CK_STACK_FIRST(&epoch->records); s != NULL; s = next) {
		next = CK_STACK_NEXT(s);
		free((char *)s - offsetof(ck_epoch_record_t, record_next));
	}
	free(epoch);
}

const struct mechanism epoch = {
	.name = "c-ck-epoch", .kind = "epochs", .doc = "Concurrency Kit's epochs: a fence in the reader",
	.source = "ck ck_epoch.h; Fraser, Practical lock-freedom (2004)",
	.updates = true, .sleeps = true, .reclaims = true,
	.open = epoch_open, .close = epoch_close, .join = epoch_join, .leave = epoch_leave, .drain = epoch_drain,
	.run = epoch_run, .find = epoch_find, .insert = epoch_insert, .remove = epoch_remove, .replace = epoch_replace,
	.copy = epoch_copy, .stall = epoch_stall,
};
