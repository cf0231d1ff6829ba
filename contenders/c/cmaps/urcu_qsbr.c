#include <urcu/urcu-qsbr.h>

#define NAME(x) qsbr_##x
#define FLAVOUR(x) urcu_qsbr_##x
#define MECHANISM urcu_qsbr
#define BACKEND "c-urcu-qsbr"
#define DOC "liburcu qsbr: readers announce a quiescent state after each lookup"
#define SOURCE "liburcu urcu-qsbr, urcu/rcuhlist.h"
#define ANNOUNCES
#include "hlist.h"
