import { type GpioChipNames, type GpioLineNames, HalError, type WantedGpioLine } from '@kanchi/hal';
import { MockBoard, VirtualClock } from '@kanchi/hal/mock';
import { describe, expect, it } from 'vitest';
import { parseBoard } from './board.ts';

/** As the kernel of a Raspberry Pi 4 names them; of the header three lines. */
const header: GpioChipNames = {
  label: 'pinctrl-bcm2711',
  path: '/dev/gpiochip0',
  isHeader: true,
  lineNames: ['ID_SDA', 'ID_SCL', 'GPIO2'],
};
const expander: GpioChipNames = {
  label: 'raspberrypi-exp-gpio',
  path: '/dev/gpiochip1',
  isHeader: false,
  lineNames: ['BT_ON', '', 'PWR_LED_OFF'],
};

const names = (...chips: readonly GpioChipNames[]): GpioLineNames => ({ gpioChipNames: () => chips });
const denied: GpioChipNames = {
  label: '',
  path: '/dev/gpiochip7',
  isHeader: false,
  lineNames: [],
  failure: new HalError('HAL_PERMISSION', 'GPIO chip /dev/gpiochip7: EACCES from open'),
};

function linesOf(lines: object, lineNames?: GpioLineNames) {
  return parseBoard({ kanchi: 1, name: 'desk', lines }, 'board.json', lineNames).lines;
}

