// No protection: the limit in C. Nothing may change while it is read.
#include "map.h"

#define NAME(x) raw_##x
#define WRITE_LOCK(w, b)
#define WRITE_UNLOCK(w, b)
#define READ_LOCK(w, b)
#define READ_UNLOCK(w, b)
#define MARK(e)
#define RETIRE(w, e) block_put(w, e)
#define RECLAIM(w) false
#include "chain.h"
#include "section.h"
#include "batch.h"

static int raw_open(struct map *m)
{
	chains_open(m);
	return 0;
}
static void raw_close(struct map *m) { (void)m; }
static int raw_join(struct worker *w) { (void)w; return 0; }
static void raw_leave(struct worker *w) { (void)w; }

const struct mechanism raw = {
	.name = "c-raw", .kind = "none", .doc = "no protection at all, read-only: the limit in C",
	.source = "perfbook CodeSamples/defer/route_seq.c", .sleeps = true, .bounded = true,
	.open = raw_open, .close = raw_close, .join = raw_join, .leave = raw_leave, .drain = raw_leave,
	.run = raw_run, .find = raw_find, .insert = raw_insert, .remove = raw_remove, .replace = raw_replace,
	.copy = raw_copy, .stall = raw_stall,
};
