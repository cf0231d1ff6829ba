// The loop over a batch, for a file that has defined NAME(x), visit, and the
// updates. visit executes one lookup; it is always inlined, so that what it counts
// stays in registers.

static __attribute__((noinline)) bool NAME(update)(struct worker *w, uint64_t op, struct tally *t)
{
	uint64_t key = KEY(op);
	int ok;
	switch (KIND(op)) {
	case INSERT:
		t->inserts++;
		if ((ok = NAME(insert)(w, make(key, ++w->version))) > 0)
			t->inserted++;
		break;
	case DELETE:
		t->deletes++;
		if ((ok = NAME(remove)(w, key)) > 0)
			t->deleted++;
		break;
	default:
		t->replaces++;
		if ((ok = NAME(replace)(w, make(key, ++w->version))) > 0)
			t->replaced++;
	}
	if (ok < 0)
		t->full = 1;
	return ok >= 0;
}

static void NAME(run)(struct worker *w, const uint64_t *ops, size_t n, struct tally *t)
{
	struct map *m = w->map;
	struct bucket *buckets = m->buckets;
	uint64_t mask = m->mask, hits = 0, nodes = 0, updates = 0;
	size_t i;
	for (i = 0; i < n; i++) {
		uint64_t op = ops[i];
		if (unlikely(!IS_LOOKUP(op))) {
			if (KIND(op) == WALK)
				break; // for Go
			updates++;
			if (!NAME(update)(w, op, t)) {
				i++;
				break;
			}
			continue;
		}
		NAME(visit)(w, buckets, mask, op, t, &hits, &nodes, NULL);
	}
	t->lookups += i - updates;
	t->hits += hits;
	t->nodes += nodes;
	t->done += i;
}

static bool NAME(find)(struct worker *w, uint64_t key, struct value *v)
{
	struct tally t = {0};
	uint64_t hits = 0, nodes = 0;
	return NAME(visit)(w, w->map->buckets, w->map->mask, key, &t, &hits, &nodes, v);
}
