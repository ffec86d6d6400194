import { millisecondsToNs, NS_PER_S } from '@kanchi/hal';
import { MockBoard, RegisterMapChip, VirtualClock } from '@kanchi/hal/mock';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bme280 } from '../../sim/bme280.ts';
import { defaultBme280Trimming } from '../../sim/bme280-trimming.ts';
import { DriverHost } from '../driver-host.test-support.ts';
import { bme280Part } from './part.ts';

const ADDRESS = 0x76;
const target = { on: 'i2c', bus: 1, address: ADDRESS } as const;
const room = { temperatureC: 21.5, humidityPercent: 48, pressurePa: 99_750 };
const all = (reason: string) => ({ temperature: reason, humidity: reason, pressure: reason });

function set(
  world: Record<string, unknown> = room,
  options: Record<string, unknown> = {},
  chipOptions: Partial<ConstructorParameters<typeof Bme280>[0]> = {},
) {
  const clock = new VirtualClock();
  const hal = new MockBoard({ clock });
  const chip = new Bme280({ clock, world, ...chipOptions });
  const detach = hal.attachI2cChip(1, ADDRESS, chip);
  const wiring = { kind: 'i2c', bus: 1, address: ADDRESS } as const;
  const host = new DriverHost(bme280Part, { hal, clock, wiring }, options);
  return { clock, hal, chip, detach, host, driver: host.driver };
}

/** A BMP280 has the same registers but for humidity, and says 0x58. */
class Bmp280 extends RegisterMapChip {
  constructor() {
    super();
    this.registers[0xd0] = 0x58;
  }
}

/** Transactions with the part since the trace was cleared. */
const transactionCount = (hal: MockBoard): number =>
  hal.trace.entries().filter((entry) => entry.kind === 'i2c-stop').length;

function expectRoom(sample: Record<string, unknown>, world = room): void {
  expect(sample['temperature']).toBeCloseTo(world.temperatureC, 1);
  expect(Math.abs((sample['humidity'] as number) - world.humidityPercent)).toBeLessThan(0.1);
  expect(Math.abs((sample['pressure'] as number) - world.pressurePa)).toBeLessThan(5);
}

describe('the BME280 driver', () => {
  it('reads any world that the part can measure', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -40, max: 85, noNaN: true }),
        fc.double({ min: 0, max: 100, noNaN: true }),
        fc.double({ min: 30_000, max: 110_000, noNaN: true }),
        fc.constantFrom(1, 2, 4, 8, 16),
        (temperatureC, humidityPercent, pressurePa, oversampling) => {
          const world = { temperatureC, humidityPercent, pressurePa };
          const { host, driver, hal } = set(world, { oversampling });
          expectRoom(host.sample(), world);
          expectRoom(host.sample(), world);
          driver.close();
          expect(hal.openHandleCount()).toBe(0);
        },
      ),
    );
  });

  it('has units, ranges and the maximum measuring time of the data sheet', () => {
    const { driver } = set();
    expect(driver.channels.map(({ name, unit, minimum, maximum }) => [name, unit, minimum, maximum])).toEqual(
      [
        ['temperature', 'degC', -40, 85],
        ['humidity', 'percent', 0, 100],
        ['pressure', 'Pa', 30_000, 110_000],
      ],
    );
    // 1.25 + 3 * 2.3 + 2 * 0.575 and 1.25 + 3 * 2.3 * 16 + 2 * 0.575.
    expect(driver.times.conversionNs).toBe(millisecondsToNs(9.3));
    expect(set(room, { oversampling: 16 }).driver.times.conversionNs).toBe(millisecondsToNs(112.8));
  });

  it('gives one new conversion with each reading, at its shortest interval on a 100 kHz bus', () => {
    const { host, clock, driver } = set({ ...room, temperatureC: { from: 0, to: 40, periodSeconds: 1 } });
    host.sample();
    const values = Array.from({ length: 20 }, () => {
      const beganNs = clock.nowNs();
      const { temperature } = host.sample();
      expect(clock.nowNs() - beganNs).toBeLessThanOrEqual(driver.times.minimumGapNs ?? 0n);
      return temperature;
    });
    expect(new Set(values).size).toBe(20);
  });

  it('looks at the trimming words once, then needs five short transactions for a reading', () => {
    const { host, hal } = set();
    host.sample();
    hal.trace.clear();
    host.sample();
    expect(transactionCount(hal)).toBe(5);
  });

  it('waits for the conversion itself when it is read too early', () => {
    const { driver, clock } = set();
    driver.start?.();
    const beganNs = clock.nowNs();
    expect(driver.read().every((sample) => typeof sample === 'number')).toBe(true);
    expect(clock.nowNs() - beganNs).toBeGreaterThanOrEqual(millisecondsToNs(9.3));
  });

  it('gives no value twice, and none before a conversion was begun', () => {
    const { driver, host } = set();
    expect(driver.read()).toEqual(['unavailable', 'unavailable', 'unavailable']);
    expectRoom(host.sample());
    expect(driver.read()).toEqual(['unavailable', 'unavailable', 'unavailable']);
  });

  it('takes 0x80000 for a temperature when the other channels have values', () => {
    // With the default trimming of the simulated part the word is (32 - 28012 / 1024) * 26178 / 5120 = 23.75 degC.
    const { host } = set({ ...room, temperatureC: 23.7497 });
    expect(host.sample()['temperature']).toBeCloseTo(23.75, 1);
  });
});

