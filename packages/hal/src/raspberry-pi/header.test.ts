import { describe, expect, it } from 'vitest';
import { headerChipLabels } from '../linux/gpio-chips.ts';
import { enablings } from '../linux/reserved-lines.ts';
import { findHeaderPin, HEADER_LINE_COUNT, headerPinOfLine, headerPins } from './header-pins.ts';
import { findRaspberryPiModel, raspberryPiModels } from './models.ts';

describe('the header of a Raspberry Pi', () => {
  it('has each of the lines 0 to 27 on one pin', () => {
    const lines = headerPins.flatMap((each) => (each.kind === 'line' ? [each.line] : []));
    expect(lines.toSorted((one, other) => one - other)).toEqual(
      Array.from({ length: HEADER_LINE_COUNT }, (_, line) => line),
    );
    expect(headerPins.map(({ pin }) => pin)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  });

  it('has its supplies where they are', () => {
    const pinsOf = (kind: string) => headerPins.filter((each) => each.kind === kind).map(({ pin }) => pin);
    expect(pinsOf('3.3 V')).toEqual([1, 17]);
    expect(pinsOf('5 V')).toEqual([2, 4]);
    expect(pinsOf('ground')).toEqual([6, 9, 14, 20, 25, 30, 34, 39]);
  });

  it.each([
    [3, 2],
    [5, 3],
    [8, 14],
    [10, 15],
    [11, 17],
    [13, 27],
    [19, 10],
    [24, 8],
    [26, 7],
    [27, 0],
    [28, 1],
    [33, 13],
    [40, 21],
  ])('has on pin %i line %i', (pin, line) => {
    expect(findHeaderPin(pin)).toEqual({ pin, kind: 'line', line });
    expect(headerPinOfLine(line)).toBe(pin);
  });

  it('has no other pins and no other lines', () => {
    expect([findHeaderPin(0), findHeaderPin(41), findHeaderPin(1.5)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect([headerPinOfLine(28), headerPinOfLine(-1)]).toEqual([undefined, undefined]);
  });
});

describe('a model', () => {
  it.each([
    ['Raspberry Pi Zero 2 W Rev 1.0\0', 'zero-2-w'],
    ['Raspberry Pi 3 Model B Rev 1.2', '3'],
    ['Raspberry Pi 3 Model B+', '3'],
    ['Raspberry Pi 3 Model A Plus Rev 1.0', '3'],
    ['Raspberry Pi 4 Model B Rev 1.5\0', '4'],
    ['Raspberry Pi 400 Rev 1.0', '4'],
    ['Raspberry Pi 5 Model B Rev 1.0', '5'],
    ['Raspberry Pi 500 Rev 1.0', '5'],
    ['Raspberry Pi Compute Module 4 Rev 1.0', undefined],
    ['Raspberry Pi Zero W Rev 1.1', undefined],
    ['Orange Pi 5', undefined],
    ['', undefined],
  ])('is told by the device tree: %j is %s', (text, id) => {
    expect(findRaspberryPiModel(text)?.id).toBe(id);
  });

  it('has its header on a chip that the backend takes for the header', () => {
    expect(new Set(raspberryPiModels.map(({ chipLabel }) => chipLabel))).toEqual(new Set(headerChipLabels));
  });

  it.each(raspberryPiModels)('$id has as many functions for each line as its chip', ({ id, functions }) => {
    expect(functions).toHaveLength(HEADER_LINE_COUNT);
    expect(new Set(functions.map((each) => each.length))).toEqual(new Set([id === '5' ? 9 : 6]));
  });

  // BCM2835 ARM Peripherals, section 6.2; BCM2711 ARM Peripherals, section 5.3; RP1 Peripherals, section 3.1.1.
  it.each([
    ['3', 17, [undefined, 'SD9', 'DPI_D13', 'RTS0', 'SPI1_CE1_N', 'RTS1']],
    ['zero-2-w', 18, ['PCM_CLK', 'SD10', 'DPI_D14', 'BSCSL_SDA', 'SPI1_CE0_N', 'PWM0']],
    ['4', 14, ['TXD0', 'SD6', 'DPI_D10', 'SPI5_MOSI', 'CTS5', 'TXD1']],
    ['4', 24, ['SD0_DAT0', 'SD16', 'DPI_D20', 'SD1_DAT0', 'ARM_TDO', 'SPI3_CE1_N']],
    ['5', 14, ['PWM0_2', 'DPI_D10', 'CTS4', 'SDA3', 'TXD0', undefined, undefined, undefined, 'SPI5_SIO0']],
  ])('%s has for line %i its functions', (id, line, expected) => {
    expect(raspberryPiModels.find((model) => model.id === id)?.functions[line]).toEqual(expected);
  });

  it.each(raspberryPiModels)(
    '$id has on the lines with a setting of their own the functions that it is for',
    ({ functions }) => {
      const wires = {
        i2c: /^(?:SDA|SCL)[01]$/u,
        spi: /^SPI0_/u,
        serial: /^(?:TXD|RXD)0$/u,
      };
      const own = enablings.filter(({ lines }) => lines !== undefined);
      expect(own).toHaveLength(4);
      for (const { node, lines = [] } of own) {
        const pattern = wires[node as keyof typeof wires];
        const without = lines.filter((line) => !functions[line]?.some((name) => pattern.test(name ?? '')));
        expect([node, without]).toEqual([node, []]);
      }
    },
  );
});
