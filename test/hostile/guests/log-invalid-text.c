// kanchi-build: libc=none
// attack: Writes bytes that are no text and levels that there are not into its log.
// group: output
// runs: inline
// ends: completed 0
// counts: failures 4
#include "attack.h"

int main(void)
{
    attack_lamp();
    EXPECT(0, kanchi_log_write(KANCHI_LOG_INFO, "\xff\xfe\x80\xc0\xaf", 5));
    EXPECT(0, kanchi_log_write(KANCHI_LOG_INFO, "\xed\xa0\x80 \xf4\x90\x80\x80", 8));
    EXPECT(0, kanchi_log_write(KANCHI_LOG_INFO, "cut \xe2\x82", 6));
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, kanchi_log_write(4, "x", 1));
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, kanchi_log_write(-1, "x", 1));
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, kanchi_log_write(INT32_MIN, "x", 1));
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, kanchi_log_write(INT32_MAX, "x", 1));
    return 0;
}
