#include <urcu/urcu-mb.h>

#define NAME(x) mb_##x
#define FLAVOUR(x) urcu_mb_##x
#define MECHANISM urcu_mb
#define BACKEND "c-urcu-mb"
#define DOC "liburcu mb: the same with the fence in the reader"
#define SOURCE "liburcu urcu-mb, urcu/rcuhlist.h"

#include "hlist.h"
