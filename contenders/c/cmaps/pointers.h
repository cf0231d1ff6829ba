// A reader with two hazard pointers. A file defines, before chain.h, NAME(x), and
//
//	ANNOUNCE(w, n, r)  store r in slot n, before whatever is loaded next
//	WITHDRAW(w)        clear both

static inline __attribute__((always_inline)) bool NAME(visit)(struct worker *w, struct bucket *buckets, uint64_t mask, uint64_t op,
	struct tally *t, uint64_t *hits, uint64_t *nodes, struct value *out)
{
	uint64_t key = op, begun = *nodes;
	struct bucket *b = &buckets[chain_of(key, mask)];
	for (;; t->retries++, t->wasted += *nodes - begun, *nodes = begun) {
		uint64_t *at = &b->head, r;
		struct elem *e;
		for (;;) {
			if (IS_END(r = LOAD(*at)))
				break;
			ANNOUNCE(w, 0, r);
			if (unlikely(LOAD(*at) != r))
				goto again;
			++*nodes;
			e = ELEM(r);
			if (LOAD(e->key) == key)
				goto found;
			if (IS_END(r = LOAD(e->next)))
				break;
			ANNOUNCE(w, 1, r);
			if (unlikely(LOAD(e->next) != r))
				goto again;
			++*nodes;
			e = ELEM(r);
			if (LOAD(e->key) == key)
				goto found;
			at = &e->next;
		}
		if (likely(r == END(b)))
			return false;
		if (r != REMOVED) {
			wrong(t, op);
			return false;
		}
	again:
		continue;
	found:
		if (out != NULL)
			elem_copy(e, out);
		++*hits;
		if (unlikely(!whole(e, key)))
			wrong(t, op);
		return true;
	}
}

// copy begins the chain again when it has to.
static size_t NAME(copy)(struct worker *w, uint64_t chain, struct value *v, size_t room)
{
	struct bucket *b = (struct bucket *)w->map->buckets + chain;
again:;
	size_t n = 0;
	uint64_t *at = &b->head, r;
	for (int turn = 0; !IS_END(r = LOAD(*at)); turn ^= 1) {
		ANNOUNCE(w, turn, r);
		if (LOAD(*at) != r)
			goto again;
		if (n++ < room)
			elem_copy(ELEM(r), &v[n - 1]);
		at = &ELEM(r)->next;
	}
	if (r != END(b))
		goto again;
	return n;
}

static void NAME(stall)(struct worker *w, uint64_t key, struct stay *s)
{
	struct value v;
	uint64_t hits = 0, nodes = 0;
	struct tally t = {0};
	NAME(visit)(w, w->map->buckets, w->map->mask, key, &t, &hits, &nodes, &v);
	stay_inside(s);
	WITHDRAW(w);
}


