import { describe, expect, it } from 'vitest';
import { addDeviceTree, type FakeNode, pi4Tree } from './fake-kernel/fake-device-tree.test-support.ts';
import { FakeFiles } from './fake-kernel/fake-files.test-support.ts';
import { MAX_DEVICE_TREE_NODES } from './limits.ts';
import { muxedLines } from './muxed-lines.ts';

function filesOf(tree: FakeNode): FakeFiles {
  const files = new FakeFiles(() => {});
  addDeviceTree(files, tree);
  return files;
}

/** Lines by the name of the device that has them. */
function linesByDevice(tree: FakeNode): Record<string, number[]> {
  const found: Record<string, number[]> = {};
  for (const [line, { name }] of muxedLines(filesOf(tree))) found[name] = [...(found[name] ?? []), line];
  return Object.fromEntries(
    Object.entries(found).map(([name, lines]) => [name, lines.toSorted((one, other) => one - other)]),
  );
}

/** Pi 4 with another thing under /soc. */
function pi4With(more: FakeNode, pins: FakeNode = {}): FakeNode {
  const soc = pi4Tree['soc'] as FakeNode;
  return {
    ...pi4Tree,
    soc: { ...soc, 'gpio@7e200000': { ...(soc['gpio@7e200000'] as FakeNode), ...pins }, ...more },
  };
}

describe('the device that a line belongs to', () => {
  it('is the enabled one whose first pin state has it; what is disabled has none, nor the chip itself', () => {
    expect(linesByDevice(pi4Tree)).toEqual({ 'i2c@7e804000': [2, 3], 'spi@7e204000': [7, 8, 9, 10, 11] });
  });

  it('is told with its path and the name that the tree has for it', () => {
    expect(muxedLines(filesOf(pi4Tree)).get(2)).toEqual({
      path: '/soc/i2c@7e804000',
      name: 'i2c@7e804000',
      alias: 'i2c1',
    });
    const unnamed = pi4With(
      { 'pwm@7e20c800': { 'pinctrl-0': [20] } },
      { pwm1: { 'brcm,pins': [12], phandle: [20] } },
    );
    expect(muxedLines(filesOf(unnamed)).get(12)).toEqual({
      path: '/soc/pwm@7e20c800',
      name: 'pwm@7e20c800',
      alias: undefined,
    });
  });

  it.each([
    [
      'a serial port without a link to it',
      { 'serial@7e215040': { status: 'okay', 'pinctrl-0': [4] } },
      {},
      14,
    ],
    [
      'another I2C bus',
      { 'i2c@7e205600': { 'pinctrl-0': [30] } },
      { x: { 'brcm,pins': [4, 5], phandle: [30] } },
      4,
    ],
    ['PWM of an overlay', { 'pwm@7e20c000': { status: 'ok', 'pinctrl-0': [5] } }, {}, 18],
  ] as const)('is found for %s', (_, more, pins, line) => {
    expect(muxedLines(filesOf(pi4With(more, pins))).has(line)).toBe(true);
  });

  it('leaves the chip selects free that an overlay leaves free', () => {
    const one = linesByDevice(pi4With({}, { spi0_cs_pins: { 'brcm,pins': [8], phandle: [3] } }));
    expect(one['spi@7e204000']).toEqual([8, 9, 10, 11]);
    const none = linesByDevice(pi4With({}, { spi0_cs_pins: { 'brcm,pins': [], phandle: [3] } }));
    expect(none['spi@7e204000']).toEqual([9, 10, 11]);
  });

  it('is found on a Pi 5, whose pins have names and may be in groups; the pins of its other chips are others', () => {
    const tree = {
      axi: {
        'pcie@1000120000': {
          rp1: {
            'gpio@d0000': {
              compatible: ['raspberrypi,rp1-gpio'],
              rp1_uart0_14_15: {
                phandle: [0x2a],
                pin_txd: { function: 'uart0', pins: ['gpio14'] },
                pin_rxd: { function: 'uart0', pins: ['gpio15'] },
              },
              rp1_i2c1_2_3: { phandle: [0x2b], function: 'i2c1', pins: ['gpio2', 'gpio3'] },
            },
            'serial@30000': { status: 'okay', 'pinctrl-0': [0x2a] },
            'i2c@74000': { status: 'okay', 'pinctrl-0': [0x2b] },
          },
        },
      },
      'soc@107c000000': {
        'pinctrl@7d504100': {
          compatible: ['brcm,bcm2712-pinctrl'],
          spi10_pins: { phandle: [0x2c], function: 'vc_spi0', pins: ['gpio1', 'gpio2', 'gpio3'] },
        },
        'spi@7d004000': { status: 'okay', 'pinctrl-0': [0x2c] },
        // The debug connector's port is on no line.
        'serial@7d001000': { status: 'okay' },
      },
    };
    expect(linesByDevice(tree)).toEqual({ 'serial@30000': [14, 15], 'i2c@74000': [2, 3] });
  });

  it('is nobody where a node above the device is disabled', () => {
    const tree = pi4With({ bus: { status: 'disabled', 'i2c@1': { 'pinctrl-0': [4] } } });
    expect(muxedLines(filesOf(tree)).has(14)).toBe(false);
  });

  it('is nobody without a device tree, without the chip of a header, and for references that lead nowhere', () => {
    expect(muxedLines(new FakeFiles(() => {})).size).toBe(0);
    expect(muxedLines(filesOf({ 'spi@1': { 'pinctrl-0': [1] } })).size).toBe(0);
    expect(linesByDevice(pi4With({ 'x@1': { 'pinctrl-0': [77, 0] } }))).not.toHaveProperty('x@1');
  });

  it('does not go on without end in a tree without end', () => {
    let listed = 0;
    const endless = {
      list: () => {
        listed += 1;
        return ['name', 'status'];
      },
      listFolders: () => ['a', 'b'],
      readBytes: () => new Uint8Array(),
    };
    expect(muxedLines(endless).size).toBe(0);
    expect(listed).toBeLessThanOrEqual(MAX_DEVICE_TREE_NODES);
  });
});
