// kanchi-build: libc=none
// attack: Waits to the end of time for bytes that never come, again and again.
// group: endless loops
// runs: inline
// ends: trapped KANCHI_TRAP
// says: kanchi_uart.read: the app was asked to stop and began 32 more waits
// for: 200
#include "attack.h"

int main(void)
{
    uint8_t byte;
    const int32_t port = kanchi_uart_open(KANCHI_LABEL("port"));
    attack_lamp();
    for (;;) {
        kanchi_uart_read(port, &byte, 1, KANCHI_FOREVER);
    }
}
