// kanchi-build: libc=none
// attack: Logs all of the memory that it does not have.
// group: pointers
// runs: inline
// ends: trapped KANCHI_TRAP
// says: kanchi_log.write: out of bounds memory access: 4294967295 bytes at 0x0
#include "attack.h"

int main(void)
{
    attack_lamp();
    return kanchi_log_write(KANCHI_LOG_INFO, (const char *)0, 0xffffffffu);
}
