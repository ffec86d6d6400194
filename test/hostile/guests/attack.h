// What attacks in C share: a call that does not give what it should ends the guest with its line in the log.
#ifndef ATTACK_H
#define ATTACK_H

#include <kanchi.h>

#define NELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

static inline void attack_text(char *line, uint32_t *length, const char *text)
{
    while (*text != '\0' && *length < 250) {
        line[(*length)++] = *text++;
    }
}

static inline void attack_number(char *line, uint32_t *length, int64_t number)
{
    char digits[24];
    uint32_t count = 0;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do {
        digits[count++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (number < 0) {
        digits[count++] = '-';
    }
    while (count > 0) {
        line[(*length)++] = digits[--count];
    }
}

static inline void attack_expect(int line_number, const char *call, int64_t expected, int64_t result)
{
    if (result == expected) {
        return;
    }
    char line[300];
    uint32_t length = 0;
    attack_text(line, &length, "line ");
    attack_number(line, &length, line_number);
    attack_text(line, &length, ": ");
    attack_text(line, &length, call);
    attack_text(line, &length, " gave ");
    attack_number(line, &length, result);
    attack_text(line, &length, ", not ");
    attack_number(line, &length, expected);
    kanchi_log_write(KANCHI_LOG_ERROR, line, length);
    __builtin_trap();
}

#define EXPECT(expected, call) attack_expect(__LINE__, #call, (int64_t)(expected), (int64_t)(call))

/* The lamp, driven high: it must be low when the attack is over. */
static inline int32_t attack_lamp(void)
{
    int32_t lamp = kanchi_gpio_open(KANCHI_LABEL("lamp"), KANCHI_GPIO_MODE_OUTPUT_HIGH);
    if (lamp <= 0) {
        __builtin_trap();
    }
    return lamp;
}

#endif
