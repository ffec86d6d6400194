// kanchi-build: libc=small
// attack: Prints a number in a field of two thousand million places.
// group: output
// runs: worker
// ends: completed 0
// for: 5000
#include "attack.h"
#include <stdio.h>

int main(void)
{
    char small[8];
    attack_lamp();
    printf("%2147483647d\n", 1);
    printf("%.2147483647d\n", 1);
    printf("%.2147483647f\n", 1.0);
    printf("%99999999999999999999s\n", "x");
    const char *volatile format = "%2147483647d";
    snprintf(small, sizeof small, format, 1);
    return 0;
}
