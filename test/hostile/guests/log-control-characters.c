// kanchi-build: libc=none
// attack: Writes terminal commands, line ends and direction marks into its log, to forge lines of others.
// group: output
// runs: inline
// ends: completed 0
// tells: [steady] all is well
#include "attack.h"

int main(void)
{
    static char every[256];
    attack_lamp();
    for (uint32_t index = 0; index < sizeof every; index += 1) {
        every[index] = (char)index;
    }
    EXPECT(0, kanchi_log_text(KANCHI_LOG_INFO, "one\r\n[steady] all is well"));
    EXPECT(0, kanchi_log_text(KANCHI_LOG_INFO, "\x1b[2J\x1b]0;title\x07"));
    EXPECT(0, kanchi_log_text(KANCHI_LOG_INFO, "\xe2\x80\xa8 \xe2\x80\xa9 \xe2\x80\xae \xc2\x9b" "31m"));
    EXPECT(0, kanchi_log_write(KANCHI_LOG_ERROR, every, sizeof every));
    return 0;
}
