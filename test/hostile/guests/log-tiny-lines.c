// kanchi-build: libc=none
// attack: Writes ten thousand log lines of one byte at once.
// group: output
// runs: inline
// ends: completed 0
// tells: output dropped: more than 4096 bytes in a second
// counts: failures 5000
#include "attack.h"

int main(void)
{
    int32_t kept = 0;
    attack_lamp();
    for (int32_t count = 0; count < 10000; count += 1) {
        kept += kanchi_log_write(KANCHI_LOG_INFO, "x", 1) == 0 ? 1 : 0;
    }
    EXPECT(4096, kept);
    return 0;
}
