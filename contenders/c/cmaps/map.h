// What all C maps are made of: element memory, the tape's encoding, accounts. It
// mirrors package impls, whose Go the comments name.
#ifndef READMOSTLY_MAP_H
#define READMOSTLY_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "waits.h"

#define LINE 128 // what two cores can disturb each other within: mem.FalseSharingRange
#define ALIGNED __attribute__((aligned(LINE)))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define LOAD(x) __atomic_load_n(&(x), __ATOMIC_ACQUIRE)
#define STORE(x, v) __atomic_store_n(&(x), (v), __ATOMIC_RELEASE)
#define RELAXED(x) __atomic_load_n(&(x), __ATOMIC_RELAXED)

static inline void pause_(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("isb");
#endif
}

void spin(unsigned n); // mem.Spin: the n-th look at something that isn't there yet

// An operation of a tape (impls.Op): a lookup is its key, every other kind has the
// sign bit set, the kind below it and then the key.
enum { LOOKUP, INSERT, DELETE, REPLACE, WALK };
#define KIND(op) ((op) >> 56 & 7)
#define IS_LOOKUP(op) ((int64_t)(op) >= 0)
#define KEY(op) ((op) & ((UINT64_C(1) << 56) - 1))

// impls.Element
struct value {
	uint64_t key, a, b, c;
};

static inline uint64_t derive(uint64_t key, uint64_t a, uint64_t b)
{
	return ~((key ^ a) + (b << 29 | b >> 35));
}

static inline struct value make(uint64_t key, uint64_t version)
{
	struct value v = {key, version * UINT64_C(0xD6E8FEB86659FD93), (version ^ key) * UINT64_C(0xA0761D6478BD642F), 0};
	v.c = derive(v.key, v.a, v.b);
	return v;
}

static inline uint64_t chain_of(uint64_t key, uint64_t mask)
{
	return key * UINT64_C(0x9E3779B97F4A7C15) >> 32 & mask;
}

// impls.Tally, in its order
struct tally {
	uint64_t lookups, hits;
	uint64_t inserts, inserted;
	uint64_t deletes, deleted;
	uint64_t replaces, replaced;
	uint64_t nodes, retries, wasted;
	uint64_t bad;     // element checks that failed, and walks that ended off their chain
	uint64_t bad_op;  // of the first of them
	uint64_t full;    // there was no memory: the batch ended behind that operation
	uint64_t done;    // operations executed
};

struct map;
struct worker;

// A stay holds a reader up.
struct stay {
	uint64_t inside; // set when the reader is where it stays
	uint64_t go_on;  // set by whoever wants it to leave
};

// A mechanism is what a backend of its own does.
struct mechanism {
	const char *name, *doc, *source, *kind;
	bool updates;  // inserts, deletes and replaces; else it only reads
	bool sleeps;   // readers may sleep
	bool bounded;  // a stalled reader holds up a bounded number of elements
	bool reclaims; // has the ways "call" and "sync", which wait for grace periods
	bool gathers;  // workers gather what they retire, as many elements as the map says

	int (*open)(struct map *);                       // 0, or an errno
	void (*close)(struct map *);                     // after the last worker has left
	int (*join)(struct worker *);                    // 0, or an errno
	void (*leave)(struct worker *);                  // reclaims what it can
	void (*drain)(struct worker *);                  // returns when all that was retired is free
	void (*begin)(struct worker *);                  // before a batch, on its thread; may be NULL
	void (*end)(struct worker *);                    // behind it
	void (*run)(struct worker *, const uint64_t *ops, size_t n, struct tally *);
	bool (*find)(struct worker *, uint64_t key, struct value *);
	int (*insert)(struct worker *, struct value);    // 1, 0 if the key was there, -1 without memory
	int (*remove)(struct worker *, uint64_t key);    // 1, or 0 if the key was not there
	int (*replace)(struct worker *, struct value);   // the same
	size_t (*copy)(struct worker *, uint64_t chain, struct value *, size_t room); // of one chain: how many it has
	void (*stall)(struct worker *, uint64_t key, struct stay *); // a reader stays at the key
};

