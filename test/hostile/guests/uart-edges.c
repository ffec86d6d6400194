// kanchi-build: libc=none
// attack: Reads and writes its serial port with lengths and deadlines at every edge.
// group: UART
// runs: inline
// ends: trapped KANCHI_TRAP
// says: kanchi_uart.write: out of bounds memory access
#include "attack.h"

int main(void)
{
    static uint8_t bytes[64];
    const uint32_t size = (uint32_t)__builtin_wasm_memory_size(0) * 65536;
    const int32_t port = kanchi_uart_open(KANCHI_LABEL("port"));
    attack_lamp();
    EXPECT(KANCHI_ERROR_BUSY, kanchi_uart_open(KANCHI_LABEL("port")));
    EXPECT(0, kanchi_uart_read(port, bytes, 0, KANCHI_FOREVER));
    EXPECT(0, kanchi_uart_read(port, bytes, 64, INT64_MIN));
    EXPECT(0, kanchi_uart_read(port, bytes, 64, -1));
    EXPECT(0, kanchi_uart_read(port, (void *)0, size, KANCHI_NO_WAIT));
    EXPECT(0, kanchi_uart_write(port, bytes, 0, KANCHI_FOREVER));
    EXPECT(0, kanchi_uart_available(port));
    for (uint32_t count = 0; count < 1000; count += 1) {
        EXPECT(0, kanchi_uart_watch(port));
    }
    EXPECT(0, kanchi_uart_unwatch(port));
    EXPECT(0, kanchi_uart_unwatch(port));
    return kanchi_uart_write(port, (void *)8, size, INT64_MIN);
}
