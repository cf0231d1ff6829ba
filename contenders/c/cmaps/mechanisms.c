#include "map.h"

extern const struct mechanism raw, urcu_memb, urcu_mb, urcu_bp, urcu_qsbr, lfht, seqlock, hazard, epoch, hp, pflock, brlock;

const struct mechanism *const mechanisms[] = {
	&raw, &urcu_memb, &urcu_mb, &urcu_bp, &urcu_qsbr, &lfht, &seqlock, &hazard, &epoch, &hp, &pflock, &brlock,
};
const size_t mechanism_count = sizeof mechanisms / sizeof *mechanisms;
