#include <urcu/urcu-memb.h>

#define NAME(x) memb_##x
#define FLAVOUR(x) urcu_memb_##x
#define MECHANISM urcu_memb
#define BACKEND "c-urcu-memb"
#define DOC "liburcu memb: readers mark themselves with plain stores, membarrier on the update side"
#define SOURCE "liburcu urcu-memb, urcu/rcuhlist.h"

#include "hlist.h"

// A thread is registered with a flavour once, whichever map it comes to first.
void memb_thread(void) { memb_begin(NULL); }
