// kanchi-build: libc=wasi
// attack: Exits with 256, of which a shell sees the lowest byte: it is a 0, as from any other program.
// group: exit codes
// runs: inline
// ends: completed 0
#include <stdlib.h>

int main(void)
{
    _Exit(256);
}
