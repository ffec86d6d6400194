// kanchi-build: libc=none
// attack: Reads the text of its last failure into no room, into too little, and into memory that it does not have.
// group: pointers
// runs: inline
// ends: trapped KANCHI_TRAP
// says: kanchi_log.last_error: out of bounds memory access
#include "attack.h"

int main(void)
{
    static char text[4] = {'-', '-', '-', '-'};
    attack_lamp();
    EXPECT(KANCHI_ERROR_DENIED, kanchi_gpio_open(KANCHI_LABEL("victim"), 0));
    if (kanchi_log_last_error(text, 0) < 20 || kanchi_log_last_error(text, 2) < 20) {
        return 1;
    }
    EXPECT('a', text[0]);
    EXPECT('-', text[2]);
    return kanchi_log_last_error(text, 0x7fffffff);
}
