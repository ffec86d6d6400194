// kanchi-build: libc=wasi
// attack: Writes ten thousand times to its standard output, a byte at a time.
// group: WASI
// runs: inline
// ends: completed 0
// tells: output dropped: more than 4096 bytes in a second
// counts: logBytesDropped 5000
#include <unistd.h>

int main(void)
{
    for (int count = 0; count < 10000; count += 1) {
        write(1, "x", 1);
    }
    return 0;
}
