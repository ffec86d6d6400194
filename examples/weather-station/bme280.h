// BME280 arithmetic, from the data sheet BST-BME280-DS002. No input or output: bytes in, physical values out.
#ifndef BME280_H
#define BME280_H

#include <stdint.h>

// Registers (section 5.3).
enum {
    BME280_TRIMMING_FIRST = 0x88,
    BME280_ID = 0xd0,
    BME280_TRIMMING_SECOND = 0xe1,
    BME280_CTRL_HUM = 0xf2,
    BME280_STATUS = 0xf3,
    BME280_CTRL_MEAS = 0xf4,
    BME280_DATA = 0xf7,
};

enum {
    BME280_CHIP_ID = 0x60,           // section 5.4.1
    BME280_TRIMMING_FIRST_BYTES = 26, // 0x88 to 0xa1
    BME280_TRIMMING_SECOND_BYTES = 7, // 0xe1 to 0xe7
    BME280_DATA_BYTES = 8,            // pressure, temperature, humidity: one burst, one conversion (section 4.1)
    BME280_MEASURING = 0x08,          // bit 3 of status (section 5.4.4)
    BME280_HUMIDITY_ONCE = 0x01,      // osrs_h = 1 (section 5.4.3)
    BME280_FORCED_ONCE = 0x25,        // osrs_t = 1, osrs_p = 1, mode = forced (section 5.4.5)
};

// Trimming words T1 to H6 (section 4.2.2, table 16); index 0 of t, p and h is word 1.
typedef struct bme280_trimming {
    double t[3];
    double p[9];
    double h[6];
} bme280_trimming;

typedef struct bme280_reading {
    double temperature_c;
    double pressure_pa;
    double humidity_percent;
} bme280_reading;

// Why there is no reading.
typedef enum bme280_result {
    BME280_OK,
    BME280_NOT_CONVERTED, // the chip shows its reset values (section 5.4.7 to 5.4.9)
    BME280_OUT_OF_RANGE,  // outside -40 to 85 C, 0 to 100 % or 30000 to 110000 Pa (tables 1 to 3)
} bme280_result;

bme280_trimming bme280_parse_trimming(const uint8_t *first, const uint8_t *second);
bme280_result bme280_compensate(const bme280_trimming *trimming, const uint8_t *data, bme280_reading *reading);

#endif