describe('a BME280 that goes away', () => {
  it('starts without the part and reads it when it comes', () => {
    const { hal, host } = set();
    hal.unplug(target);
    expect(host.sample()).toEqual(all('not-present'));
    hal.replug(target);
    expectRoom(host.sample());
  });

  it('reads a part right that took the place of another one between two readings', () => {
    const { hal, host, detach, clock } = set();
    expectRoom(host.sample());
    detach();
    const other = { ...defaultBme280Trimming, t1: 27_000, t2: 25_000, p1: 36_000, h2: 380 };
    const chip = new Bme280({ clock, world: room, trimming: other });
    hal.attachI2cChip(1, ADDRESS, chip);
    clock.spend(NS_PER_S);
    const sample = host.sample();
    expectRoom(sample);
    // With the trimming words of the first part it would be 1 degC off or more.
    expect(sample['temperature']).toBeCloseTo(room.temperatureC, 1);
  });

  it('has no value when the part was exchanged during a conversion, and a right one after that', () => {
    const { hal, host, detach, clock } = set();
    expectRoom(host.sample());
    const sample = host.sample(() => {
      detach();
      const other = { ...defaultBme280Trimming, t1: 27_000 };
      hal.attachI2cChip(1, ADDRESS, new Bme280({ clock, world: room, trimming: other }));
    });
    expect(sample).toEqual(all('not-present'));
    expectRoom(host.sample());
  });

  it('never gives a wrong value, whenever the part loses its power', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40_000 }),
        fc.integer({ min: 1, max: 10_000 }),
        (atUs, awayUs) => {
          const { hal, host, clock } = set();
          hal.faults.add({ kind: 'unplug', target, at: atUs * 1_000, until: (atUs + awayUs) * 1_000 });
          for (let count = 0; count < 6; count += 1) {
            const sample = host.sample();
            if (typeof sample['temperature'] === 'number') expectRoom(sample);
            else expect(new Set(Object.values(sample)).size).toBe(1);
          }
          clock.spend(millisecondsToNs(50));
          expectRoom(host.sample());
        },
      ),
    );
  });

  it('never gives a wrong value after a dip of the supply', () => {
    for (let atUs = 0; atUs < 40_000; atUs += 97) {
      const { hal, host } = set();
      hal.faults.add({ kind: 'brown-out', target, at: atUs * 1_000 });
      for (let count = 0; count < 6; count += 1) {
        const sample = host.sample();
        if (typeof sample['temperature'] === 'number') expectRoom(sample);
      }
      const last = host.sample();
      expectRoom(last);
      expect(Object.values(last).every((value) => typeof value === 'number')).toBe(true);
    }
  });
});

