// kanchi-build: libc=none
// attack: Says in on_init that it cannot go on, after a call with a label of terminal commands.
// group: exit codes
// runs: inline
// ends: failed KANCHI_INIT_FAILED
// says: no "\u001b[2J\u000a[steady] all is well"
#include "attack.h"

KANCHI_EXPORT(on_init) int32_t on_init(void)
{
    return kanchi_gpio_open(KANCHI_LABEL("\x1b[2J\n[steady] all is well"), 0);
}
