#include "bme280.h"

static int32_t unsigned16(const uint8_t *bytes)
{
    return bytes[0] | bytes[1] << 8;
}

static int32_t signed16(const uint8_t *bytes)
{
    return (int16_t)unsigned16(bytes);
}

// Table 16: which word is where. Only T1, P1, H1 and H3 are unsigned; H4 and H5 are 12 bits each and share 0xe5.
bme280_trimming bme280_parse_trimming(const uint8_t *first, const uint8_t *second)
{
    bme280_trimming words;
    words.t[0] = unsigned16(first);
    words.t[1] = signed16(first + 2);
    words.t[2] = signed16(first + 4);
    words.p[0] = unsigned16(first + 6);
    for (int index = 1; index < 9; index += 1) {
        words.p[index] = signed16(first + 6 + 2 * index);
    }
    words.h[0] = first[25];
    words.h[1] = signed16(second);
    words.h[2] = second[2];
    words.h[3] = (int8_t)second[3] * 16 + (second[4] & 0x0f);
    words.h[4] = (int8_t)second[5] * 16 + (second[4] >> 4);
    words.h[5] = (int8_t)second[6];
    return words;
}

// The formulas of section 4.2.3, in floating point: powers of two are the fixed-point positions of the trimming words.

// Temperature on the fine scale that the other two use: 5120 steps are one degree.
static double fine_temperature(const bme280_trimming *words, double raw)
{
    double offset = raw / 16384.0 - words->t[0] / 1024.0;
    double eighth = offset / 8.0;
    return offset * words->t[1] + eighth * eighth * words->t[2];
}

static double pressure_pa(const bme280_trimming *words, double raw, double fine)
{
    double warmth = fine / 2.0 - 64000.0;
    double shift = (words->p[5] * warmth / 32768.0 + 2.0 * words->p[4]) * warmth / 4.0 + words->p[3] * 65536.0;
    double slope = (words->p[2] * warmth / 524288.0 + words->p[1]) * warmth / 524288.0;
    double sensitivity = (1.0 + slope / 32768.0) * words->p[0];
    if (sensitivity == 0.0) {
        return 0.0; // only words that were never programmed give this; the range check refuses it
    }
    double linear = (1048576.0 - raw - shift / 4096.0) * 6250.0 / sensitivity;
    double curve = words->p[8] * linear * linear / 2147483648.0 + words->p[7] * linear / 32768.0;
    return linear + (curve + words->p[6]) / 16.0;
}

static double humidity_percent(const bme280_trimming *words, double raw, double fine)
{
    double warmth = fine - 76800.0;
    double level = raw - (words->h[3] * 64.0 + words->h[4] * warmth / 16384.0);
    double tilt = 1.0 + words->h[2] * warmth / 67108864.0;
    double gain = words->h[1] / 65536.0 * (1.0 + words->h[5] * warmth * tilt / 67108864.0);
    double percent = level * gain;
    percent *= 1.0 - words->h[0] * percent / 524288.0;
    return percent < 0.0 ? 0.0 : percent > 100.0 ? 100.0 : percent;
}

bme280_result bme280_compensate(const bme280_trimming *words, const uint8_t *data, bme280_reading *reading)
{
    int32_t raw_pressure = data[0] << 12 | data[1] << 4 | data[2] >> 4;
    int32_t raw_temperature = data[3] << 12 | data[4] << 4 | data[5] >> 4;
    int32_t raw_humidity = data[6] << 8 | data[7];
    if (raw_pressure == 0x80000 || raw_temperature == 0x80000 || raw_humidity == 0x8000) {
        return BME280_NOT_CONVERTED;
    }
    double fine = fine_temperature(words, raw_temperature);
    reading->temperature_c = fine / 5120.0;
    reading->pressure_pa = pressure_pa(words, raw_pressure, fine);
    reading->humidity_percent = humidity_percent(words, raw_humidity, fine);
    if (reading->temperature_c < -40.0 || reading->temperature_c > 85.0 || reading->pressure_pa < 30000.0 ||
        reading->pressure_pa > 110000.0) {
        return BME280_OUT_OF_RANGE;
    }
    return BME280_OK;
}
