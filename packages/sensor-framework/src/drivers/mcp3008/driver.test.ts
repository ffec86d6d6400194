import { MockBoard, VirtualClock } from '@kanchi/hal/mock';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Mcp3008 } from '../../sim/mcp3008.ts';
import { DriverHost } from '../driver-host.test-support.ts';
import { commandOf, parseAnswer } from './exchange.ts';
import { mcp3008Part } from './part.ts';

const target = { on: 'spi', bus: 0, chipSelect: 0 } as const;
const spi = { kind: 'spi', bus: 0, chipSelect: 0, clockHz: 1_000_000, mode: 0 } as const;

function set(
  world: Record<string, unknown> = {},
  options: Record<string, unknown> = { referenceV: 3.3 },
  wiring: { kind: 'spi'; bus: number; chipSelect: number; clockHz: number; mode: 0 | 1 | 2 | 3 } = spi,
) {
  const clock = new VirtualClock();
  const hal = new MockBoard({ clock });
  hal.attachSpiChip(0, 0, new Mcp3008({ clock, world }));
  const host = new DriverHost(mcp3008Part, { hal, clock, wiring }, options);
  return { clock, hal, host, driver: host.driver };
}

describe('the MCP3008 driver', () => {
  it('reads every input within one step below its voltage', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 5, noNaN: true }), { minLength: 8, maxLength: 8 }),
        fc.double({ min: 0.25, max: 5.5, noNaN: true }),
        (volts, referenceV) => {
          const world = Object.fromEntries(volts.map((value, input) => [`channel${input}Volts`, value]));
          const { host, driver, hal } = set({ ...world, referenceVolts: referenceV }, { referenceV });
          const sample = host.sample();
          const stepV = referenceV / 1024;
          for (const [input, value] of volts.entries()) {
            const shown = sample[`channel${input}`] as number;
            const expected = Math.min(value, 1023 * stepV);
            expect(shown).toBeLessThanOrEqual(expected + 1e-9);
            expect(shown).toBeGreaterThan(expected - stepV - 1e-9);
          }
          driver.close();
          driver.close();
          expect(hal.openHandleCount()).toBe(0);
        },
      ),
    );
  });

  it('has the inputs that were asked for, in that order', () => {
    const { driver, host } = set({ channel6Volts: 1 }, { referenceV: 3.3, channels: [6, 0] });
    expect(driver.channels.map(({ name, unit }) => `${name} ${unit}`)).toEqual(['channel6 V', 'channel0 V']);
    expect(host.sample()).toEqual({ channel6: (310 * 3.3) / 1024, channel0: 0 });
    expect(driver.channels[0]?.maximum).toBeCloseTo((3.3 * 1023) / 1024, 9);
  });

  it('takes no longer than its shortest interval', () => {
    const { clock, host, driver } = set();
    const beganNs = clock.nowNs();
    host.sample();
    expect(clock.nowNs() - beganNs).toBeGreaterThan(0n);
    expect(clock.nowNs() - beganNs).toBeLessThanOrEqual(driver.times.shortestIntervalNs);
    // One input at 1 MHz takes 40 us: the limit of the scheduler is longer.
    expect(set({}, { referenceV: 3.3, channels: [0] }).driver.times.shortestIntervalNs).toBe(100_000n);
  });

  it('says not-present while the part is unplugged, and reads it again afterwards', () => {
    const { hal, host } = set({ channel0Volts: 1 }, { referenceV: 3.3, channels: [0] });
    hal.unplug(target);
    expect(host.sample()).toEqual({ channel0: 'not-present' });
    hal.replug(target);
    expect(host.sample()['channel0']).toBeCloseTo(1, 2);
  });

  it('says crc for a damaged bit of the code, and gives the others', () => {
    // Bit 0 comes once: damaged, it is one step, which is within the accuracy.
    for (let bit = 1; bit < 8; bit += 1) {
      const { hal, host } = set(
        { channel0Volts: 1, channel1Volts: 2 },
        { referenceV: 3.3, channels: [0, 1] },
      );
      hal.faults.add({ kind: 'spi-flip-bits', byte: 2, mask: 1 << bit, count: 1 });
      const sample = host.sample();
      expect(sample['channel0']).toBe('crc');
      expect(sample['channel1']).toBeCloseTo(2, 2);
    }
  });

  it('says timeout when the transfer does', () => {
    const { hal, host } = set({}, { referenceV: 3.3, channels: [0] });
    hal.faults.add({ kind: 'spi-time-out', count: 1 });
    expect(host.sample()).toEqual({ channel0: 'timeout' });
    expect(host.sample()).toEqual({ channel0: 0 });
  });

  it.each([
    { options: {}, field: 'options.referenceV' },
    { options: { referenceV: '3.3' }, field: 'options.referenceV' },
    { options: { referenceV: Number.NaN }, field: 'options.referenceV' },
    { options: { referenceV: 6 }, field: 'options.referenceV' },
    { options: { referenceV: 3.3, channels: [] }, field: 'options.channels' },
    { options: { referenceV: 3.3, channels: [8] }, field: 'options.channels' },
    { options: { referenceV: 3.3, channels: [1, 1] }, field: 'options.channels' },
    { options: { referenceV: 3.3, channels: ['0'] }, field: 'options.channels' },
    { options: { referenceV: 3.3, channels: 0 }, field: 'options.channels' },
    { options: { referenceV: 3.3, chanels: [0] }, field: 'options.chanels' },
  ])('refuses $options by field', ({ options, field }) => {
    expect(() => set({}, options)).toThrow(
      expect.objectContaining({ code: 'SENSOR_BAD_DESCRIPTION', details: { part: 'mcp3008', field } }),
    );
  });

  it.each([
    { wiring: { ...spi, mode: 1 } as const, field: 'mode' },
    { wiring: { ...spi, clockHz: 5_000_000 }, field: 'clockHz' },
    { wiring: { ...spi, clockHz: 5_000 }, field: 'clockHz' },
  ])('refuses a wiring that the part cannot follow: $field', ({ wiring, field }) => {
    expect(() => set({}, { referenceV: 3.3 }, wiring)).toThrow(
      expect.objectContaining({ details: { part: 'mcp3008', field } }),
    );
  });
});

describe('parseAnswer', () => {
  it('takes the code only when both copies of it agree', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1023 }), fc.integer({ min: 0, max: 0x1f }), (code, undriven) => {
        const bits = code.toString(2).padStart(10, '0');
        const text = `${bits}${bits.slice(0, 9).split('').reverse().join('')}`.padEnd(26, '0');
        const all = `${undriven.toString(2).padStart(5, '0')}0${text}`;
        const answer = Uint8Array.from([
          0xff,
          ...Array.from({ length: 4 }, (_, index) => Number.parseInt(all.slice(8 * index, 8 * index + 8), 2)),
        ]);
        expect(parseAnswer(answer)).toBe(code);
        // Every bit from the null bit on is checked, but bit 0 of the code, which is sent once.
        for (let bit = 13; bit < 40; bit += 1) {
          if (bit === 23) continue;
          const damaged = Uint8Array.from(answer);
          damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (0x80 >> (bit & 7));
          expect(parseAnswer(damaged)).toBe(bit === 13 ? 'absent' : 'damaged');
        }
      }),
    );
  });

  it('sends the start bit, single-ended and the channel', () => {
    expect([...commandOf(0)]).toEqual([0x01, 0x80, 0, 0, 0]);
    expect([...commandOf(7)]).toEqual([0x01, 0xf0, 0, 0, 0]);
  });
});
