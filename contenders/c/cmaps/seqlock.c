// The sequence lock, as package seqlock and backend seqlock have it: one sequence a
// chain, elements reused at once. The invariant: a reader that finds the same even
// sequence before and after has read one state of the chain.
#include "map.h"

#define NAME(x) seqlock_##x
#define MARK(e)
#define RETIRE(w, e) block_put(w, e)
#define RECLAIM(w) false
#define WRITE_LOCK(w, b) write_lock(&(b)->word)
#define WRITE_UNLOCK(w, b) STORE((b)->word, (b)->word + 1)

// The store makes the sequence odd before any store of the update (a fence that
// x86 has for nothing), and pairs with the readers' second look.
static inline void write_lock(uint64_t *word)
{
	unsigned n = 0;
	for (;;) {
		uint64_t s = RELAXED(*word);
		if ((s & 1) == 0 && __atomic_compare_exchange_n(word, &s, s + 1, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
			return;
		spin(n++);
	}
}

#include "chain.h"

#define LOOK_EVERY 256 // elements that a walk passes before it looks whether the sequence has changed

static inline uint64_t begin_(uint64_t *word)
{
	unsigned n = 0;
	uint64_t s;
	while ((s = LOAD(*word)) & 1)
		spin(n++);
	return s;
}

// changed: the loads of the section are acquires, so none of them comes after this.
static inline bool changed(uint64_t *word, uint64_t s) { return RELAXED(*word) != s; }

static inline __attribute__((always_inline)) bool seqlock_visit(struct worker *w, struct bucket *buckets, uint64_t mask, uint64_t op,
	struct tally *t, uint64_t *hits, uint64_t *nodes, struct value *out)
{
	uint64_t key = op;
	struct bucket *b = &buckets[chain_of(key, mask)];
	(void)w;
	for (;;) {
		uint64_t s = begin_(&b->word), seen = 0;
		uint64_t r = LOAD(b->head);
		while (!IS_END(r)) {
			struct elem *e = ELEM(r);
			seen++;
			if (LOAD(e->key) != key) {
				r = LOAD(e->next);
				if (unlikely(seen % LOOK_EVERY == 0) && changed(&b->word, s))
					break;
				continue;
			}
			bool good = whole(e, key);
			if (out != NULL)
				elem_copy(e, out);
			if (unlikely(changed(&b->word, s)))
				break;
			*nodes += seen;
			++*hits;
			if (unlikely(!good))
				wrong(t, op);
			return true;
		}
		if (likely(!changed(&b->word, s))) {
			*nodes += seen;
			if (unlikely(r != END(b)))
				wrong(t, op);
			return false;
		}
		t->retries++;
		t->wasted += seen;
	}
}

static size_t seqlock_copy(struct worker *w, uint64_t chain, struct value *v, size_t room)
{
	struct bucket *b = (struct bucket *)w->map->buckets + chain;
	for (;;) {
		size_t n = 0;
		uint64_t s = begin_(&b->word);
		for (uint64_t r = LOAD(b->head); !IS_END(r); r = LOAD(ELEM(r)->next)) {
			if (n++ < room)
				elem_copy(ELEM(r), &v[n - 1]);
			if (n % LOOK_EVERY == 0 && changed(&b->word, s))
				break;
		}
		if (!changed(&b->word, s))
			return n;
	}
}

static void seqlock_stall(struct worker *w, uint64_t key, struct stay *s)
{
	uint64_t begun = begin_(&bucket_of(w, key)->word);
	(void)begun;
	stay_inside(s);
}

#include "batch.h"

static int seqlock_open(struct map *m)
{
	chains_open(m);
	return 0;
}
static void seqlock_close(struct map *m) { (void)m; }
static int seqlock_join(struct worker *w) { (void)w; return 0; }
static void seqlock_leave(struct worker *w) { (void)w; }

const struct mechanism seqlock = {
	.name = "c-seqlock", .kind = "seqlock", .doc = "one sequence a chain: readers redo their work when a writer was there",
	.source = "kernel include/linux/seqlock.h, in C11 atomics; the twin of seqlock",
	.updates = true, .sleeps = true, .bounded = true,
	.open = seqlock_open, .close = seqlock_close, .join = seqlock_join, .leave = seqlock_leave, .drain = seqlock_leave,
	.run = seqlock_run, .find = seqlock_find, .insert = seqlock_insert, .remove = seqlock_remove, .replace = seqlock_replace,
	.copy = seqlock_copy, .stall = seqlock_stall,
};
