#include <urcu/urcu-qsbr.h>

#define NAME(x) qsbr_##x
#define FLAVOUR(x) urcu_qsbr_##x
#define MECHANISM urcu_qsbr
#define BACKEND "c-urcu-qsbr"
#define DOC "liburcu qsbr: readers announce a quiescent state after each lookup"
#define SOURCE "liburcu urcu-qsbr, urcu/rcuhlist.h"
#define ANNOUNCES
#include "hlist.h"

// The same for a thread that is registered with the flavour once.
void qsbr_online(void) { qsbr_begin(NULL); }
void qsbr_offline(void) { qsbr_end(NULL); }
