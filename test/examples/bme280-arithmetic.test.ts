import { beforeAll, describe, expect, it } from 'vitest';
import { compileGuestFunctions, type GuestFunctions } from '../support/guest-functions.ts';

const source = `#include <kanchi.h>
#include "bme280.h"
static uint8_t first[BME280_TRIMMING_FIRST_BYTES];
static uint8_t second[BME280_TRIMMING_SECOND_BYTES];
static uint8_t data[BME280_DATA_BYTES];
static bme280_reading reading;
KANCHI_EXPORT(first_at) uint8_t *first_at(void) { return first; }
KANCHI_EXPORT(second_at) uint8_t *second_at(void) { return second; }
KANCHI_EXPORT(data_at) uint8_t *data_at(void) { return data; }
KANCHI_EXPORT(compute) int compute(void)
{
    bme280_trimming words = bme280_parse_trimming(first, second);
    return bme280_compensate(&words, data, &reading);
}
KANCHI_EXPORT(temperature) double temperature(void) { return reading.temperature_c; }
KANCHI_EXPORT(pressure) double pressure(void) { return reading.pressure_pa; }
KANCHI_EXPORT(humidity) double humidity(void) { return reading.humidity_percent; }
`;

/** T1 to T3 and P1 to P9 of the worked example in BST-BMP280-DS001, section 3.12, which has the same formulas. */
const exampleWords = [27504, 26435, -1000, 36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000];
/** Humidity words of an ordinary part; H4 and H5 with all three half bytes in use and one of them negative. */
const humidityWords = { h1: 75, h2: 370, h3: 10, h4: 0x13a, h5: -0x35, h6: 30 };

let guest: GuestFunctions;
beforeAll(async () => {
  const folder = 'examples/weather-station';
  guest = await compileGuestFunctions([`${folder}/bme280.c`, `${folder}/bme280.h`], source, 'none');
});

function write(name: string, bytes: readonly number[]): void {
  new Uint8Array(guest.memory.buffer).set(bytes, guest.call(name));
}

const low = (word: number): number => word & 0xff;
const high = (word: number): number => (word >> 8) & 0xff;

function compute(raw: { temperature: number; pressure: number; humidity: number }): number {
  const { h1, h2, h3, h4, h5, h6 } = humidityWords;
  write('first_at', [...exampleWords.flatMap((word) => [low(word), high(word)]), 0, h1]);
  write('second_at', [
    low(h2),
    high(h2),
    h3,
    (h4 >> 4) & 0xff,
    (h4 & 15) | ((h5 & 15) << 4),
    (h5 >> 4) & 0xff,
    h6,
  ]);
  const twenty = (value: number): number[] => [value >> 12, (value >> 4) & 0xff, (value & 15) << 4];
  write('data_at', [
    ...twenty(raw.pressure),
    ...twenty(raw.temperature),
    high(raw.humidity),
    low(raw.humidity),
  ]);
  return guest.call('compute');
}

describe('the arithmetic of the weather station', () => {
  it('gives what the worked example of the data sheet gives', () => {
    expect(compute({ temperature: 519888, pressure: 415148, humidity: 30000 })).toBe(0);
    expect(guest.call('temperature')).toBeCloseTo(25.08, 2);
    expect(guest.call('pressure')).toBeCloseTo(100653.27, 2);
  });

  it('gives the humidity of the formula in the data sheet', () => {
    compute({ temperature: 519888, pressure: 415148, humidity: 30000 });
    // Section 8.1 of BST-BME280-DS002, by hand for t_fine = 128422.28.
    const { h1, h2, h3, h4, h5, h6 } = humidityWords;
    const t = 128422.287 - 76800;
    const scale = (h2 / 65536) * (1 + (h6 / 67108864) * t * (1 + (h3 / 67108864) * t));
    const humidity = (30000 - (h4 * 64 + (h5 / 16384) * t)) * scale;
    expect(guest.call('humidity')).toBeCloseTo(humidity * (1 - (h1 * humidity) / 524288), 4);
    expect(guest.call('humidity')).toBeGreaterThan(20);
  });

  it('holds humidity between 0 and 100 percent', () => {
    compute({ temperature: 519888, pressure: 415148, humidity: 0 });
    expect(guest.call('humidity')).toBe(0);
    compute({ temperature: 519888, pressure: 415148, humidity: 65535 });
    expect(guest.call('humidity')).toBe(100);
  });

  it('takes reset values for no conversion and impossible values for out of range', () => {
    expect(compute({ temperature: 0x80000, pressure: 415148, humidity: 30000 })).toBe(1);
    expect(compute({ temperature: 519888, pressure: 0x80000, humidity: 30000 })).toBe(1);
    expect(compute({ temperature: 519888, pressure: 415148, humidity: 0x8000 })).toBe(1);
    expect(compute({ temperature: 0xfffff, pressure: 415148, humidity: 30000 })).toBe(2);
    expect(compute({ temperature: 519888, pressure: 0, humidity: 30000 })).toBe(2);
  });
});
