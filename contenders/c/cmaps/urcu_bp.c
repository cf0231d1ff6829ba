#include <urcu/urcu-bp.h>

#define NAME(x) bp_##x
#define FLAVOUR(x) urcu_bp_##x
#define MECHANISM urcu_bp
#define BACKEND "c-urcu-bp"
#define DOC "liburcu bp: readers register themselves"
#define SOURCE "liburcu urcu-bp, urcu/rcuhlist.h"

#include "hlist.h"
