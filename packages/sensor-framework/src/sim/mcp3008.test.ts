import type { Clock } from '@kanchi/hal';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Mcp3008 } from './mcp3008.ts';

const clock: Clock = { nowNs: () => 0n, wallNs: () => 0n, waitUntil: () => {} };

function exchange(chip: Mcp3008, ...bytes: number[]): number[] {
  chip.select();
  const answer = bytes.map((byte) => chip.exchange(byte));
  chip.deselect();
  return answer;
}

/** The three-byte exchange of section 6.1, figure 6-1: start bit as the last bit of the first byte. */
function convert(chip: Mcp3008, command: number): number {
  const [, middle = 0, last = 0] = exchange(chip, 0x01, command << 4, 0x00);
  return ((middle & 0x03) << 8) | last;
}

const single = (channel: number): number => 0x08 | channel;

describe('Mcp3008', () => {
  it('frames the code with a null bit after five undriven bits', () => {
    const chip = new Mcp3008({ clock, world: { channel3Volts: 1.65 } });
    // 1.65 V of 3.3 V is code 512 = 10 0000 0000.
    expect(exchange(chip, 0x01, 0xb0, 0x00)).toEqual([0xff, 0b1111_1010, 0x00]);
  });

  it('ignores leading zeros: the same code comes out wherever the start bit is', () => {
    const chip = new Mcp3008({ clock, world: { channel5Volts: 1 } });
    for (let lead = 0; lead < 8; lead += 1) {
      const clocks = (0b1_1101 << (24 - 5 - lead)) >>> 0;
      const answer = exchange(chip, clocks >> 16, (clocks >> 8) & 0xff, clocks & 0xff, 0);
      const bits = answer.map((byte) => byte.toString(2).padStart(8, '0')).join('');
      // Start, SGL, D2 to D0, sampling, null, then ten bits (figure 5-1).
      expect(bits[lead + 6]).toBe('0');
      expect(Number.parseInt(bits.slice(lead + 7, lead + 17), 2)).toBe(Math.floor((1024 * 1) / 3.3));
    }
  });

  it('repeats the word LSB first, sharing bit 0, and then sends zeros', () => {
    const chip = new Mcp3008({ clock, world: { channel0Volts: 2.5, referenceVolts: 4 } });
    const bits = exchange(chip, 0x80 | 0x40, 0, 0, 0, 0, 0, 0)
      .map((byte) => byte.toString(2).padStart(8, '0'))
      .join('');
    // 2.5 V of 4 V is code 640 = 10 1000 0000.
    expect(bits.slice(7, 17)).toBe('1010000000');
    expect(bits.slice(17, 26)).toBe('000000101');
    expect(bits.slice(26)).toBe('0'.repeat(bits.length - 26));
  });

  it('gives 1024 * VIN / VREF on every channel, at most 1023', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 7 }),
        fc.double({ min: 0, max: 6, noNaN: true }),
        fc.double({ min: 0.5, max: 5.5, noNaN: true }),
        (channel, volts, reference) => {
          const chip = new Mcp3008({ clock, world: { referenceVolts: reference } });
          chip.setChannelVolts(channel, volts);
          const code = convert(chip, single(channel));
          // Full scale at the reference and above it; one step of slack for the division.
          const exact = Math.min(1023, (1024 * volts) / reference);
          expect(code).toBeLessThanOrEqual(1023);
          expect(Math.abs(code - exact)).toBeLessThanOrEqual(1);
          expect(convert(chip, single((channel + 1) % 8))).toBe(0);
        },
      ),
    );
  });

  it.each([
    // Table 5-2: D2 D1 D0, expected sign of the pair's difference.
    { command: 0b000, code: 310 },
    { command: 0b001, code: 0 },
    { command: 0b010, code: 0 },
    { command: 0b011, code: 310 },
  ])('measures pair $command differentially, 0 when IN+ is not above IN-', ({ command, code }) => {
    const chip = new Mcp3008({
      clock,
      world: { channel0Volts: 2, channel1Volts: 1, channel2Volts: 1, channel3Volts: 2 },
    });
    expect(convert(chip, command)).toBe(code);
  });

  it('shows 0 for voltages below ground and with no reference', () => {
    expect(convert(new Mcp3008({ clock, world: { channel0Volts: -1 } }), single(0))).toBe(0);
    expect(convert(new Mcp3008({ clock, world: { channel0Volts: 1, referenceVolts: 0 } }), single(0))).toBe(
      0,
    );
  });

  it('starts over with each chip select', () => {
    const chip = new Mcp3008({ clock, world: { channel0Volts: 3.2 } });
    exchange(chip, 0x01);
    expect(exchange(chip, 0x00, 0x00)).toEqual([0xff, 0xff]);
    expect(convert(chip, single(0))).toBe(992);
  });

  it('samples a signal at the time of the conversion', () => {
    let nowNs = 0n;
    const chip = new Mcp3008({
      clock: { ...clock, nowNs: () => nowNs },
      world: {
        channel0Volts: {
          steps: [
            [0, 0],
            [1, 3.3],
          ],
        },
      },
    });
    expect(convert(chip, single(0))).toBe(0);
    nowNs = 1_000_000_000n;
    expect(convert(chip, single(0))).toBe(1023);
  });

  it('refuses a channel that the part does not have', () => {
    const chip = new Mcp3008({ clock });
    expect(() => chip.setChannelVolts(8, 1)).toThrow(expect.objectContaining({ code: 'SENSOR_BAD_OPTION' }));
    expect(() => chip.setQuantity('channel8Volts', 1)).toThrow(
      expect.objectContaining({ code: 'SENSOR_UNKNOWN_QUANTITY' }),
    );
  });
});
