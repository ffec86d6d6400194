// kanchi-build: libc=small
// Sends back what it receives, until the far end goes away or the request to stop.
#include <kanchi.h>
#include <stdio.h>

static int fail(const char *what)
{
    char reason[512];
    printf("%s: %s\n", what, kanchi_last_error_text(reason, sizeof reason));
    return 1;
}

int main(void)
{
    int32_t port = kanchi_uart_open(KANCHI_LABEL("console"));
    if (port < 0) {
        return fail("open");
    }
    printf("nothing yet %d\n", (int)kanchi_uart_available(port));
    for (;;) {
        char bytes[32];
        int64_t now_ns = kanchi_clock_now();
        int32_t count = kanchi_uart_read(port, bytes, sizeof bytes, now_ns + KANCHI_NS_PER_S);
        if (count == KANCHI_ERROR_INTERRUPTED) {
            puts("stopped");
            return 0;
        }
        if (count == KANCHI_ERROR_DISCONNECTED) {
            puts("far end gone");
            return 0;
        }
        if (count < 0) {
            return fail("read");
        }
        if (count == 0) {
            puts("silence");
            continue;
        }
        printf("read %d\n", (int)count);
        if (kanchi_uart_write_all(port, bytes, (uint32_t)count, KANCHI_FOREVER) != count) {
            return fail("write");
        }
        if (kanchi_uart_flush(port, kanchi_clock_now() + KANCHI_NS_PER_S) < 0) {
            return fail("flush");
        }
    }
}
