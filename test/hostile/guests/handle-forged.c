// kanchi-build: libc=none
// attack: Uses handle numbers that it made up, that are closed, and that are of another kind.
// group: handles
// runs: inline
// ends: completed 0
// counts: failures 1000
#include "attack.h"

int main(void)
{
    uint8_t byte = 0x10;
    const int32_t lamp = attack_lamp();
    const int32_t chip = kanchi_i2c_open(KANCHI_LABEL("chip"));
    const int32_t timer = kanchi_clock_timer_start(KANCHI_NS_PER_S, 0, KANCHI_TIMER_PERIODIC);
    const int32_t forged[] = {0, -1, 1, INT32_MIN, INT32_MAX, lamp + 256, lamp - 256, lamp + 1000, 255, 0x7fffff00};
    for (uint32_t index = 0; index < NELEMENTS(forged); index += 1) {
        EXPECT(KANCHI_ERROR_BAD_HANDLE, kanchi_gpio_write(forged[index], 1));
        EXPECT(KANCHI_ERROR_BAD_HANDLE, kanchi_gpio_close(forged[index]));
        EXPECT(KANCHI_ERROR_BAD_HANDLE, kanchi_i2c_write(forged[index], &byte, 1));
        EXPECT(KANCHI_ERROR_BAD_HANDLE, kanchi_spi_transfer(forged[index], &byte, &byte, 1));
        EXPECT(KANCHI_ERROR_BAD_HANDLE, kanchi_uart_write(forged[index], &byte, 1, KANCHI_NO_WAIT));
        EXPECT(KANCHI_ERROR_BAD_HANDLE, kanchi_mmio_read32(forged[index], 0x34));
        EXPECT(KANCHI_ERROR_BAD_HANDLE, kanchi_pwm_set_duty(forged[index], KANCHI_NS_PER_MS));
        EXPECT(KANCHI_ERROR_BAD_HANDLE, kanchi_clock_timer_stop(forged[index]));
    }
    // Of another kind.
    EXPECT(KANCHI_ERROR_BAD_HANDLE, kanchi_gpio_write(chip, 1));
    EXPECT(KANCHI_ERROR_BAD_HANDLE, kanchi_i2c_close(lamp));
    EXPECT(KANCHI_ERROR_BAD_HANDLE, kanchi_gpio_close(timer));
    EXPECT(KANCHI_ERROR_BAD_HANDLE, kanchi_clock_timer_stop(lamp));
    EXPECT(KANCHI_ERROR_BAD_HANDLE, kanchi_sensor_close(chip));
    EXPECT(1, kanchi_gpio_read(lamp));
    // Closed, and closed again; a number that comes later is not guessed from the one before.
    EXPECT(0, kanchi_i2c_close(chip));
    EXPECT(0, kanchi_i2c_close(chip));
    EXPECT(KANCHI_ERROR_BAD_HANDLE, kanchi_i2c_write(chip, &byte, 1));
    for (int32_t guess = 0; guess < 1000; guess += 1) {
        if (guess != timer && guess != lamp) {
            EXPECT(KANCHI_ERROR_BAD_HANDLE, kanchi_gpio_read(guess));
        }
    }
    return 0;
}
