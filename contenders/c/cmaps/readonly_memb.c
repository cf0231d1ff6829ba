#include <urcu/urcu-memb.h>

#define NAME(x) readonly_memb_##x
#define READ_LOCK(w, b) urcu_memb_read_lock()
#define READ_UNLOCK(w, b) urcu_memb_read_unlock()
#define BACKEND "c-urcu-memb"
#define DOC "sections of liburcu memb over the chains of another map, read-only"
#define SOURCE "liburcu urcu-memb"

#include "readonly.h"

void memb_thread(void);

static void readonly_memb_begin(struct worker *w)
{
	(void)w;
	memb_thread();
}
static void readonly_memb_end(struct worker *w) { (void)w; }
