// kanchi-build: libc=small
// A bus label: transactions with an address, a device that is not there, a bus handle used as a device, and a device
// label with the addresses that it takes.
#include <kanchi.h>
#include <stdio.h>

int main(void)
{
    int32_t bus = kanchi_i2c_open(KANCHI_LABEL("sensors"));
    if (bus < 0) {
        char reason[512];
        printf("open %d %s\n", (int)bus, kanchi_last_error_text(reason, sizeof reason));
        return 1;
    }
    const uint8_t id_register = 0xd0;
    uint8_t id = 0;
    kanchi_i2c_operation operations[2];
    operations[0] = kanchi_i2c_writing(&id_register, 1);
    operations[1] = kanchi_i2c_reading(&id, 1);
    int32_t result = kanchi_i2c_transaction(bus, 0x76, operations, 2);
    printf("transaction %d id 0x%02x\n", (int)result, (unsigned)id);
    printf("nobody there %d\n", (int)kanchi_i2c_transaction(bus, 0x77, operations, 2));
    printf("address not granted %d\n", (int)kanchi_i2c_transaction(bus, 0x10, operations, 2));
    printf("bus as a device %d\n", (int)kanchi_i2c_read(bus, &id, 1));
    printf("no operation %d\n", (int)kanchi_i2c_transaction(bus, 0x76, operations, 0));
    operations[1].reserved[0] = 1;
    printf("reserved not zero %d\n", (int)kanchi_i2c_transaction(bus, 0x76, operations, 2));
    operations[1].reserved[0] = 0;
    printf("close %d again %d\n", (int)kanchi_i2c_close(bus), (int)kanchi_i2c_close(bus));
    printf("closed %d\n", (int)kanchi_i2c_transaction(bus, 0x76, operations, 2));

    int32_t device = kanchi_i2c_open(KANCHI_LABEL("environment"));
    printf("device by itself %d\n", (int)kanchi_i2c_transaction(device, KANCHI_I2C_DEVICE, operations, 2));
    printf("by its address %d\n", (int)kanchi_i2c_transaction(device, 0x76, operations, 2));
    printf("by another %d\n", (int)kanchi_i2c_transaction(device, 0x77, operations, 2));
    return 0;
}
