// kanchi-build: libc=small
// Two channels of an MCP3008, twice a second. Main style: the app waits for events, and each deadline is a reading.
#include <kanchi.h>
#include <stdio.h>

#define REFERENCE_VOLTS 3.3
#define INTERVAL_NS (500 * KANCHI_NS_PER_MS)

// One conversion of a single-ended channel, 0 to 1023, or a negative error (DS21295 figure 6-1: the start bit in the
// first byte, SGL/DIFF and the channel in the upper half of the second, ten result bits at the end).
static int32_t convert(int32_t adc, uint8_t channel)
{
    const uint8_t command[3] = {0x01, (uint8_t)(0x80 | channel << 4), 0x00};
    uint8_t answer[3];
    int32_t result = kanchi_spi_transfer(adc, command, answer, sizeof command);
    return result < 0 ? result : (answer[1] & 0x03) << 8 | answer[2];
}

static int fail(const char *what)
{
    char reason[512];
    printf("%s: %s\n", what, kanchi_last_error_text(reason, sizeof reason));
    return 1;
}

int main(void)
{
    int32_t adc = kanchi_spi_open(KANCHI_LABEL("adc"));
    if (adc < 0) {
        return fail("open");
    }
    int64_t next_ns = kanchi_clock_now();
    for (int32_t reading = 0;; reading += 1) {
        kanchi_event event;
        next_ns += INTERVAL_NS;
        // Any event but the request to stop would only make this reading early; no source of one is open.
        if (kanchi_event_wait(&event, 1, next_ns) != 0) {
            puts("stopped");
            return 0;
        }
        for (uint8_t channel = 0; channel < 2; channel += 1) {
            int32_t code = convert(adc, channel);
            if (code < 0) {
                return fail("convert");
            }
            // 1024 codes over the reference (DS21295 equation 4-2).
            printf("%d: channel %d: %4d of 1023, %.3f V\n", (int)reading, channel, (int)code,
                   code * REFERENCE_VOLTS / 1024.0);
        }
    }
}
