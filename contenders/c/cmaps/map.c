#define _GNU_SOURCE
#include "map.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void spin(unsigned n)
{
	if (n % 64 == 63)
		sched_yield();
	else
		pause_();
}

// maps are all that are open: few.
static struct map *maps;
static uint64_t maps_lock;

struct map *map_of(void *block)
{
	lock(&maps_lock);
	struct map *m = maps;
	while (m != NULL && !((char *)block >= m->memory && (char *)block < m->memory + m->length))
		m = m->next;
	unlock(&maps_lock);
	return m;
}

static struct block *pop(struct map *m)
{
	struct block *b = m->pool;
	m->pool = b->next;
	m->pooled--;
	return b;
}

struct block *block_refill(struct worker *w)
{
	struct map *m = w->map;
	lock(&m->pool_lock);
	for (int i = 0; i < CACHED && m->pool != NULL; i++) {
		struct block *b = pop(m);
		b->next = w->cache;
		w->cache = b;
		w->cached++;
	}
	unlock(&m->pool_lock);
	struct block *b = w->cache;
	if (b != NULL) {
		w->cache = b->next;
		w->cached--;
	}
	return b;
}

void block_give_back(struct map *m, struct block *b)
{
	lock(&m->pool_lock);
	b->next = m->pool;
	m->pool = b;
	m->pooled++;
	unlock(&m->pool_lock);
}

void block_spill(struct worker *w, uint64_t keep)
{
	struct map *m = w->map;
	lock(&m->pool_lock);
	while (w->cached > keep) {
		struct block *b = w->cache;
		w->cache = b->next;
		w->cached--;
		b->next = m->pool;
		m->pool = b;
		m->pooled++;
	}
	unlock(&m->pool_lock);
}

// The memory is one mapping of huge pages, as the slab's: buckets first, then the
// blocks, in the order in which they are first taken.
struct map *map_open(const struct mechanism *mechanism, uint64_t chains, size_t bucket, uint64_t capacity, bool sync, uint64_t retain,
	int *error)
{
	const size_t huge = 2 << 20;
	struct map *m = aligned_alloc(LINE, sizeof *m);
	if (m == NULL) {
		*error = ENOMEM;
		return NULL;
	}
	memset(m, 0, sizeof *m);
	m->mechanism = mechanism;
	m->mask = chains - 1;
	m->sync = sync;
	m->retain = retain;
	m->capacity = capacity;
	size_t heads = (chains * bucket + 2 * LINE - 1) / LINE * LINE;
	m->length = (heads + capacity * BLOCK + huge - 1) / huge * huge;
	m->memory = mmap(NULL, m->length + huge, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (m->memory == MAP_FAILED) {
		*error = errno;
		free(m);
		return NULL;
	}
	m->length += huge;
	char *start = (char *)(((uintptr_t)m->memory + huge - 1) / huge * huge);
	madvise(start, m->length - huge, MADV_HUGEPAGE);
	m->buckets = start;
	for (uint64_t i = capacity; i-- > 0;) {
		struct block *b = (struct block *)(start + heads + i * BLOCK);
		b->next = m->pool;
		m->pool = b;
	}
	m->pooled = capacity;
	if ((*error = mechanism->open(m)) != 0) {
		munmap(m->memory, m->length);
		free(m);
		return NULL;
	}
	lock(&maps_lock);
	m->next = maps;
	maps = m;
	unlock(&maps_lock);
	return m;
}

struct worker *worker_join(struct map *m, int *error)
{
	struct worker *w = aligned_alloc(LINE, sizeof *w);
	if (w == NULL) {
		*error = ENOMEM;
		return NULL;
	}
	memset(w, 0, sizeof *w);
	w->map = m;
	lock(&m->workers_lock);
	w->version = (++m->joined + 1) << 40; // impls.NewVersions
	unlock(&m->workers_lock);
	if ((*error = m->mechanism->join(w)) != 0) {
		free(w);
		return NULL;
	}
	lock(&m->workers_lock);
	w->next = m->workers;
	m->workers = w;
	unlock(&m->workers_lock);
	return w;
}

void worker_leave(struct worker *w)
{
	const struct mechanism *mechanism = w->map->mechanism;
	if (mechanism->begin != NULL)
		mechanism->begin(w);
	mechanism->leave(w);
	if (mechanism->end != NULL)
		mechanism->end(w);
	block_spill(w, 0);
}

void worker_run(struct worker *w, const uint64_t *ops, size_t n, struct tally *t)
{
	const struct mechanism *mechanism = w->map->mechanism;
	if (mechanism->begin != NULL)
		mechanism->begin(w);
	mechanism->run(w, ops, n, t);
	if (mechanism->end != NULL)
		mechanism->end(w);
}

// Single operations are batches of one as far as the thread is concerned.
#define ALONE(type, call)                                              \
	const struct mechanism *mechanism = w->map->mechanism;         \
	if (mechanism->begin != NULL)                                  \
		mechanism->begin(w);                                   \
	type result = mechanism->call;                                 \
	if (mechanism->end != NULL)                                    \
		mechanism->end(w);                                     \
	return result

bool worker_find(struct worker *w, uint64_t key, struct value *v) { ALONE(bool, find(w, key, v)); }
int worker_insert(struct worker *w, struct value v) { ALONE(int, insert(w, v)); }
int worker_remove(struct worker *w, uint64_t key) { ALONE(int, remove(w, key)); }
int worker_replace(struct worker *w, struct value v) { ALONE(int, replace(w, v)); }
size_t worker_copy(struct worker *w, uint64_t chain, struct value *v, size_t room) { ALONE(size_t, copy(w, chain, v, room)); }

void worker_drain(struct worker *w)
{
	const struct mechanism *mechanism = w->map->mechanism;
	if (mechanism->begin != NULL)
		mechanism->begin(w);
	mechanism->drain(w);
	if (mechanism->end != NULL)
		mechanism->end(w);
}

void worker_stall(struct worker *w, uint64_t key, struct stay *s)
{
	const struct mechanism *mechanism = w->map->mechanism;
	if (mechanism->begin != NULL)
		mechanism->begin(w);
	mechanism->stall(w, key, s);
	if (mechanism->end != NULL)
		mechanism->end(w);
}

// stay_inside is where a reader is held up.
void stay_inside(struct stay *s)
{
	STORE(s->inside, 1);
	while (LOAD(s->go_on) == 0)
		usleep(50);
}

// shuffle takes the next n blocks out of the pool and puts them back in random
// order, so that where in memory an element lies says nothing about its place in a
// chain, as in readmostly's own maps.
static int shuffle(struct map *m, size_t n)
{
	struct block **blocks = malloc(n * sizeof *blocks);
	if (blocks == NULL)
		return ENOMEM;
	uint64_t random = n;
	for (size_t i = 0; i < n; i++)
		blocks[i] = pop(m);
	for (size_t i = n; i-- > 0;) {
		random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407); // Knuth, MMIX
		size_t j = (random >> 32) % (i + 1);
		struct block *b = blocks[j];
		blocks[j] = blocks[i];
		block_give_back(m, b);
	}
	free(blocks);
	return 0;
}

