// kanchi-build: libc=small
// The smallest app: no bus, no WASI, only the small libc of the host.
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    puts("Hello world!");
    char *buf = malloc(1024);
    if (buf == NULL) {
        puts("malloc buf failed");
        return 1;
    }
    printf("buf ptr: %p\n", (void *)buf);
    sprintf(buf, "1234\n");
    printf("buf: %s", buf);
    free(buf);
    return 0;
}
