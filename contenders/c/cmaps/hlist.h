// A flavour of liburcu over its hlist. A file defines NAME(x), FLAVOUR(x) for the
// flavour's functions, and MECHANISM before it includes this; and ANNOUNCES if
// readers announce quiescent states, which they then do for each lookup.
//
// A reader's thread is registered when it reads for the first time and stays so
// until it ends: to be registered costs a reader nothing, and where it would (qsbr)
// the thread is online only inside a batch.
#include "map.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <urcu/rcuhlist.h>

struct elem {
	struct cds_hlist_node node; // what was unlinked keeps its map in prev, which readers don't follow
	uint64_t key, a, b, c;
	struct rcu_head rcu;
};
_Static_assert(sizeof(struct elem) == BLOCK, "an element is a block");

struct bucket {
	struct cds_hlist_head head;
	uint64_t word;
};

static __thread bool NAME(registered);
static pthread_key_t NAME(key);
static pthread_once_t NAME(once) = PTHREAD_ONCE_INIT;

static void NAME(thread_ends)(void *unused)
{
	(void)unused;
	FLAVOUR(unregister_thread)();
}

static void NAME(make_key)(void) { pthread_key_create(&NAME(key), NAME(thread_ends)); }

static void NAME(begin)(struct worker *w)
{
	(void)w;
	if (unlikely(!NAME(registered))) {
		pthread_once(&NAME(once), NAME(make_key));
		FLAVOUR(register_thread)();
		pthread_setspecific(NAME(key), &NAME(registered));
		NAME(registered) = true;
	}
#ifdef ANNOUNCES
	FLAVOUR(thread_online)();
#endif
}

static void NAME(end)(struct worker *w)
{
	(void)w;
#ifdef ANNOUNCES
	FLAVOUR(thread_offline)();
#endif
}

static inline struct bucket *bucket_of(struct worker *w, uint64_t key)
{
	return (struct bucket *)w->map->buckets + chain_of(key, w->map->mask);
}

static inline void elem_fill(struct elem *e, struct value v)
{
	STORE(e->key, v.key);
	STORE(e->a, v.a);
	STORE(e->b, v.b);
	STORE(e->c, v.c);
}

static inline bool whole(struct elem *e, uint64_t key)
{
	return LOAD(e->c) == derive(key, LOAD(e->a), LOAD(e->b));
}

static inline void elem_copy(struct elem *e, struct value *v)
{
	*v = (struct value){LOAD(e->key), LOAD(e->a), LOAD(e->b), LOAD(e->c)};
}

static inline __attribute__((always_inline)) bool NAME(visit)(struct worker *w, struct bucket *buckets, uint64_t mask, uint64_t op,
	struct tally *t, uint64_t *hits, uint64_t *nodes, struct value *out)
{
	uint64_t key = op;
	struct bucket *b = &buckets[chain_of(key, mask)];
	struct elem *e;
	(void)w;
#ifdef ANNOUNCES
	FLAVOUR(quiescent_state)();
#endif
	FLAVOUR(read_lock)();
	cds_hlist_for_each_entry_rcu_2(e, &b->head, node) {
		++*nodes;
		if (LOAD(e->key) != key)
			continue;
		bool good = whole(e, key);
		if (out != NULL)
			elem_copy(e, out);
		FLAVOUR(read_unlock)();
		++*hits;
		if (unlikely(!good))
			wrong(t, op);
		return true;
	}
	FLAVOUR(read_unlock)();
	return false;
}

static size_t NAME(copy)(struct worker *w, uint64_t chain, struct value *v, size_t room)
{
	struct bucket *b = (struct bucket *)w->map->buckets + chain;
	struct elem *e;
	size_t n = 0;
	FLAVOUR(read_lock)();
	cds_hlist_for_each_entry_rcu_2(e, &b->head, node) {
		if (n++ < room)
			elem_copy(e, &v[n - 1]);
	}
	FLAVOUR(read_unlock)();
	return n;
}

static void NAME(stall)(struct worker *w, uint64_t key, struct stay *s)
{
	(void)w, (void)key;
	FLAVOUR(read_lock)();
	stay_inside(s);
	FLAVOUR(read_unlock)();
}

static struct elem *seek(struct bucket *b, uint64_t key)
{
	struct elem *e;
	cds_hlist_for_each_entry_rcu_2(e, &b->head, node) {
		if (e->key == key)
			return e;
	}
	return NULL;
}

