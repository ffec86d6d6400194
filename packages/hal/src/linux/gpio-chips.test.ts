import { describe, expect, it } from 'vitest';
import { codeOf, errorOf } from '../conformance/fixture-test.ts';
import { HalError } from '../error.ts';
import { VirtualClock } from '../mock/virtual-clock.ts';
import { FakeGpioChip } from './fake-kernel/fake-gpio-chip.test-support.ts';
import { FakeKernel } from './fake-kernel/fake-kernel.test-support.ts';
import { GpioChips } from './gpio-chips.ts';
import { refusingSys } from './refusing-sys.ts';

const clock = new VirtualClock();

function chip(label: string, lineCount = 54): FakeGpioChip {
  return new FakeGpioChip({ clock, label, lineCount });
}

function bench(chips: Readonly<Record<string, FakeGpioChip | string>>) {
  const kernel = new FakeKernel({ clock });
  for (const [name, target] of Object.entries(chips)) {
    if (typeof target === 'string') kernel.files.addLink(`/dev/${name}`, `/dev/${target}`);
    else kernel.files.addDevice(`/dev/${name}`, target);
  }
  return { kernel, chips: new GpioChips(kernel, kernel.files) };
}

describe('the chip with the header lines', () => {
  it.each([
    ['gpiochip0', 'pinctrl-bcm2835'],
    ['gpiochip0', 'pinctrl-bcm2711'],
    ['gpiochip4', 'pinctrl-rp1'],
    ['gpiochip10', 'pinctrl-rp1'],
  ])('is %s when that is %s, with the expander before or behind it', (name, label) => {
    const expander = chip('raspberrypi-exp-gpio', 8);
    const { chips, kernel } = bench({ gpiochip1: expander, [name]: chip(label), gpiochip11: expander });
    expect(chips.find(undefined)).toMatchObject({ path: `/dev/${name}`, label, lineCount: 54 });
    expect(kernel.held).toEqual({ descriptors: 0, memories: 0, mappings: 0 });
  });

  it('is found once, by its own path, when another name links to it', () => {
    const { chips } = bench({
      gpiochip0: chip('pinctrl-rp1'),
      gpiochip4: 'gpiochip0',
      gpiochip9: 'gone',
    });
    expect(chips.list().map(({ path }) => path)).toEqual(['/dev/gpiochip0']);
    expect(chips.find('pinctrl-rp1').path).toBe('/dev/gpiochip0');
  });

  it('is not the expander when that is all there is: the error names what there is', () => {
    const { chips } = bench({ gpiochip0: chip('raspberrypi-exp-gpio', 8) });
    const error = errorOf(() => chips.find(undefined));
    expect(error.code).toBe('HAL_NO_SUCH_DEVICE');
    expect(error.message).toContain('raspberrypi-exp-gpio (/dev/gpiochip0, 8 lines)');
  });

  it('is missing on a machine without chips', () => {
    const error = errorOf(() => bench({}).chips.find(undefined));
    expect([error.code, error.message]).toEqual([
      'HAL_NO_SUCH_DEVICE',
      expect.stringContaining('there is no /dev/gpiochip*'),
    ]);
  });
});

describe('chips that cannot be opened', () => {
  it('do not hide the one that is wanted', () => {
    const { chips, kernel } = bench({ gpiochip1: chip('pinctrl-bcm2711') });
    kernel.files.addDevice('/dev/gpiochip0', chip('locked'), 'EACCES');
    expect(chips.find(undefined).path).toBe('/dev/gpiochip1');
  });

  it('are the reason when the wanted one is not among the others', () => {
    const { chips, kernel } = bench({ gpiochip1: chip('raspberrypi-exp-gpio', 8) });
    kernel.files.addDevice('/dev/gpiochip0', chip('pinctrl-bcm2711'), 'EACCES');
    const error = errorOf(() => chips.find(undefined));
    expect([error.code, error.errno]).toEqual(['HAL_PERMISSION', 'EACCES']);
    expect(error.message).toContain('/dev/gpiochip0');
    expect(codeOf(() => chips.list())).toBe('HAL_PERMISSION');
  });
});

describe('a line', () => {
  it('tells its name and who has it', () => {
    const header = chip('pinctrl-bcm2711');
    header.claim(8, 'spi0 CS0');
    const { chips, kernel } = bench({ gpiochip0: header });
    const found = chips.find(undefined);
    expect(chips.lineInfo(found, 8)).toEqual({ name: 'GPIO8', consumer: 'spi0 CS0', flags: 0x5n });
    expect(chips.lineInfo(found, 9)).toEqual({ name: 'GPIO9', consumer: '', flags: 0x4n });
    expect(codeOf(() => chips.lineInfo(found, 54))).toBe('HAL_BAD_ARGUMENT');
    expect(kernel.held).toEqual({ descriptors: 0, memories: 0, mappings: 0 });
  });
});

describe('names of lines', () => {
  it('are those of all chips, with the one that a request without a label means', () => {
    const expander = new FakeGpioChip({
      clock,
      label: 'raspberrypi-exp-gpio',
      lineCount: 3,
      lineNames: ['BT_ON'],
    });
    const { chips, kernel } = bench({
      gpiochip0: expander,
      gpiochip4: chip('pinctrl-rp1', 2),
      gpiochip5: 'gpiochip4',
    });
    expect(chips.names()).toEqual([
      {
        label: 'raspberrypi-exp-gpio',
        path: '/dev/gpiochip0',
        isHeader: false,
        lineNames: ['BT_ON', '', ''],
      },
      { label: 'pinctrl-rp1', path: '/dev/gpiochip4', isHeader: true, lineNames: ['GPIO0', 'GPIO1'] },
    ]);
    expect(kernel.held).toEqual({ descriptors: 0, memories: 0, mappings: 0 });
    expect(expander.usedCount).toBe(0);
  });

  it('are told of the other chips when one cannot be opened, and why', () => {
    const { chips, kernel } = bench({ gpiochip1: chip('pinctrl-bcm2711', 1) });
    kernel.files.addDevice('/dev/gpiochip0', chip('locked'), 'EACCES');
    expect(chips.names()).toMatchObject([
      { path: '/dev/gpiochip0', lineNames: [], failure: { code: 'HAL_PERMISSION', errno: 'EACCES' } },
      { label: 'pinctrl-bcm2711', isHeader: true, lineNames: ['GPIO0'] },
    ]);
  });

  it('are not to be had in sysfs: without system calls that is said, with what to do', () => {
    const { kernel } = bench({ gpiochip0: chip('pinctrl-bcm2711') });
    const reason = new HalError('HAL_NOT_SUPPORTED', 'the package "koffi" is not installed');
    const error = errorOf(() => new GpioChips(refusingSys(reason), kernel.files).names());
    expect(error.code).toBe('HAL_NOT_SUPPORTED');
    expect(error.message).toContain('sysfs, which the package "onoff" uses, has none; say "line"');
    expect(error.message).toContain('"koffi" is not installed');
  });
});