// map_fill adds elements before any worker has joined.
int map_fill(struct map *m, const struct value *values, size_t n)
{
	const size_t among = n + SPREAD;
	int error = shuffle(m, among < m->pooled ? among : m->pooled);
	if (error != 0)
		return error;
	struct worker *w = worker_join(m, &error);
	if (w == NULL)
		return error;
	const struct mechanism *mechanism = m->mechanism;
	if (mechanism->begin != NULL)
		mechanism->begin(w);
	for (size_t i = 0; i < n && error == 0; i++)
		if (mechanism->insert(w, values[i]) < 0)
			error = ENOMEM;
	if (mechanism->end != NULL)
		mechanism->end(w);
	worker_leave(w);
	return error;
}

struct stats map_stats(struct map *m)
{
	struct stats s = {0};
	uint64_t added = 0, removed = 0;
	s.reclaimed = RELAXED(m->reclaimed);
	lock(&m->workers_lock);
	for (struct worker *w = m->workers; w != NULL; w = w->next) {
		removed += RELAXED(w->removed);
		added += RELAXED(w->added);
		s.reclaimed += RELAXED(w->reclaimed);
		s.retired += LOAD(w->retired);
	}
	unlock(&m->workers_lock);
	s.resident = added > removed ? added - removed : 0;
	s.retained = s.retired > s.reclaimed ? s.retired - s.reclaimed : 0;
	return s;
}

uint64_t map_close(struct map *m, struct stats *s)
{
	m->mechanism->close(m);
	*s = map_stats(m);
	uint64_t missing = m->capacity - m->pooled - s->resident;
	lock(&maps_lock);
	struct map **at = &maps;
	while (*at != m)
		at = &(*at)->next;
	*at = m->next;
	unlock(&maps_lock);
	while (m->workers != NULL) {
		struct worker *w = m->workers;
		m->workers = w->next;
		free(w);
	}
	munmap(m->memory, m->length);
	free(m);
	return missing;
}
