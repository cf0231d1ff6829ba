// Chains as package chain has them: singly linked, each with an end marker of its
// own. A file defines NAME(x) first, and
//
//	WRITE_LOCK(w, b), WRITE_UNLOCK(w, b)  what keeps the updaters of a chain apart
//	RETIRE(w, e)                          what becomes of an element that was unlinked
//	MARK(e)                               marks it, if readers must not walk on from it
//	RECLAIM(w)                            whether memory could be had by waiting for it

struct elem {
	uint64_t next;
	uint64_t key, a, b, c;
	uint64_t rest[3]; // the mechanism's
};
_Static_assert(sizeof(struct elem) == BLOCK, "an element is a block");

struct bucket {
	uint64_t head, word;
};

#define END(b) (~(uint64_t)&(b)->head)
#define IS_END(r) ((int64_t)(r) < 0)
#define ELEM(r) ((struct elem *)(r))
#define REMOVED (~UINT64_C(0)) // is the end of no chain

static inline void chains_open(struct map *m)
{
	struct bucket *b = m->buckets;
	for (uint64_t i = 0; i <= m->mask; i++)
		b[i].head = END(&b[i]);
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

static inline uint64_t *seek(struct bucket *b, uint64_t key)
{
	uint64_t *link = &b->head;
	for (uint64_t r; r = *link, !IS_END(r); link = &ELEM(r)->next)
		if (ELEM(r)->key == key)
			break;
	return link;
}

static struct block *NAME(memory)(struct worker *w)
{
	struct block *b = block_get(w);
	for (int n = 0; unlikely(b == NULL) && n < RECLAIM_TRIES && RECLAIM(w); n++)
		b = block_get(w);
	return b;
}

static int NAME(insert)(struct worker *w, struct value v)
{
	struct elem *e = (struct elem *)NAME(memory)(w);
	if (e == NULL)
		return -1;
	elem_fill(e, v);
	struct bucket *b = bucket_of(w, v.key);
	WRITE_LOCK(w, b);
	bool absent = IS_END(*seek(b, v.key));
	if (absent) {
		STORE(e->next, b->head);
		STORE(b->head, (uint64_t)e);
	}
	WRITE_UNLOCK(w, b);
	if (absent)
		count(&w->added, 1);
	else
		block_put(w, e);
	return absent;
}

static int NAME(remove)(struct worker *w, uint64_t key)
{
	struct bucket *b = bucket_of(w, key);
	WRITE_LOCK(w, b);
	uint64_t *link = seek(b, key), r = *link;
	bool present = !IS_END(r);
	if (present) {
		STORE(*link, ELEM(r)->next);
		MARK(ELEM(r));
	}
	WRITE_UNLOCK(w, b);
	if (present) {
		count(&w->removed, 1);
		RETIRE(w, ELEM(r));
	}
	return present;
}

static int NAME(replace)(struct worker *w, struct value v)
{
	struct elem *e = (struct elem *)NAME(memory)(w);
	if (e == NULL)
		return -1;
	elem_fill(e, v);
	struct bucket *b = bucket_of(w, v.key);
	WRITE_LOCK(w, b);
	uint64_t *link = seek(b, v.key), r = *link;
	bool present = !IS_END(r);
	if (present) {
		STORE(e->next, ELEM(r)->next);
		STORE(*link, (uint64_t)e);
		MARK(ELEM(r));
	}
	WRITE_UNLOCK(w, b);
	if (present)
		RETIRE(w, ELEM(r));
	else
		block_put(w, e);
	return present;
}
