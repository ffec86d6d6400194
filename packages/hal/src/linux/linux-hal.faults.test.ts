import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeptEvents } from '../conformance/fixture-test.ts';
import { i2cWriteRead } from '../contract/i2c.ts';
import { spiTransfer } from '../contract/spi.ts';
import { HalError } from '../error.ts';
import { FakePi, MEMORY_ADDRESS } from './fake-kernel/fake-pi.test-support.ts';

/** Opens, uses and closes one of everything; goes on after a failure. Every failure must be a HalError. */
function useEverything(pi: FakePi): HalError[] {
  const { hal } = pi;
  const errors: HalError[] = [];
  const attempt = <T>(action: () => T): T | undefined => {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof HalError)) throw error;
      errors.push(error);
      return undefined;
    }
  };
  const sink = new KeptEvents();
  attempt(() => hal.info());
  const output = attempt(() =>
    hal.openGpioLine({ offset: 20, consumer: 'x', direction: 'output', initialLevel: 1, safeLevel: 0 }),
  );
  const input = attempt(() =>
    hal.openGpioLine({ offset: 21, consumer: 'x', direction: 'input', bias: 'pull-up' }),
  );
  const bus = attempt(() => hal.openI2cBus({ bus: 1, consumer: 'x' }));
  const device = attempt(() => hal.openSpiDevice({ bus: 0, chipSelect: 0, consumer: 'x' }));
  const registers = attempt(() =>
    hal.openMmioWindow({ device: '/dev/gpiomem', base: 0, byteLength: 64, consumer: 'x' }),
  );
  const channel = attempt(() =>
    hal.openPwmChannel({
      channel: 0,
      consumer: 'x',
      periodNs: 1_000_000,
      polarity: 'inversed',
      enabled: true,
    }),
  );
  // Taken already: the owner is looked up.
  attempt(() => hal.openGpioLine({ offset: 20, consumer: 'y', direction: 'input' }).close());
  attempt(() => input?.watch({ edges: 'both', sink, token: 1 }));
  attempt(() => output?.write(0));
  attempt(() => output?.read());
  attempt(() => bus && i2cWriteRead(bus, MEMORY_ADDRESS, Uint8Array.of(0), new Uint8Array(4)));
  attempt(() => device && spiTransfer(device, Uint8Array.of(1, 2), new Uint8Array(2)));
  attempt(() => registers?.write(0, 32, 1));
  attempt(() => channel?.setPeriod(2_000_000, 1_500_000));
  attempt(() => channel?.setPeriod(1_000_000, 500_000));
  attempt(() => channel?.disable());
  attempt(() => input?.watch({ edges: 'rising', debounceUs: 10, sink, token: 2 }));
  attempt(() => input?.unwatch());
  attempt(() => input?.watch({ edges: 'falling', sink, token: 3 }));
  // Some are closed one by one, the others by the backend.
  attempt(() => output?.close());
  attempt(() => device?.close());
  attempt(() => hal.close());
  attempt(() => hal.close());
  return errors;
}

function bench(): FakePi {
  const pi = new FakePi();
  pi.header.pads.wire(20, 21);
  return pi;
}

/** Runs it with the calls of these numbers failing. Returns the codes of what went wrong. */
function runWith(errnoOf: (number: number) => string | undefined): string[] {
  const pi = bench();
  let number = 0;
  pi.kernel.fault = () => {
    number += 1;
    return errnoOf(number);
  };
  const errors = useEverything(pi);
  pi.kernel.fault = () => undefined;
  pi.checkNothingHeld();
  expect(pi.hal.openHandleCount()).toBe(0);
  return errors.map(({ code }) => code);
}

/** How many calls it makes when none fails. */
function callCount(): number {
  const pi = bench();
  // The one that is taken, and nothing else.
  expect(useEverything(pi).map(({ code }) => code)).toEqual(['HAL_BUSY']);
  pi.checkNothingHeld();
  return pi.kernel.calls.length;
}

describe('when a system call fails', () => {
  it.each(['EIO', 'EMFILE', 'ENOMEM', 'EACCES', 'ENODEV', 'EINVAL', 'EBUSY', 'E4000'])(
    '%s at every place in turn: nothing stays open, every error is a HalError',
    (errno) => {
      const count = callCount();
      expect(count).toBeGreaterThan(80);
      const codes = Array.from({ length: count }, (_, index) =>
        runWith((number) => (number === index + 1 ? errno : undefined)),
      );
      // Most of the calls matter; those that do not are closing, and looking for who has a line.
      expect(codes.filter(({ length }) => length > 1).length).toBeGreaterThan(count / 3);
    },
  );

  it('from some place on: all later ones fail too', () => {
    const count = callCount();
    for (let from = 1; from <= count; from += 1) {
      expect(runWith((number) => (number >= from ? 'EIO' : undefined)).length).toBeGreaterThan(0);
    }
  });

  it('at any set of places with any errno', () => {
    const errno = fc.constantFrom(
      'EIO',
      'ENOMEM',
      'EMFILE',
      'EBUSY',
      'EAGAIN',
      'ENXIO',
      'EREMOTEIO',
      'EPERM',
    );
    fc.assert(
      fc.property(fc.dictionary(fc.integer({ min: 1, max: 120 }).map(String), errno), (faults) => {
        expect(() => runWith((number) => faults[number])).not.toThrow();
      }),
      { numRuns: 300 },
    );
  });
});

describe('in the long run', () => {
  it('10,000 rounds of opening and closing everything leave descriptors, memory and lines as they were', () => {
    const pi = bench();
    const sink = new KeptEvents();
    const { hal } = pi;
    // Opened once and kept, so that "as they were" is not zero.
    const kept = hal.openGpioLine({ offset: 5, consumer: 'kept', direction: 'input' });
    kept.watch({ edges: 'both', sink, token: 1 });
    const before = pi.kernel.held;
    for (let round = 0; round < 10_000; round += 1) {
      const line = hal.openGpioLine({ offset: 21, consumer: 'x', direction: 'input' });
      line.watch({ edges: 'both', sink, token: 2 });
      line.close();
      hal.openGpioLine({ offset: 20, consumer: 'x', direction: 'output', safeLevel: 0 }).close();
      hal.openI2cBus({ bus: 1, consumer: 'x' }).close();
      hal.openSpiDevice({ bus: 0, chipSelect: 0, consumer: 'x' }).close();
      hal.openMmioWindow({ device: '/dev/gpiomem', base: 0, byteLength: 64, consumer: 'x' }).close();
      pi.kernel.calls.length = 0;
    }
    expect(pi.kernel.held).toEqual(before);
    expect([pi.header.usedCount, hal.openHandleCount()]).toEqual([1, 1]);
    pi.kernel.memory.check();
    hal.close();
    pi.checkNothingHeld();
  });

  it('10,000 opens that fail leave nothing', () => {
    const pi = bench();
    pi.header.claim(20, 'leds');
    for (let round = 0; round < 10_000; round += 1) {
      expect(() => pi.hal.openGpioLine({ offset: 20, consumer: 'x', direction: 'output' })).toThrow('leds');
      pi.kernel.calls.length = 0;
    }
    expect(pi.kernel.held).toEqual({ descriptors: 0, memories: 0, mappings: 0 });
  });
});
