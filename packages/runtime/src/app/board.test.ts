import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RuntimeError } from '../error.ts';
import { parseBoard } from './board.ts';

const least = { kanchi: 1, name: 'desk' };

function problem(json: unknown): string | undefined {
  try {
    parseBoard(json, 'board.json');
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(RuntimeError);
    expect(error).toMatchObject({ code: 'KANCHI_BOARD_INVALID' });
    return (error as RuntimeError).message;
  }
}

const window = (base: number, more: object = {}): object => ({
  device: '/dev/gpiomem',
  base,
  byteLength: 16,
  ...more,
});

describe('the board file', () => {
  it('may be empty but for its name', () => {
    const board = parseBoard(least, 'board.json');
    expect(board).toMatchObject({ name: 'desk', source: 'board.json' });
    expect(board.lines.size + board.i2cDevices.size + board.world.size).toBe(0);
  });

  it('gives an output the safe level 0 when it says none', () => {
    const { lines } = parseBoard(
      { ...least, lines: { led: { line: 17, direction: 'output' } } },
      'board.json',
    );
    expect(lines.get('led')).toEqual({
      line: 17,
      direction: 'output',
      activeLow: false,
      initialLevel: 0,
      safeLevel: 0,
    });
  });

  it('takes a pin of the header for a line', () => {
    const { lines } = parseBoard(
      { ...least, lines: { led: { pin: 11, direction: 'output' }, button: { pin: '0x28' } } },
      'board.json',
    );
    expect(lines.get('led')).toEqual({
      line: 17,
      direction: 'output',
      activeLow: false,
      initialLevel: 0,
      safeLevel: 0,
    });
    expect(lines.get('button')).toMatchObject({ line: 21, direction: 'input' });
  });

  it('has defaults for buses and ports', () => {
    const board = parseBoard(
      {
        ...least,
        i2c: { devices: { a: { bus: 1, address: '0x76', registerAddressing: {} } } },
        spi: { devices: { b: { bus: 0, chipSelect: 0 } } },
        uart: { ports: { c: { port: '/dev/serial0', baud: 9600 } } },
        pwm: { channels: { d: { channel: 1, periodNs: 20_000_000 } } },
      },
      'board.json',
    );
    expect(board.i2cDevices.get('a')).toEqual({
      bus: 1,
      address: 0x76,
      registerAddressing: { addressBytes: 1, write: 'increment' },
    });
    expect(board.spiDevices.get('b')).toMatchObject({ clockHz: 1_000_000, mode: 0 });
    expect(board.pwmChannels.get('d')).toEqual({ channel: 1, periodNs: 20_000_000, polarity: 'normal' });
    expect(board.uartPorts.get('c')).toMatchObject({
      dataBits: 8,
      parity: 'none',
      stopBits: 1,
      flowControl: 'none',
    });
  });

  it.each<[string, object, string]>([
    ['an unknown field', { line: {} }, 'unknown field "line"; did you mean "lines"?'],
    [
      'an unknown field of a line',
      { lines: { led: { line: 1, safelevel: 0 } } },
      'unknown field "lines.led.safelevel"; did you mean "safeLevel"?',
    ],
    ['neither line nor pin', { lines: { led: {} } }, '"lines.led": "line", "pin" or "lineName" is missing'],
    [
      'both line and pin, also where they agree',
      { lines: { led: { line: 17, pin: 11 } } },
      '"lines.led": it has both "line" and "pin"; leave out one',
    ],
    [
      'a pin of another chip',
      { lines: { led: { pin: 11, chip: 'pinctrl-rp1' } } },
      '"lines.led.pin": the header has one chip; leave out "chip"',
    ],
    [
      'a pin that is a supply',
      { lines: { led: { pin: 6 } } },
      '"lines.led.pin": pin 6 of the header is ground, no line; kanchi pins shows',
    ],
    ['a pin that is not there', { lines: { led: { pin: 41 } } }, '"lines.led.pin": must be 1 to 40'],
    [
      'one line under two labels, once by its pin',
      { lines: { a: { pin: 11 }, b: { line: 17 } } },
      '"lines.b": line 17 of the header chip (header pin 11) is called "a" already',
    ],
    [
      'a label that no shell likes',
      { lines: { 'Led 1': { line: 1 } } },
      '"lines.Led 1": must be lower-case letters',
    ],
    [
      'a level that is none',
      { lines: { led: { line: 1, safeLevel: 2 } } },
      '"lines.led.safeLevel": must be 0 or 1',
    ],
    [
      'one line under two labels',
      { lines: { a: { line: 4 }, b: { line: 4 } } },
      '"lines.b": line 4 of the header chip (header pin 7) is called "a" already',
    ],
    [
      'one address under two labels',
      { i2c: { devices: { a: { bus: 1, address: 0x76 }, b: { bus: 1, address: '0x76' } } } },
      '"i2c.devices.b": address 0x76 on bus 1 is called "a" already',
    ],
    [
      'one bus under two labels',
      { i2c: { buses: { a: { bus: 1 }, b: { bus: 1 } } } },
      '"i2c.buses.b": bus 1 is called "a" already',
    ],
    [
      'one chip select under two labels',
      { spi: { devices: { a: { bus: 0, chipSelect: 1 }, b: { bus: 0, chipSelect: 1 } } } },
      'chip select 0.1 is called "a" already',
    ],
    [
      'one port under two labels',
      { uart: { ports: { a: { port: '/dev/x', baud: 300 }, b: { port: '/dev/x', baud: 300 } } } },
      'port /dev/x is called "a" already',
    ],
    [
      'one PWM channel under two labels',
      { pwm: { channels: { a: { channel: 0, periodNs: 5 }, b: { channel: 0, periodNs: 9 } } } },
      '"pwm.channels.b": channel 0 of the header\'s PWM controller is called "a" already',
    ],
    [
      'a safe duty over the period',
      { pwm: { channels: { a: { channel: 0, periodNs: 5, safeDutyNs: 6 } } } },
      '"pwm.channels.a.safeDutyNs": must not be over "periodNs"',
    ],
    [
      'a period that no controller has',
      { pwm: { channels: { a: { channel: 0, periodNs: 4_294_967_296 } } } },
      '"pwm.channels.a.periodNs": must be 1 to 4294967295',
    ],
    [
      'an address outside the bus',
      { i2c: { devices: { a: { bus: 1, address: 0x78 } } } },
      '"i2c.devices.a.address": must be 8 to 119 (0x77)',
    ],
    [
      'one label in two sections',
      { lines: { a: { line: 4 } }, spi: { devices: { a: { bus: 0, chipSelect: 1 } } } },
      '"spi.devices.a": the label stands under "lines" already; labels are unique',
    ],
    [
      'windows that overlap',
      { mmio: { windows: { a: window(0), b: window(12) } } },
      '"mmio.windows.b": the window overlaps "a"',
    ],
    [
      'a window longer than its device',
      { mmio: { windows: { a: window(4084) } } },
      '"mmio.windows.a": /dev/gpiomem has 4096 bytes, the window goes to 4100',
    ],
    [
      'a window longer than its device on a Raspberry Pi 5',
      { mmio: { windows: { a: window(0, { device: '/dev/gpiomem0', byteLength: 196_612 }) } } },
      '"mmio.windows.a": /dev/gpiomem0 has 196608 bytes, the window goes to 196612',
    ],
    [
      'a register outside its window',
      { mmio: { windows: { a: window(0, { registers: { X: { offset: 16 } } }) } } },
      '"mmio.windows.a.registers.X": offset 0x10 is outside the window of 16 bytes',
    ],
    [
      'a register that is two things',
      {
        mmio: {
          windows: {
            a: window(0, { registers: { X: { offset: 4, writeOneOnly: true }, Y: { offset: 4 } } }),
          },
        },
      },
      '"mmio.windows.a.registers.Y": another name of this register says otherwise',
    ],
    [
      'a window of odd size',
      { mmio: { windows: { a: window(0, { byteLength: 10 }) } } },
      '"base" and "byteLength" are multiples of 4',
    ],
    [
      'a world of something that is not there',
      { lines: { led: { line: 4 } }, world: { lde: {} } },
      '"world.lde": nothing on the board has this label; did you mean "led"?',
    ],
  ])('is refused for %s', (_, part, message) => {
    expect(problem({ ...least, ...part })).toMatch(/^board\.json: [^\n]*$/u);
    expect(problem({ ...least, ...part })).toContain(message);
  });

  it('takes what is alike but not the same', () => {
    expect(
      problem({
        ...least,
        lines: { a: { line: 4 }, b: { line: 4, chip: 'gpio-expander' } },
        i2c: { devices: { c: { bus: 1, address: 0x76 }, d: { bus: 2, address: 0x76 } } },
        mmio: { windows: { e: window(0), f: window(16), g: { ...window(0), device: '/dev/mem' } } },
      }),
    ).toBeUndefined();
  });

  it('is refused with a RuntimeError of one line, whatever the JSON is', () => {
    const section = fc.constantFrom(
      'lines',
      'i2c',
      'spi',
      'uart',
      'mmio',
      'pwm',
      'world',
      'name',
      '__proto__',
    );
    const inner = fc.constantFrom('buses', 'devices', 'ports', 'windows', 'led', 'constructor', 'A\nB');
    const value = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(inner, fc.oneof(fc.jsonValue(), fc.dictionary(inner, fc.jsonValue()))),
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.tuple(section, value)), (item) => {
        const json: unknown =
          Array.isArray(item) && item.length === 2
            ? { ...least, [JSON.stringify(item[0]).replaceAll('"', '')]: item[1] }
            : item;
        expect(problem(JSON.parse(JSON.stringify(json))) ?? 'board.json: fine').toMatch(
          /^board\.json: [^\n\r]*$/u,
        );
      }),
      { numRuns: 1000 },
    );
  });
});