static void NAME(reclaim)(struct rcu_head *head)
{
	struct elem *e = caa_container_of(head, struct elem, rcu);
	struct map *m = (struct map *)e->node.prev;
	block_give_back(m, (struct block *)e);
	__atomic_fetch_add(&m->reclaimed, 1, __ATOMIC_RELAXED);
}

static void NAME(reclaim_timed)(struct rcu_head *head)
{
	struct elem *e = caa_container_of(head, struct elem, rcu);
	waits_answered(&((struct map *)e->node.prev)->waits);
	NAME(reclaim)(head);
}

static void NAME(retire)(struct worker *w, struct elem *e)
{
	struct waits *waits = &w->map->waits;
	count(&w->retired, 1);
	if (w->map->sync) {
		uint64_t asked = waits_clock();
		FLAVOUR(synchronize_rcu)();
		waits_note(waits, waits_clock() - asked);
		block_put(w, e);
		count(&w->reclaimed, 1);
		return;
	}
	e->node.prev = (struct cds_hlist_node *)w->map;
	FLAVOUR(call_rcu)(&e->rcu, waits_asks(waits) ? NAME(reclaim_timed) : NAME(reclaim));
}

// memory returns a block, if need be when what was retired is free.
static struct block *NAME(memory)(struct worker *w)
{
	struct block *b = block_get(w);
	for (int n = 0; unlikely(b == NULL) && w->retired > 0 && n < RECLAIM_TRIES; n++) {
		FLAVOUR(barrier)();
		b = block_get(w);
	}
	return b;
}

static int NAME(insert)(struct worker *w, struct value v)
{
	struct elem *e = (struct elem *)NAME(memory)(w);
	if (e == NULL)
		return -1;
	elem_fill(e, v);
	struct bucket *b = bucket_of(w, v.key);
	lock(&b->word);
	bool absent = seek(b, v.key) == NULL;
	if (absent)
		cds_hlist_add_head_rcu(&e->node, &b->head);
	unlock(&b->word);
	if (absent)
		count(&w->added, 1);
	else
		block_put(w, e);
	return absent;
}

static int NAME(remove)(struct worker *w, uint64_t key)
{
	struct bucket *b = bucket_of(w, key);
	lock(&b->word);
	struct elem *e = seek(b, key);
	if (e != NULL)
		cds_hlist_del_rcu(&e->node);
	unlock(&b->word);
	if (e == NULL)
		return 0;
	count(&w->removed, 1);
	NAME(retire)(w, e);
	return 1;
}

// The hlist has no replacement: this is the kernel's hlist_replace_rcu.
static int NAME(replace)(struct worker *w, struct value v)
{
	struct elem *e = (struct elem *)NAME(memory)(w), *old;
	if (e == NULL)
		return -1;
	elem_fill(e, v);
	struct bucket *b = bucket_of(w, v.key);
	lock(&b->word);
	if ((old = seek(b, v.key)) != NULL) {
		e->node.next = old->node.next;
		e->node.prev = old->node.prev;
		if (e->node.next != NULL)
			e->node.next->prev = &e->node;
		rcu_assign_pointer(old->node.prev->next, &e->node); // the head is the first one's prev
	}
	unlock(&b->word);
	if (old == NULL) {
		block_put(w, e);
		return 0;
	}
	NAME(retire)(w, old);
	return 1;
}

#include "batch.h"

static int NAME(open)(struct map *m)
{
	struct bucket *b = m->buckets;
	for (uint64_t i = 0; i <= m->mask; i++)
		CDS_INIT_HLIST_HEAD(&b[i].head);
	return 0;
}

static int NAME(join)(struct worker *w) { (void)w; return 0; }

static void NAME(drain)(struct worker *w)
{
	if (!w->map->sync)
		FLAVOUR(barrier)();
}

static void NAME(close)(struct map *m)
{
	NAME(begin)(NULL);
	if (!m->sync)
		FLAVOUR(barrier)();
	NAME(end)(NULL);
}

const struct mechanism MECHANISM = {
	.name = BACKEND, .kind = "RCU", .doc = DOC, .source = SOURCE,
	.updates = true, .sleeps = true, .reclaims = true,
	.open = NAME(open), .close = NAME(close), .join = NAME(join), .leave = NAME(drain), .drain = NAME(drain),
	.begin = NAME(begin), .end = NAME(end),
	.run = NAME(run), .find = NAME(find), .insert = NAME(insert), .remove = NAME(remove), .replace = NAME(replace),
	.copy = NAME(copy), .stall = NAME(stall),
};