describe('a BME280 on a bad bus', () => {
  it('says nack for a refused byte and sets the part up again', () => {
    const { hal, host } = set();
    expectRoom(host.sample());
    hal.faults.add({ kind: 'i2c-nack-data', byte: 1, count: 1 });
    expect(host.sample()).toEqual(all('nack'));
    expectRoom(host.sample());
  });

  it('says not-present while the address is not acknowledged, also where the controller cannot tell', () => {
    const { hal, host } = set();
    hal.faults.add({ kind: 'i2c-nack-address', count: 1 });
    expect(host.sample()).toEqual(all('not-present'));
    expectRoom(host.sample());
  });

  it('says timeout for a part that holds the clock', () => {
    const { hal, host } = set();
    hal.faults.add({ kind: 'i2c-clock-stretch', durationNs: 2_000_000_000, count: 1 });
    expect(host.sample()).toEqual(all('timeout'));
    expectRoom(host.sample());
  });

  it('never keeps trimming words that were damaged on the way', () => {
    for (let count = 1; count < 40; count += 1) {
      const { hal, host } = set();
      // Strikes one transaction after the other that reads that far.
      hal.faults.add({ kind: 'i2c-flip-bits', byte: 5, mask: 0x40, oneIn: count, count: 1 });
      const samples = Array.from({ length: 3 }, () => host.sample());
      const isWrong = samples.slice(1).some((sample) => Math.abs(Number(sample['humidity']) - 48) > 1);
      expect(isWrong && typeof samples[1]?.['humidity'] === 'number').toBe(false);
      expectRoom(host.sample());
    }
  });

  it('says crc when the part stops sending in the middle of the data', () => {
    const { hal, host } = set();
    host.sample();
    hal.faults.add({ kind: 'i2c-short-read', byte: 5, count: 1 });
    expect(host.sample()).toEqual(all('crc'));
    expectRoom(host.sample());
  });

  it('says out-of-range for words that no world gives', () => {
    const { hal, host } = set();
    host.sample();
    // The fourth byte is temperature_msb: 0x7F becomes 0xFF, near 190 degC.
    hal.faults.add({ kind: 'i2c-flip-bits', byte: 3, mask: 0x80, count: 1 });
    expect(host.sample()['temperature']).toBe('out-of-range');
  });
});

describe('what is not a BME280', () => {
  it('is unavailable and is not written to', () => {
    const clock = new VirtualClock();
    const hal = new MockBoard({ clock });
    const chip = new Bmp280();
    hal.attachI2cChip(1, ADDRESS, chip);
    const wiring = { kind: 'i2c', bus: 1, address: ADDRESS } as const;
    const host = new DriverHost(bme280Part, { hal, clock, wiring });
    expect(host.sample()).toEqual(all('unavailable'));
    const written = hal.trace.entries().filter((entry) => entry.kind === 'i2c-write');
    // The register pointer, nothing else.
    expect(written).toHaveLength(1);
  });

  it('is unavailable with a wrong identity only as long as it has one', () => {
    const { hal, host } = set();
    hal.faults.add({ kind: 'i2c-wrong-identity', register: 0xd0, value: 0x61, count: 1 });
    expect(host.sample()).toEqual(all('unavailable'));
    expectRoom(host.sample());
  });
});

describe('the options of the BME280 driver', () => {
  it.each([
    { options: { oversampling: 3 }, field: 'options.oversampling' },
    { options: { oversampling: '1' }, field: 'options.oversampling' },
    { options: { oversamplings: 1 }, field: 'options.oversamplings' },
  ])('are refused by field: $field', ({ options, field }) => {
    expect(() => set(room, options)).toThrow(
      expect.objectContaining({ code: 'SENSOR_BAD_DESCRIPTION', details: { part: 'bme280', field } }),
    );
  });

  it('are refused for a part that is wired to something else, with nothing left open', () => {
    const clock = new VirtualClock();
    const hal = new MockBoard({ clock });
    const context = { hal, clock, wiring: { kind: 'kernel' }, consumer: 'sensor test', options: {} } as const;
    expect(() => bme280Part.create(context)).toThrow(
      expect.objectContaining({ code: 'SENSOR_BAD_DESCRIPTION' }),
    );
    expect(hal.openHandleCount()).toBe(0);
  });
});
