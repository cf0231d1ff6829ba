// A mechanism whose readers enter a section of a library over the chains of
// package chain, and that only reads: see Over. A file defines NAME(x),
// READ_LOCK(w, b), READ_UNLOCK(w, b), BACKEND, DOC and SOURCE before it includes
// this, and begins and ends a batch with the functions NAME(begin) and NAME(end).
#include "map.h"

#define WRITE_LOCK(w, b)
#define WRITE_UNLOCK(w, b)
#define MARK(e)
#define RETIRE(w, e) block_put(w, e)
#define RECLAIM(w) false
#include "chain.h"
#include "section.h"
#include "batch.h"

static int NAME(open)(struct map *m)
{
	chains_open(m);
	return 0;
}
static void NAME(close)(struct map *m) { (void)m; }
static int NAME(join)(struct worker *w) { (void)w; return 0; }
static void NAME(leave)(struct worker *w) { (void)w; }
static void NAME(begin)(struct worker *w);
static void NAME(end)(struct worker *w);

const struct mechanism NAME(reader) = {
	.name = BACKEND, .kind = "RCU", .doc = DOC, .source = SOURCE, .sleeps = true,
	.open = NAME(open), .close = NAME(close), .join = NAME(join), .leave = NAME(leave), .drain = NAME(leave),
	.begin = NAME(begin), .end = NAME(end),
	.run = NAME(run), .find = NAME(find), .insert = NAME(insert), .remove = NAME(remove), .replace = NAME(replace),
	.copy = NAME(copy), .stall = NAME(stall),
};
