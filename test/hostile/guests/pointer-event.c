// kanchi-build: libc=none
// attack: Wants its events in records that are not aligned, after every number of records that is not allowed.
// group: pointers
// runs: inline
// ends: trapped KANCHI_TRAP
// says: kanchi_event.wait: pointer 0x
// counts: failures 3
#include "attack.h"

int main(void)
{
    static kanchi_event events[65];
    attack_lamp();
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, kanchi_event_wait(events, 0, KANCHI_NO_WAIT));
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, kanchi_event_wait(events, 65, KANCHI_NO_WAIT));
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, kanchi_event_wait(events, 0xffffffffu, KANCHI_NO_WAIT));
    EXPECT(0, kanchi_event_wait(events, 64, KANCHI_NO_WAIT));
    return kanchi_event_wait((kanchi_event *)((uintptr_t)events + 4), 1, KANCHI_NO_WAIT);
}
