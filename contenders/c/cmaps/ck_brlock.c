// Concurrency Kit's big-reader lock, one for the map: a reader writes a line of its
// own, a writer looks at all.
#include "map.h"

#include <ck_brlock.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NAME(x) brlock_##x
#define LOCK(w) ((ck_brlock_t *)(w)->map->state)
#define READ_LOCK(w, b) ck_brlock_read_lock(LOCK(w), (w)->state)
#define READ_UNLOCK(w, b) ck_brlock_read_unlock((w)->state)
#define WRITE_LOCK(w, b) ck_brlock_write_lock(LOCK(w))
#define WRITE_UNLOCK(w, b) ck_brlock_write_unlock(LOCK(w))
#include "ck_locks.h"

static int brlock_open(struct map *m)
{
	chains_open(m);
	if ((m->state = aligned_alloc(LINE, LINE)) == NULL)
		return ENOMEM;
	memset(m->state, 0, LINE);
	ck_brlock_init(m->state);
	return 0;
}

static int brlock_join(struct worker *w)
{
	if ((w->state = aligned_alloc(LINE, LINE)) == NULL)
		return ENOMEM;
	memset(w->state, 0, LINE);
	ck_brlock_read_register(LOCK(w), w->state);
	return 0;
}

static void brlock_leave(struct worker *w)
{
	ck_brlock_read_unregister(LOCK(w), w->state);
	free(w->state);
}

const struct mechanism brlock = {
	.name = "c-ck-brlock", .kind = "reader-writer lock", .doc = "Concurrency Kit's big-reader lock, one for the whole structure: a line for each reader",
	.source = "ck ck_brlock.h; the kernel's former include/linux/brlock.h",
	.updates = true, .bounded = true,
	.open = brlock_open, .close = brlock_close, .join = brlock_join, .leave = brlock_leave, .drain = brlock_drain,
	.run = brlock_run, .find = brlock_find, .insert = brlock_insert, .remove = brlock_remove, .replace = brlock_replace,
	.copy = brlock_copy, .stall = brlock_stall,
};
