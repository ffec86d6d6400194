// kanchi-build: libc=none
// attack: Has its contract and its readings behind the end of its memory.
// group: pointers
// runs: inline
// ends: trapped KANCHI_TRAP
// says: kanchi_sensor.read: out of bounds memory access
// counts: failures 2
#include "attack.h"

int main(void)
{
    kanchi_sensor_contract contract = kanchi_sensor_every_ms(50);
    static kanchi_sensor_reading readings[4];
    const uint32_t end = (uint32_t)__builtin_wasm_memory_size(0) * 65536;
    const int32_t air = kanchi_sensor_subscribe(KANCHI_LABEL("air"), &contract);
    attack_lamp();
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, kanchi_sensor_read(air, readings, 0));
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, kanchi_sensor_read(air, readings, 0xffffffffu));
    return kanchi_sensor_read(air, (kanchi_sensor_reading *)(uintptr_t)(end - 64), 2);
}
