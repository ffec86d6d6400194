import { describe, expect, it } from 'vitest';
import { codeOf, errorOf, KeptEvents } from '../conformance/fixture-test.ts';
import type { GpioLineRequest, Level } from '../contract/gpio.ts';
import { FakePi } from './fake-kernel/fake-pi.test-support.ts';

const output = { offset: 22, consumer: 'pump', direction: 'output' } as const;
const input = { offset: 21, consumer: 'button', direction: 'input' } as const;

describe('what is asked of the kernel', () => {
  it('a request that the contract does not have is refused without a call', () => {
    const pi = new FakePi();
    const wrong: readonly Record<string, unknown>[] = [
      { offset: -1 },
      { offset: 1.5 },
      { offset: Number.NaN },
      { direction: 'both' },
      { bias: 'up' },
      { drive: 'strong' },
      { initialLevel: 2 },
      { safeLevel: -1 },
      { consumer: '' },
      { direction: 'input', drive: 'open-drain' },
    ];
    const codes = wrong.map((fields) =>
      codeOf(() => pi.hal.openGpioLine({ ...output, ...fields } as GpioLineRequest)),
    );
    expect(codes).toEqual(wrong.map(() => 'HAL_BAD_ARGUMENT'));
    expect(pi.kernel.calls).toEqual([]);
  });

  it('a watch that the contract does not have is refused and leaves the earlier one', () => {
    const pi = new FakePi();
    const line = pi.hal.openGpioLine(input);
    const sink = new KeptEvents();
    line.watch({ edges: 'both', sink, token: 1 });
    for (const fields of [
      { edges: 'high' as 'both' },
      { edges: 'both', debounceUs: -1 },
      { edges: 'both', debounceUs: 0.5 },
      { edges: 'both', debounceUs: 2 ** 32 },
    ] as const) {
      expect(codeOf(() => line.watch({ sink, token: 2, ...fields }))).toBe('HAL_BAD_ARGUMENT');
    }
    pi.header.pads.drive(21, 1);
    pi.deliver();
    expect(sink.events.map(({ token }) => token)).toEqual([1]);
    pi.hal.close();
    pi.checkNothingHeld();
  });

  it('a line beyond the end of the chip is told with the lines that there are', () => {
    const pi = new FakePi();
    const error = errorOf(() => pi.hal.openGpioLine({ ...output, offset: 58 }));
    expect([error.code, error.message]).toEqual([
      'HAL_NO_SUCH_DEVICE',
      'pinctrl-bcm2711 has lines 0 to 57, and no line 58',
    ]);
    pi.checkNothingHeld();
  });
});

describe('a busy line', () => {
  it('names its owner, be it another consumer or a driver of the kernel', () => {
    const pi = new FakePi();
    using line = pi.hal.openGpioLine({ ...output, consumer: 'first' });
    expect(line.read()).toBe(0);
    pi.header.claim(6, 'spi0 CS0');
    pi.header.claim(5, '');
    const owners = [22, 6, 5].map((offset) => {
      const error = errorOf(() => pi.hal.openGpioLine({ ...output, offset }));
      expect([error.code, error.errno]).toEqual(['HAL_BUSY', 'EBUSY']);
      return error.details['owner'];
    });
    expect(owners).toEqual(['first', 'spi0 CS0', 'the kernel (no name given)']);
    expect(pi.hal.openHandleCount()).toBe(1);
  });

  it('is busy also when the kernel cannot say by whom', () => {
    const pi = new FakePi();
    pi.header.claim(22, 'somebody');
    let count = 0;
    pi.kernel.fault = ({ name, request }) => {
      if (name !== 'ioctl') return undefined;
      count += 1;
      // The first two are the chip's name and the request itself.
      return count > 2 && request !== undefined ? 'EIO' : undefined;
    };
    const error = errorOf(() => pi.hal.openGpioLine(output));
    expect([error.code, error.details['owner']]).toEqual([
      'HAL_BUSY',
      'somebody who the kernel does not name',
    ]);
    pi.kernel.fault = () => undefined;
    expect(pi.kernel.held).toEqual({ descriptors: 0, memories: 0, mappings: 0 });
  });
});

describe('the level of an output', () => {
  it('comes with the direction: no other level was on the pad before', () => {
    const pi = new FakePi();
    pi.header.pads.configure(22, { pull: 1 });
    pi.header.pads.trace.length = 0;
    using line = pi.hal.openGpioLine({ ...output, initialLevel: 1 });
    expect([line.read(), pi.header.pads.trace]).toEqual([1, []]);
  });

  it('is 0 or 1, and nothing else reaches the kernel', () => {
    const pi = new FakePi();
    using line = pi.hal.openGpioLine({ ...output, initialLevel: 1 });
    pi.kernel.calls.length = 0;
    for (const level of [2, -1, 0.5, Number.NaN, true, '1', undefined]) {
      expect(codeOf(() => line.write(level as Level))).toBe('HAL_BAD_ARGUMENT');
    }
    expect(pi.kernel.calls).toEqual([]);
    expect(pi.header.pads.level(22)).toBe(1);
  });

  it.each([false, true])('is the safe level before the descriptor is closed, active low %s', (activeLow) => {
    const pi = new FakePi();
    // Pulled the other way, so that the release is seen after the safe level.
    pi.header.pads.configure(22, { pull: activeLow ? 0 : 1 });
    const line = pi.hal.openGpioLine({ ...output, activeLow, initialLevel: 1, safeLevel: 0 });
    pi.header.pads.trace.length = 0;
    pi.kernel.calls.length = 0;
    line.close();
    const safe = activeLow ? 1 : 0;
    expect(pi.header.pads.trace.map(({ level }) => level)).toEqual([safe, 1 - safe]);
    expect(pi.kernel.calls.map(({ name }) => name)).toEqual(['ioctl', 'close']);
    pi.checkNothingHeld();
  });

  it('is left alone by close when no safe level was asked for, and on an input', () => {
    const pi = new FakePi({ keepsOutputs: true });
    pi.hal.openGpioLine({ ...output, initialLevel: 1 }).close();
    pi.hal.openGpioLine({ ...input, safeLevel: 1 }).close();
    expect([pi.header.pads.level(22), pi.header.pads.level(21)]).toEqual([1, 0]);
    pi.checkNothingHeld();
  });
});

