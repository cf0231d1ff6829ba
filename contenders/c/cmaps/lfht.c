// liburcu's lock-free hash table, cds_lfht, under its memb flavour. It has buckets
// of its own, as many as the map has chains, and nobody takes a lock.
#include <urcu/urcu-memb.h>
#include <urcu/rculfhash.h>

#include "map.h"

#include <errno.h>

struct elem {
	struct cds_lfht_node node;
	uint64_t key, a, b, c;
	struct rcu_head rcu;
};
_Static_assert(sizeof(struct elem) == BLOCK, "an element is a block");

#define NAME(x) lfht_##x
#define ELEM(n) caa_container_of(n, struct elem, node)

struct bucket { // the table has its own
	uint64_t unused;
};

void memb_thread(void); // registers the thread: of urcu_memb.c

static void lfht_begin(struct worker *w)
{
	(void)w;
	memb_thread();
}

// The table takes its buckets from the lower bits, the chains from the upper half.
static inline unsigned long hash(uint64_t key) { return key * UINT64_C(0x9E3779B97F4A7C15) >> 32; }

static int match(struct cds_lfht_node *n, const void *key) { return LOAD(ELEM(n)->key) == *(const uint64_t *)key; }

static inline void elem_copy(struct elem *e, struct value *v)
{
	*v = (struct value){LOAD(e->key), LOAD(e->a), LOAD(e->b), LOAD(e->c)};
}

// lfht_visit counts no elements: the table doesn't say how many it passes.
static inline __attribute__((always_inline)) bool lfht_visit(struct worker *w, struct bucket *buckets, uint64_t mask, uint64_t op,
	struct tally *t, uint64_t *hits, uint64_t *nodes, struct value *out)
{
	uint64_t key = op;
	struct cds_lfht_iter it;
	(void)buckets, (void)mask, (void)nodes;
	urcu_memb_read_lock();
	cds_lfht_lookup(w->map->state, hash(key), match, &key, &it);
	struct cds_lfht_node *n = cds_lfht_iter_get_node(&it);
	if (n == NULL) {
		urcu_memb_read_unlock();
		return false;
	}
	struct elem *e = ELEM(n);
	bool good = LOAD(e->c) == derive(key, LOAD(e->a), LOAD(e->b));
	if (out != NULL)
		elem_copy(e, out);
	urcu_memb_read_unlock();
	++*hits;
	if (unlikely(!good))
		wrong(t, op);
	return true;
}

// copy takes the whole table for its first chain, and nothing for the others.
static size_t lfht_copy(struct worker *w, uint64_t chain, struct value *v, size_t room)
{
	struct cds_lfht_iter it;
	struct elem *e;
	size_t n = 0;
	if (chain != 0)
		return 0;
	urcu_memb_read_lock();
	cds_lfht_for_each_entry(w->map->state, &it, e, node) {
		if (n++ < room)
			elem_copy(e, &v[n - 1]);
	}
	urcu_memb_read_unlock();
	return n;
}

static void lfht_stall(struct worker *w, uint64_t key, struct stay *s)
{
	(void)w, (void)key;
	urcu_memb_read_lock();
	stay_inside(s);
	urcu_memb_read_unlock();
}

// Readers may stand on a retired element until the grace period is over, so there is
// no room for its map.
static void reclaim(struct rcu_head *head)
{
	struct elem *e = caa_container_of(head, struct elem, rcu);
	struct map *m = map_of(e);
	block_give_back(m, (struct block *)e);
	__atomic_fetch_add(&m->reclaimed, 1, __ATOMIC_RELAXED);
}

static void reclaim_timed(struct rcu_head *head)
{
	waits_answered(&map_of(head)->waits);
	reclaim(head);
}

static void retire(struct worker *w, struct elem *e)
{
	struct waits *waits = &w->map->waits;
	count(&w->retired, 1);
	if (w->map->sync) {
		uint64_t asked = waits_clock();
		urcu_memb_synchronize_rcu();
		waits_note(waits, waits_clock() - asked);
		block_put(w, e);
		count(&w->reclaimed, 1);
		return;
	}
	urcu_memb_call_rcu(&e->rcu, waits_asks(waits) ? reclaim_timed : reclaim);
}

