// Readers that hold everything they come to in place by entering a section: the
// walk itself is unprotected. A file defines, before chain.h,
//
//	READ_LOCK(w, b), READ_UNLOCK(w, b)

static inline __attribute__((always_inline)) bool NAME(visit)(struct worker *w, struct bucket *buckets, uint64_t mask, uint64_t op,
	struct tally *t, uint64_t *hits, uint64_t *nodes, struct value *out)
{
	uint64_t key = op;
	struct bucket *b = &buckets[chain_of(key, mask)];
	(void)w;
	READ_LOCK(w, b);
	uint64_t r = LOAD(b->head);
	while (!IS_END(r)) {
		struct elem *e = ELEM(r);
		++*nodes;
		if (LOAD(e->key) != key) {
			r = LOAD(e->next);
			continue;
		}
		bool good = whole(e, key);
		if (out != NULL)
			elem_copy(e, out);
		READ_UNLOCK(w, b);
		++*hits;
		if (unlikely(!good))
			wrong(t, op);
		return true;
	}
	READ_UNLOCK(w, b);
	if (unlikely(r != END(b)))
		wrong(t, op);
	return false;
}

static size_t NAME(copy)(struct worker *w, uint64_t chain, struct value *v, size_t room)
{
	struct bucket *b = (struct bucket *)w->map->buckets + chain;
	size_t n = 0;
	READ_LOCK(w, b);
	for (uint64_t r = LOAD(b->head); !IS_END(r); r = LOAD(ELEM(r)->next))
		if (n++ < room)
			elem_copy(ELEM(r), &v[n - 1]);
	READ_UNLOCK(w, b);
	return n;
}

static void NAME(stall)(struct worker *w, uint64_t key, struct stay *s)
{
	struct bucket *b = bucket_of(w, key);
	(void)b;
	READ_LOCK(w, b);
	stay_inside(s);
	READ_UNLOCK(w, b);
}
