// kanchi-build: libc=none
// attack: Sends on its serial port without end and without waiting.
// group: buses
// runs: worker
// ends: trapped KANCHI_TRAP
// says: kanchi_uart.write: the app was asked to stop and began 32 more waits
// counts: busBytes 1000
// for: 300
#include "attack.h"

int main(void)
{
    static uint8_t bytes[8192];
    const int32_t port = kanchi_uart_open(KANCHI_LABEL("port"));
    attack_lamp();
    for (;;) {
        kanchi_uart_write(port, bytes, sizeof bytes, KANCHI_NO_WAIT);
    }
}