function refusal(lines: object, lineNames?: GpioLineNames): { code: string; message: string } {
  try {
    linesOf(lines, lineNames);
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('nothing was refused');
}

describe('a line by name', () => {
  it('is the same line as by its offset: on the header without a label, elsewhere with it', () => {
    const lines = linesOf(
      {
        data: { lineName: 'GPIO2', direction: 'output', safeLevel: 1 },
        radio: { lineName: 'BT_ON' },
        power: { lineName: 'PWR_LED_OFF', chip: 'raspberrypi-exp-gpio' },
      },
      names(expander, header),
    );
    expect(lines.get('data')).toEqual({
      line: 2,
      lineName: 'GPIO2',
      direction: 'output',
      activeLow: false,
      initialLevel: 0,
      safeLevel: 1,
    });
    expect(lines.get('radio')).toMatchObject({ line: 0, chip: 'raspberrypi-exp-gpio' });
    expect(lines.get('power')).toMatchObject({ line: 2, chip: 'raspberrypi-exp-gpio' });
  });

  it('with the label of the header chip keeps the label', () => {
    const lines = linesOf({ data: { lineName: 'GPIO2', chip: 'pinctrl-bcm2711' } }, names(header));
    expect(lines.get('data')).toMatchObject({ line: 2, chip: 'pinctrl-bcm2711' });
  });

  it('is asked for once for all lines, and not at all without one', () => {
    const asked: (readonly WantedGpioLine[])[] = [];
    const counting: GpioLineNames = {
      gpioChipNames: (wanted) => {
        asked.push(wanted);
        return [header];
      },
    };
    linesOf({ led: { line: 17 } }, counting);
    expect(asked).toEqual([]);
    linesOf(
      { a: { lineName: 'GPIO2' }, b: { lineName: 'ID_SDA', chip: header.label }, c: { pin: 11 } },
      counting,
    );
    expect(asked).toEqual([[{ name: 'GPIO2' }, { name: 'ID_SDA', chip: header.label }, { offset: 17 }]]);
  });

  it('is found on a board of mock hardware', () => {
    const hardware = new MockBoard({
      clock: new VirtualClock(),
      chips: [
        { label: 'first', lineCount: 4, lineNames: ['', 'LAMP'] },
        { label: 'second', lineCount: 2, lineNames: ['FAN'] },
      ],
    });
    const lines = linesOf({ lamp: { lineName: 'LAMP' }, fan: { lineName: 'FAN' } }, hardware);
    expect(lines.get('lamp')).toMatchObject({ line: 1 });
    expect(lines.get('lamp')?.chip).toBeUndefined();
    expect(lines.get('fan')).toMatchObject({ line: 0, chip: 'second' });
    const plain = new MockBoard({ clock: new VirtualClock() });
    expect(linesOf({ led: { lineName: 'GPIO17' } }, plain).get('led')).toMatchObject({ line: 17 });
  });

  it('may be on a chip that can be opened while another cannot', () => {
    expect(linesOf({ data: { lineName: 'GPIO2' } }, names(denied, header)).get('data')).toMatchObject({
      line: 2,
    });
  });
});

describe('a line by name is refused', () => {
  it.each<[string, object, readonly GpioChipNames[], string]>([
    [
      'when no line has it, with the chips and the nearest name',
      { data: { lineName: 'GPI02' } },
      [header, expander],
      'board.json: "lines.data.lineName": no line is called "GPI02"; looked at pinctrl-bcm2711 (/dev/gpiochip0, 3 lines), raspberrypi-exp-gpio (/dev/gpiochip1, 3 lines); did you mean "GPIO2"?',
    ],
    [
      'when the chip that was named does not have it',
      { data: { lineName: 'GPIO2', chip: 'raspberrypi-exp-gpio' } },
      [header, expander],
      'board.json: "lines.data.lineName": no line is called "GPIO2"; looked at raspberrypi-exp-gpio (/dev/gpiochip1, 3 lines)',
    ],
    [
      'when there is no such chip',
      { data: { lineName: 'GPIO2', chip: 'pinctrl-rp1' } },
      [header],
      'board.json: "lines.data.lineName": no GPIO chip has the label "pinctrl-rp1"; there are: pinctrl-bcm2711 (/dev/gpiochip0, 3 lines)',
    ],
    [
      'when there are no chips',
      { data: { lineName: 'GPIO2' } },
      [],
      'board.json: "lines.data.lineName": no line is called "GPIO2", as there are no chips',
    ],
    [
      'when lines of two chips have it, with both',
      { radio: { lineName: 'BT_ON' } },
      [expander, { ...expander, label: 'other', path: '/dev/gpiochip2' }],
      '"lines.radio.lineName": several lines are called "BT_ON": line 0 of raspberrypi-exp-gpio (/dev/gpiochip1, 3 lines), line 0 of other (/dev/gpiochip2, 3 lines); say which with "chip"',
    ],
    [
      'when two lines of one chip have it',
      { led: { lineName: '-', chip: 'pca9555' } },
      [{ label: 'pca9555', isHeader: false, lineNames: ['-', '-'] }],
      'several lines are called "-": line 0 of pca9555 (2 lines), line 1 of pca9555 (2 lines); say which with "line" and "chip" instead',
    ],
    [
      'when its chip is the second with its label, which no request can mean',
      { fan: { lineName: 'FAN' } },
      [
        { label: 'pcf8574', path: '/dev/gpiochip1', isHeader: false, lineNames: ['LAMP'] },
        { label: 'pcf8574', path: '/dev/gpiochip2', isHeader: false, lineNames: ['FAN'] },
      ],
      'line 0 of pcf8574 (/dev/gpiochip2, 1 lines) is not to be had: another chip before it has the same label (/dev/gpiochip1)',
    ],
    [
      'when the same line stands under another label by its offset',
      { a: { line: 2 }, b: { lineName: 'GPIO2' } },
      [header],
      '"lines.b": line 2 of the header chip (header pin 3) is called "a" already',
    ],
    [
      'also when one of them names the chip',
      { a: { line: 2, chip: 'pinctrl-bcm2711' }, b: { lineName: 'GPIO2' } },
      [header],
      '"lines.b": line 2 of the header chip (header pin 3) is called "a" already',
    ],
    [
      'when one line is under two labels by its name, with its chip and without',
      { a: { lineName: 'BT_ON' }, b: { lineName: 'BT_ON', chip: 'raspberrypi-exp-gpio' } },
      [expander],
      '"lines.b": line 0 of raspberrypi-exp-gpio is called "a" already',
    ],
    [
      'together with an offset',
      { a: { lineName: 'GPIO2', line: 2 } },
      [header],
      '"lines.a": it has both "line" and "lineName"; leave out one',
    ],
    [
      'together with everything else',
      { a: { lineName: 'GPIO2', line: 2, pin: 3 } },
      [header],
      '"lines.a": it has "line", "pin" and "lineName"; leave one',
    ],
    [
      'when it is longer than a name of the kernel',
      { a: { lineName: 'x'.repeat(32) } },
      [header],
      '"lines.a.lineName"',
    ],
  ])('%s', (_, lines, chips, message) => {
    const error = refusal(lines, names(...chips));
    expect(error.code).toBe('KANCHI_BOARD_INVALID');
    expect(error.message).toContain(message);
  });

  it('with the reason of the kernel when it may be on a chip that cannot be opened', () => {
    expect(refusal({ led: { lineName: 'LED' } }, names(denied, header))).toMatchObject({
      code: 'KANCHI_BACKEND_UNAVAILABLE',
      message: 'board.json: "lines.led.lineName": GPIO chip /dev/gpiochip7: EACCES from open',
    });
  });

  it('where lines have no names, and where there is no hardware to ask', () => {
    const nameless: GpioLineNames = {
      gpioChipNames: () => {
        throw new HalError('HAL_NOT_SUPPORTED', 'sysfs has no names');
      },
    };
    expect(refusal({ led: { lineName: 'LED' } }, nameless)).toMatchObject({
      code: 'KANCHI_BACKEND_UNAVAILABLE',
      message: 'board.json: "lines.led.lineName": sysfs has no names',
    });
    expect(refusal({ led: { lineName: 'LED' } })).toMatchObject({
      code: 'KANCHI_BOARD_INVALID',
      message: expect.stringContaining('only the hardware knows where a line by name is'),
    });
  });
});
