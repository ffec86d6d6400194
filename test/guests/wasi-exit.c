// Prints to both streams and exits with a code of its own, from inside a function.
#include <stdio.h>
#include <stdlib.h>

static void leave(void)
{
    printf("leaving\n");
    fprintf(stderr, "with code 7\n");
    exit(7);
}

int main(int argc, char **argv)
{
    printf("arguments: %d\n", argc);
    for (int index = 1; index < argc; index += 1) {
        printf("argument %d: %s\n", index, argv[index]);
    }
    leave();
}
