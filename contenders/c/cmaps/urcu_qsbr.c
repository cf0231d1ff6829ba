#include <urcu/urcu-qsbr.h>

#define NAME(x) qsbr_##x
#define FLAVOUR(x) urcu_qsbr_##x
#define MECHANISM urcu_qsbr
#define BACKEND "c-urcu-qsbr"
#define DOC "liburcu qsbr: readers announce a quiescent state every 16 lookups and do nothing else"
#define SOURCE "liburcu urcu-qsbr, urcu/rcuhlist.h"
#define LOOKUPS_ANNOUNCED 16
#include "hlist.h"