describe('close', () => {
  it('lets go of the line also when the safe level could not be driven, and says so', () => {
    const pi = new FakePi();
    const line = pi.hal.openGpioLine({ ...output, safeLevel: 0 });
    pi.kernel.fault = ({ name }) => (name === 'ioctl' ? 'EIO' : undefined);
    expect(errorOf(() => line.close()).code).toBe('HAL_HARDWARE_FAULT');
    expect(() => line.close()).not.toThrow();
    pi.checkNothingHeld();
  });

  it('of the backend closes everything, also after one that failed', () => {
    const pi = new FakePi();
    const lines = [22, 23, 24].map((offset) =>
      pi.hal.openGpioLine({ ...output, offset, initialLevel: 1, safeLevel: 0 }),
    );
    pi.hal.openGpioLine(input).watch({ edges: 'both', sink: new KeptEvents(), token: 1 });
    pi.hal.openI2cBus({ bus: 1, consumer: 'x' });
    let failures = 1;
    pi.kernel.fault = ({ name }) => {
      if (name !== 'ioctl' || failures === 0) return undefined;
      failures -= 1;
      return 'EIO';
    };
    expect(codeOf(() => pi.hal.close())).toBe('HAL_HARDWARE_FAULT');
    expect(lines.map((line) => codeOf(() => line.read()))).toEqual(lines.map(() => 'HAL_CLOSED'));
    expect([23, 24].map((offset) => pi.header.pads.level(offset))).toEqual([0, 0]);
    expect(pi.hal.openHandleCount()).toBe(0);
    pi.checkNothingHeld();
  });
});

describe('a line without edges', () => {
  it('is HAL_NOT_SUPPORTED on a chip without interrupts, with and without debounce', () => {
    const pi = new FakePi();
    using line = pi.hal.openGpioLine({ ...input, chip: 'raspberrypi-exp-gpio', offset: 2 });
    const sink = new KeptEvents();
    for (const debounceUs of [0, 100]) {
      const error = errorOf(() => line.watch({ edges: 'both', debounceUs, sink, token: 1 }));
      expect([error.code, error.errno]).toEqual(['HAL_NOT_SUPPORTED', 'ENXIO']);
    }
    expect(line.read()).toBe(0);
  });

  it('of a chip that was unbound is HAL_DISCONNECTED, and closes', () => {
    const pi = new FakePi();
    const line = pi.hal.openGpioLine(input);
    const sink = new KeptEvents();
    line.watch({ edges: 'both', sink, token: 1 });
    pi.header.isRemoved = true;
    expect(codeOf(() => line.read())).toBe('HAL_DISCONNECTED');
    expect(pi.deliver()).toBe(0);
    expect(codeOf(() => line.unwatch())).toBe('HAL_DISCONNECTED');
    line.close();
    pi.hal.close();
    pi.checkNothingHeld();
  });
});

describe('limits', () => {
  it('no more descriptors is HAL_LIMIT_REACHED with EMFILE, and leaks nothing', () => {
    const pi = new FakePi({ maxDescriptors: 5 });
    using first = pi.hal.openGpioLine(output);
    const error = errorOf(() => {
      pi.hal.openGpioLine({ ...output, offset: 23 });
      pi.hal.openGpioLine({ ...output, offset: 24 });
    });
    expect([error.code, error.errno]).toEqual(['HAL_LIMIT_REACHED', 'EMFILE']);
    expect(first.read()).toBe(0);
    pi.hal.close();
    pi.checkNothingHeld();
  });

  it('one watched line more than MAX_WATCHED_LINES is refused with the limit, and its edges are off', () => {
    const pi = new FakePi();
    const sink = new KeptEvents();
    // 58 lines are less than the limit, so that the watches are counted on the table itself.
    const line = pi.hal.openGpioLine(input);
    const bytes = new Uint8Array(272);
    const keys = Array.from({ length: 128 }, () =>
      pi.edges.watch({ fileDescriptor: 900, configOn: bytes, configOff: bytes, lastSequence: 0 }, sink, 1),
    );
    const error = errorOf(() => line.watch({ edges: 'both', sink, token: 1 }));
    expect([error.code, error.details['value']]).toEqual(['HAL_LIMIT_REACHED', 128]);
    pi.header.pads.drive(21, 1);
    for (const key of keys) pi.edges.unwatch(key);
    line.watch({ edges: 'both', sink, token: 7 });
    pi.header.pads.drive(21, 0);
    pi.deliver();
    expect(sink.events.map(({ detail, sequence }) => [detail, sequence])).toEqual([[0, 1]]);
    pi.hal.close();
    pi.checkNothingHeld();
  });
});