extern const struct mechanism *const mechanisms[];
extern const size_t mechanism_count;

// A block is the memory of one element: a line. What a mechanism makes of it is
// its own matter. A free one links to the next behind what readers look at, as some
// mechanisms let them stand on free elements.
#define BLOCK 64
struct block {
	char rest[BLOCK - sizeof(void *)];
	struct block *next;
};

// A map's words that are written are apart from those that are read.
struct map {
	const struct mechanism *mechanism;
	struct map *next;
	void *buckets;
	uint64_t mask;
	bool sync; // updaters wait for a grace period on the spot
	uint64_t retain; // retired elements that a worker gathers before it looks which are free
	void *state;
	char *memory;
	size_t length;
	uint64_t capacity;

	uint64_t pool_lock ALIGNED;
	struct block *pool; // free blocks
	uint64_t pooled;

	uint64_t workers_lock ALIGNED;
	struct worker *workers; // all that ever joined: they keep the accounts
	uint64_t joined;
	uint64_t filled;

	uint64_t reclaimed ALIGNED; // by others than the worker that retired

	struct waits waits ALIGNED;
	char end[0] ALIGNED;
};

// Others may take what a worker has waited for, so it waits again that many times.
#define RECLAIM_TRIES 100

#define SPREAD 4096 // blocks beyond its size among which a map is filled: slab.Spread

#define CACHED 64 // blocks that a worker keeps

struct worker {
	struct map *map ALIGNED;
	struct worker *next;
	void *state;
	struct block *cache;
	uint64_t cached;
	uint64_t version;
	// The accounts, written by the worker only.
	uint64_t added, removed, retired, reclaimed;
	char end[0] ALIGNED;
};

// What Go calls.
struct stats {
	uint64_t resident, retained, retired, reclaimed;
};
struct map *map_open(const struct mechanism *, uint64_t chains, size_t bucket, uint64_t capacity, bool sync, uint64_t retain, int *error);
int map_fill(struct map *, const struct value *, size_t n);
struct stats map_stats(struct map *);
uint64_t map_close(struct map *, struct stats *); // blocks that are missing at the end
struct worker *worker_join(struct map *, int *error);
void worker_leave(struct worker *);
void worker_run(struct worker *, const uint64_t *ops, size_t n, struct tally *);
bool worker_find(struct worker *, uint64_t key, struct value *);
int worker_insert(struct worker *, struct value);
int worker_remove(struct worker *, uint64_t key);
int worker_replace(struct worker *, struct value);
size_t worker_copy(struct worker *, uint64_t chain, struct value *, size_t room);
void worker_drain(struct worker *);
void worker_stall(struct worker *, uint64_t key, struct stay *);

// For mechanisms.
struct block *block_take(struct worker *); // NULL: none is left
struct block *block_refill(struct worker *);
void block_give_back(struct map *, struct block *); // from any thread
void block_spill(struct worker *, uint64_t keep);
void stay_inside(struct stay *);
struct map *map_of(void *block); // the map that a block belongs to

static inline struct block *block_get(struct worker *w)
{
	struct block *b = w->cache;
	if (unlikely(b == NULL))
		return block_refill(w);
	w->cache = b->next;
	w->cached--;
	return b;
}

// block_put frees a block that no reader can see.
static inline void block_put(struct worker *w, void *block)
{
	struct block *b = block;
	b->next = w->cache;
	w->cache = b;
	if (unlikely(++w->cached > 2 * CACHED))
		block_spill(w, CACHED);
}

static inline void count(uint64_t *word, uint64_t n) { __atomic_store_n(word, *word + n, __ATOMIC_RELAXED); }

static inline void lock(uint64_t *word)
{
	unsigned n = 0;
	while (RELAXED(*word) != 0 || __atomic_exchange_n(word, 1, __ATOMIC_ACQUIRE) != 0)
		spin(n++);
}

static inline void unlock(uint64_t *word) { STORE(*word, 0); }

static inline void wrong(struct tally *t, uint64_t op)
{
	if (t->bad++ == 0)
		t->bad_op = op;
}

#endif
