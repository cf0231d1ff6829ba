package perf

import "strings"

// alias is one of perf's spellings of a part of a cache event's name.
type alias struct {
	spelling string
	number   uint64
}

// A cache event is a cache, an operation and a result: the config is
// cache | op<<8 | result<<16. The spellings are perf's, less L2 for the last
// level, which only misleads. The first of each number is the one that lists
// show.
var (
	cacheNames = []alias{
		{"L1-dcache", 0}, {"L1d", 0}, {"L1-d", 0}, {"L1-data", 0},
		{"L1-icache", 1}, {"L1i", 1}, {"L1-i", 1}, {"L1-instruction", 1},
		{"LLC", 2},
		{"dTLB", 3}, {"d-TLB", 3}, {"Data-TLB", 3},
		{"iTLB", 4}, {"i-TLB", 4}, {"Instruction-TLB", 4},
		{"branch", 5}, {"branches", 5}, {"bpu", 5}, {"btb", 5}, {"bpc", 5},
		{"node", 6},
	}
	cacheOps = []alias{
		{"load", 0}, {"loads", 0}, {"read", 0},
		{"store", 1}, {"stores", 1}, {"write", 1},
		{"prefetch", 2}, {"prefetches", 2}, {"speculative-read", 2}, {"speculative-load", 2},
	}
	cacheResults = []alias{
		{"refs", 0}, {"Reference", 0}, {"ops", 0}, {"access", 0},
		{"misses", 1}, {"miss", 1},
	}
	cacheDocs = []string{
		"level-1 data cache", "level-1 instruction cache", "last-level cache",
		"data TLB", "instruction TLB", "branch prediction unit", "memory of the own NUMA node",
	}
	// cacheOpsOf are the operations that make sense for each cache.
	cacheOpsOf = [][]uint64{{0, 1, 2}, {0, 2}, {0, 1, 2}, {0, 1, 2}, {0}, {0}, {0, 1, 2}}
	opPlurals  = []string{"loads", "stores", "prefetches"}
)

// cacheEvent reads CACHE-OP, CACHE-OP-RESULT or CACHE-RESULT, in any case of
// letters. Without an operation it is loads, without a result all of them.
func cacheEvent(name string) (Event, bool) {
	for _, cache := range cacheNames {
		rest, ok := cutPrefixFold(name, cache.spelling+"-")
		if !ok {
			continue
		}
		for _, op := range cacheOps {
			if strings.EqualFold(rest, op.spelling) {
				return newCacheEvent(cache, op.number, 0, op.spelling)
			}
			for _, result := range cacheResults {
				if spelling := op.spelling + "-" + result.spelling; strings.EqualFold(rest, spelling) {
					return newCacheEvent(cache, op.number, result.number, spelling)
				}
			}
		}
		for _, result := range cacheResults {
			if strings.EqualFold(rest, result.spelling) {
				return newCacheEvent(cache, 0, result.number, result.spelling)
			}
		}
	}
	return Event{}, false
}

func newCacheEvent(cache alias, op, result uint64, spelling string) (Event, bool) {
	for _, possible := range cacheOpsOf[cache.number] {
		if possible == op {
			doc := cacheDocs[cache.number] + ": " + opPlurals[op]
			if result == 1 {
				doc += " that missed"
			}
			return Event{
				Name: cache.spelling + "-" + spelling,
				Kind: Cache,
				Doc:  doc,
				attr: attr{typ: typeCache, config: cache.number | op<<8 | result<<16},
			}, true
		}
	}
	return Event{}, false
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

// cacheEvents returns every cache event once, under the name that perf lists.
func cacheEvents() []Event {
	var events []Event
	for number, ops := range cacheOpsOf {
		for _, cache := range cacheNames {
			if cache.number != uint64(number) {
				continue
			}
			for _, op := range ops {
				singular := []string{"load", "store", "prefetch"}[op]
				all, _ := newCacheEvent(cache, op, 0, opPlurals[op])
				missed, _ := newCacheEvent(cache, op, 1, singular+"-misses")
				events = append(events, all, missed)
			}
			break
		}
	}
	return events
}
