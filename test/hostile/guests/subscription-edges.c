// kanchi-build: libc=none
// attack: Asks for contracts that nobody could keep: interval 0, below 0 and 2^63-1, NaN, queues of 2^31, unknown channels.
// group: sensors
// runs: inline
// ends: completed 0
// counts: failures 20
// counts: denials 1
#include "attack.h"

static int32_t ask(kanchi_sensor_contract contract)
{
    return kanchi_sensor_subscribe(KANCHI_LABEL("air"), &contract);
}

#define WITH(field, value)                                                                                   \
    do {                                                                                                     \
        kanchi_sensor_contract contract = plain;                                                             \
        contract.channel_mask = 1;                                                                           \
        contract.field = (value);                                                                            \
        EXPECT(KANCHI_ERROR_BAD_ARGUMENT, ask(contract));                                                    \
    } while (0)

int main(void)
{
    const kanchi_sensor_contract plain = kanchi_sensor_every_ms(50);
    kanchi_sensor_contract contract = plain;
    attack_lamp();
    WITH(interval_ns, 0);
    WITH(interval_ns, -1);
    WITH(interval_ns, INT64_MIN);
    WITH(interval_ns, INT64_MAX);
    WITH(tolerance_ns, -1);
    WITH(tolerance_ns, INT64_MAX);
    WITH(max_latency_ns, -1);
    WITH(max_latency_ns, INT64_MAX);
    WITH(queue_records, 0x80000000u);
    WITH(queue_records, 0xffffffffu);
    WITH(queue_records, 4097);
    WITH(flags, 2);
    WITH(flags, 0xffffffffu);
    WITH(mode, 3);
    WITH(filter, 6);
    WITH(reserved, 1);
    WITH(channel_mask, UINT64_C(1) << 63);
    contract.channel_mask = 1;
    contract.mode = KANCHI_SENSOR_THRESHOLD;
    contract.level = __builtin_nan("");
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, ask(contract));
    contract.level = __builtin_inf();
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, ask(contract));
    contract.level = 20;
    contract.band = __builtin_nan("");
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, ask(contract));
    contract.band = -1;
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, ask(contract));
    const double parameters[] = {__builtin_nan(""), __builtin_inf(), -__builtin_inf(), -1, 1e300, 0.5, 256};
    for (uint32_t index = 0; index < NELEMENTS(parameters); index += 1) {
        contract = plain;
        contract.channel_mask = 1;
        contract.filter = KANCHI_SENSOR_FILTER_MEDIAN;
        contract.filter_parameter = parameters[index];
        EXPECT(KANCHI_ERROR_BAD_ARGUMENT, ask(contract));
    }
    contract = plain;
    contract.channel_mask = 2;
    EXPECT(KANCHI_ERROR_DENIED, ask(contract));
    // Faster than it may: it gets what it may have, and is told.
    contract = kanchi_sensor_every_ms(1);
    EXPECT(1, ask(contract) > 0);
    return 0;
}
