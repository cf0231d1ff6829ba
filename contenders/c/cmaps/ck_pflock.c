// Concurrency Kit's phase-fair reader-writer lock, one for the map.
#include "map.h"

#include <ck_pflock.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NAME(x) pflock_##x
#define LOCK(w) ((ck_pflock_t *)(w)->map->state)
#define READ_LOCK(w, b) ck_pflock_read_lock(LOCK(w))
#define READ_UNLOCK(w, b) ck_pflock_read_unlock(LOCK(w))
#define WRITE_LOCK(w, b) ck_pflock_write_lock(LOCK(w))
#define WRITE_UNLOCK(w, b) ck_pflock_write_unlock(LOCK(w))
#include "ck_locks.h"

static int pflock_open(struct map *m)
{
	chains_open(m);
	if ((m->state = aligned_alloc(LINE, LINE)) == NULL)
		return ENOMEM;
	memset(m->state, 0, LINE);
	ck_pflock_init(m->state);
	return 0;
}

static int pflock_join(struct worker *w) { (void)w; return 0; }
static void pflock_leave(struct worker *w) { (void)w; }

const struct mechanism pflock = {
	.name = "c-ck-pflock", .kind = "reader-writer lock", .doc = "Concurrency Kit's phase-fair lock, one for the whole structure",
	.source = "ck ck_pflock.h; Brandenburg and Anderson (2010)",
	.updates = true, .bounded = true,
	.open = pflock_open, .close = pflock_close, .join = pflock_join, .leave = pflock_leave, .drain = pflock_drain,
	.run = pflock_run, .find = pflock_find, .insert = pflock_insert, .remove = pflock_remove, .replace = pflock_replace,
	.copy = pflock_copy, .stall = pflock_stall,
};
