// kanchi-build: libc=none
// attack: Has its list of operations at an address that is no multiple of four.
// group: I2C
// runs: inline
// ends: trapped KANCHI_TRAP
// says: is not a multiple of 4
#include "attack.h"

int main(void)
{
    static kanchi_i2c_operation list[2];
    attack_lamp();
    const int32_t chip = kanchi_i2c_open(KANCHI_LABEL("chip"));
    return kanchi_i2c_transaction(chip, -1, (kanchi_i2c_operation *)((uintptr_t)list + 2), 1);
}
