// kanchi-build: libc=none
// attack: Writes log lines of 1024 bytes without end.
// group: output
// runs: worker
// ends: terminated KANCHI_TERMINATED
// says: main ran for 200 ms
// tells: output dropped: more than 4096 bytes in a second
// counts: logBytesDropped 1
// counts: failures 100
// limit: callbackMs 200
// for: 10000
#include "attack.h"

int main(void)
{
    static char line[1024];
    for (uint32_t index = 0; index < sizeof line; index += 1) {
        line[index] = 'x';
    }
    for (;;) {
        kanchi_log_write(KANCHI_LOG_INFO, line, sizeof line);
    }
}
