// kanchi-build: libc=none
// attack: Names what is another app's, and what only looks like its own: NUL, spaces, look-alike letters, long, no text.
// group: labels
// runs: inline
// ends: completed 0
// tells: kanchi_gpio.open refused: line "victim"
// tells: kanchi_i2c.open refused
// tells: kanchi_sensor.subscribe refused
// counts: denials 4
// counts: failures 20
#include "attack.h"

#define REFUSED(number, literal) EXPECT(number, kanchi_gpio_open(KANCHI_LABEL(literal), KANCHI_GPIO_MODE_OUTPUT_HIGH))

int main(void)
{
    static char longest[4096];
    kanchi_sensor_contract contract = kanchi_sensor_every_ms(50);
    attack_lamp();
    REFUSED(KANCHI_ERROR_DENIED, "victim");
    REFUSED(KANCHI_ERROR_DENIED, "pulse");
    EXPECT(KANCHI_ERROR_DENIED, kanchi_i2c_open(KANCHI_LABEL("victim-chip")));
    EXPECT(KANCHI_ERROR_DENIED, kanchi_i2c_open(KANCHI_LABEL("air-chip")));
    EXPECT(KANCHI_ERROR_DENIED, kanchi_spi_open(KANCHI_LABEL("steady-adc")));
    EXPECT(KANCHI_ERROR_DENIED, kanchi_sensor_subscribe(KANCHI_LABEL("secret"), &contract));
    REFUSED(KANCHI_ERROR_NO_SUCH_LABEL, "");
    REFUSED(KANCHI_ERROR_NO_SUCH_LABEL, "lamp\0");
    REFUSED(KANCHI_ERROR_NO_SUCH_LABEL, "lamp\0victim");
    REFUSED(KANCHI_ERROR_NO_SUCH_LABEL, " lamp");
    REFUSED(KANCHI_ERROR_NO_SUCH_LABEL, "lamp ");
    REFUSED(KANCHI_ERROR_NO_SUCH_LABEL, "Lamp");
    REFUSED(KANCHI_ERROR_NO_SUCH_LABEL, "l\xd0\xb0mp");
    REFUSED(KANCHI_ERROR_NO_SUCH_LABEL, "lamp\xcc\x88");
    REFUSED(KANCHI_ERROR_NO_SUCH_LABEL, "\xef\xbb\xbflamp");
    REFUSED(KANCHI_ERROR_NO_SUCH_LABEL, "lam\xff");
    REFUSED(KANCHI_ERROR_NO_SUCH_LABEL, "../lamp");
    REFUSED(KANCHI_ERROR_NO_SUCH_LABEL, "17");
    REFUSED(KANCHI_ERROR_NO_SUCH_LABEL, "__proto__");
    REFUSED(KANCHI_ERROR_NO_SUCH_LABEL, "constructor");
    REFUSED(KANCHI_ERROR_NO_SUCH_LABEL, "toString");
    REFUSED(KANCHI_ERROR_NO_SUCH_LABEL, "\x1b[2J\n");
    EXPECT(KANCHI_ERROR_NO_SUCH_LABEL, kanchi_gpio_open(longest, 64, 0));
    EXPECT(KANCHI_ERROR_NO_SUCH_LABEL, kanchi_gpio_open(longest, 65, 0));
    EXPECT(KANCHI_ERROR_NO_SUCH_LABEL, kanchi_gpio_open(longest, sizeof longest, 0));
    // A label of one kind is none of another.
    EXPECT(KANCHI_ERROR_NO_SUCH_LABEL, kanchi_i2c_open(KANCHI_LABEL("lamp")));
    EXPECT(KANCHI_ERROR_NO_SUCH_LABEL, kanchi_uart_open(KANCHI_LABEL("registers")));
    EXPECT(KANCHI_ERROR_NO_SUCH_LABEL, kanchi_spi_open(KANCHI_LABEL("chip")));
    return 0;
}
