// A reader-writer lock of Concurrency Kit over the whole map. A file defines
// NAME(x) and the four locks, and what opens a map and joins it.
#define MARK(e)
#define RETIRE(w, e) block_put(w, e)
#define RECLAIM(w) false
#include "chain.h"
#include "section.h"
#include "batch.h"

static void NAME(leave)(struct worker *w);
static void NAME(close)(struct map *m) { free(m->state); }
static void NAME(drain)(struct worker *w) { (void)w; }
