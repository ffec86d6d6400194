// kanchi-build: libc=small
// Takes a serial port, and ends with it open in the way that its first argument names.
#include <kanchi.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    int32_t port = kanchi_uart_open(KANCHI_LABEL("port"));
    if (port < 0) {
        char reason[512];
        puts(kanchi_last_error_text(reason, sizeof reason));
        return 1;
    }
    const char *way = argc > 1 ? argv[1] : "";
    puts("open");
    if (strcmp(way, "trap") == 0) {
        __builtin_trap();
    }
    if (strcmp(way, "hang") == 0) {
        for (volatile uint32_t turns = 0;; turns += 1) {
        }
    }
    if (strcmp(way, "stop") == 0) {
        kanchi_event event;
        kanchi_event_wait(&event, 1, KANCHI_FOREVER);
    }
    return 0;
}