static struct elem *memory(struct worker *w, struct value v)
{
	struct elem *e = (struct elem *)block_get(w);
	for (int n = 0; unlikely(e == NULL) && w->retired > 0 && n < RECLAIM_TRIES; n++) {
		urcu_memb_barrier();
		e = (struct elem *)block_get(w);
	}
	if (e == NULL)
		return NULL;
	cds_lfht_node_init(&e->node);
	STORE(e->key, v.key);
	STORE(e->a, v.a);
	STORE(e->b, v.b);
	STORE(e->c, v.c);
	return e;
}

static int lfht_insert(struct worker *w, struct value v)
{
	struct elem *e = memory(w, v);
	if (e == NULL)
		return -1;
	urcu_memb_read_lock();
	bool absent = cds_lfht_add_unique(w->map->state, hash(v.key), match, &v.key, &e->node) == &e->node;
	urcu_memb_read_unlock();
	if (absent)
		count(&w->added, 1);
	else
		block_put(w, e);
	return absent;
}

static int lfht_remove(struct worker *w, uint64_t key)
{
	struct cds_lfht_iter it;
	urcu_memb_read_lock();
	cds_lfht_lookup(w->map->state, hash(key), match, &key, &it);
	struct cds_lfht_node *n = cds_lfht_iter_get_node(&it);
	bool present = n != NULL && cds_lfht_del(w->map->state, n) == 0;
	urcu_memb_read_unlock();
	if (present) {
		count(&w->removed, 1);
		retire(w, ELEM(n));
	}
	return present;
}

// A replacement that another came before looks again.
static int lfht_replace(struct worker *w, struct value v)
{
	struct elem *e = memory(w, v);
	if (e == NULL)
		return -1;
	struct cds_lfht_node *old;
	bool present;
	urcu_memb_read_lock();
	do {
		struct cds_lfht_iter it;
		cds_lfht_lookup(w->map->state, hash(v.key), match, &v.key, &it);
		old = cds_lfht_iter_get_node(&it);
		present = old != NULL && cds_lfht_replace(w->map->state, &it, hash(v.key), match, &v.key, &e->node) == 0;
	} while (old != NULL && !present);
	urcu_memb_read_unlock();
	if (present)
		retire(w, ELEM(old));
	else
		block_put(w, e);
	return present;
}

#include "batch.h"

static int lfht_open(struct map *m)
{
	unsigned long chains = m->mask + 1;
	lfht_begin(NULL);
	m->state = cds_lfht_new_flavor(chains, chains, chains, 0, &urcu_memb_flavor, NULL);
	return m->state == NULL ? ENOMEM : 0;
}

static int lfht_join(struct worker *w) { (void)w; return 0; }

static void lfht_drain(struct worker *w)
{
	if (!w->map->sync)
		urcu_memb_barrier();
}

static void lfht_close(struct map *m)
{
	struct cds_lfht_iter it;
	struct elem *e;
	lfht_begin(NULL);
	urcu_memb_barrier();
	// A table must be empty to be destroyed.
	urcu_memb_read_lock();
	cds_lfht_for_each_entry(m->state, &it, e, node)
		cds_lfht_del(m->state, &e->node);
	urcu_memb_read_unlock();
	urcu_memb_synchronize_rcu();
	cds_lfht_destroy(m->state, NULL);
}

const struct mechanism lfht = {
	.name = "c-lfht", .kind = "RCU", .doc = "liburcu's lock-free hash table under memb",
	.source = "liburcu cds_lfht; Shalev and Shavit, Split-Ordered Lists (2006)",
	.updates = true, .sleeps = true, .reclaims = true,
	.open = lfht_open, .close = lfht_close, .join = lfht_join, .leave = lfht_drain, .drain = lfht_drain, .begin = lfht_begin,
	.run = lfht_run, .find = lfht_find, .insert = lfht_insert, .remove = lfht_remove, .replace = lfht_replace,
	.copy = lfht_copy, .stall = lfht_stall,
};
