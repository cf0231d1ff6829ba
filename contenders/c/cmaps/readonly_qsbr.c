#include <urcu/urcu-qsbr.h>

#define NAME(x) readonly_qsbr_##x
#define READ_LOCK(w, b) (urcu_qsbr_quiescent_state(), urcu_qsbr_read_lock())
#define READ_UNLOCK(w, b) urcu_qsbr_read_unlock()
#define BACKEND "c-urcu-qsbr"
#define DOC "liburcu qsbr over the chains of another map, read-only: a quiescent state before each lookup"
#define SOURCE "liburcu urcu-qsbr"

#include "readonly.h"

void qsbr_online(void);
void qsbr_offline(void);

static void readonly_qsbr_begin(struct worker *w)
{
	(void)w;
	qsbr_online();
}
static void readonly_qsbr_end(struct worker *w)
{
	(void)w;
	qsbr_offline();
}
