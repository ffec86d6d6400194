// kanchi-build: libc=wasi
// attack: Exits with a code that is no exit code.
// group: exit codes
// runs: inline
// ends: completed 255
#include <stdlib.h>

int main(void)
{
    _Exit(-1);
}
