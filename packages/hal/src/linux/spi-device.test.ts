import { describe, expect, it } from 'vitest';
import { codeOf, errorOf } from '../conformance/fixture-test.ts';
import type { SpiDeviceRequest, SpiOperation } from '../contract/spi.ts';
import { FakePi } from './fake-kernel/fake-pi.test-support.ts';
import { FakeSpiDevice, type FakeSpiOptions } from './fake-kernel/fake-spi-device.test-support.ts';

const request: SpiDeviceRequest = { bus: 0, chipSelect: 1, consumer: 'display', clockHz: 8_000_000 };

function bench(options: Omit<FakeSpiOptions, 'clock'> = {}) {
  const pi = new FakePi();
  const chip = new FakeSpiDevice({ clock: pi.clock, ...options });
  pi.kernel.files.addDevice('/dev/spidev0.1', chip);
  return { pi, chip };
}

const write = (...bytes: number[]): SpiOperation => ({ kind: 'write', bytes: Uint8Array.from(bytes) });
const delay = (delayNs: number): SpiOperation => ({ kind: 'delay', delayNs });

describe('opening a chip select', () => {
  it('sets mode, clock and 8 bits', () => {
    const { pi, chip } = bench();
    using device = pi.hal.openSpiDevice({ ...request, mode: 3, clockHz: 1_234_567 });
    device.transaction([write(1)]);
    expect([chip.mode, chip.maxClockHz, chip.log[0]?.[0]]).toEqual([
      3,
      1_234_567,
      { sent: [1], clockHz: 1_234_567, delayUs: 0, bits: 8, hasReceiveBuffer: true },
    ]);
  });

  it.each([{ refusedModes: [2] }, { ignoredModes: [2] }])(
    'a mode that the controller has not is told: %j',
    (options) => {
      const { pi } = bench(options);
      expect(codeOf(() => pi.hal.openSpiDevice({ ...request, mode: 2 }))).toBe('HAL_NOT_SUPPORTED');
      pi.checkNothingHeld();
      expect(() => pi.hal.openSpiDevice({ ...request, mode: 1 }).close()).not.toThrow();
    },
  );

  it('that is missing says how to switch it on', () => {
    const pi = new FakePi();
    const error = errorOf(() => pi.hal.openSpiDevice({ ...request, chipSelect: 5 }));
    expect([error.code, error.errno]).toEqual(['HAL_NO_SUCH_DEVICE', 'ENOENT']);
    expect(error.message).toContain('dtparam=spi=on');
  });

  it('with a clock beyond the limit, or none, is HAL_BAD_ARGUMENT', () => {
    const { pi } = bench();
    const codes = [0, -5, 0.5, Number.NaN, 125_000_001, 2 ** 32].map((clockHz) =>
      codeOf(() => pi.hal.openSpiDevice({ ...request, clockHz })),
    );
    expect(new Set(codes)).toEqual(new Set(['HAL_BAD_ARGUMENT']));
    pi.checkNothingHeld();
  });

  it.each([
    ['65536', 65_536],
    ['2097152', 1_048_576],
    ['0', 4096],
    ['nonsense', 4096],
  ])('bufsiz %s makes transactions of %s bytes', (text, bytes) => {
    const { pi } = bench();
    pi.kernel.files.addText('/sys/module/spidev/parameters/bufsiz', text);
    using device = pi.hal.openSpiDevice(request);
    expect(device.capabilities.maxTransactionBytes).toBe(bytes);
  });

  it('without the parameter, spidev built into the kernel, has 4096', () => {
    const { pi } = bench();
    pi.kernel.files.remove('/sys/module/spidev/parameters/bufsiz');
    using device = pi.hal.openSpiDevice(request);
    expect(device.capabilities.maxTransactionBytes).toBe(4096);
  });
});

describe('a transaction', () => {
  it('is one message: operations without a delay between them are one transfer', () => {
    const { pi, chip } = bench();
    using device = pi.hal.openSpiDevice(request);
    const buffer = new Uint8Array(2);
    const read = new Uint8Array(2).fill(9);
    device.transaction([
      write(1, 2),
      { kind: 'read', buffer: read },
      { kind: 'transfer', bytes: Uint8Array.of(3, 4), buffer },
    ]);
    expect(chip.log.map((message) => message.map(({ sent }) => sent))).toEqual([[[1, 2, 0, 0, 3, 4]]]);
    expect([[...read], [...buffer]]).toEqual([
      [0, 0],
      [3, 4],
    ]);
  });

  it('of 511 operations of a byte goes through: spidev counts each transfer as 128 bytes', () => {
    const { pi, chip } = bench();
    using device = pi.hal.openSpiDevice(request);
    const buffers = Array.from({ length: 511 }, () => new Uint8Array(1));
    device.transaction(
      buffers.map((buffer, index) => ({ kind: 'transfer', bytes: Uint8Array.of(index & 0xff), buffer })),
    );
    expect(chip.log).toHaveLength(1);
    expect(buffers.map(([byte]) => byte)).toEqual(buffers.map((_, index) => index & 0xff));
  });

  it('has its delays behind the bytes before them, in microseconds, rounded up', () => {
    const { pi, chip } = bench();
    using device = pi.hal.openSpiDevice(request);
    const startNs = pi.clock.nowNs();
    device.transaction([
      delay(1_500),
      write(1),
      delay(0),
      write(2),
      delay(1),
      delay(65_535_000),
      write(3),
      delay(2_000),
    ]);
    expect(chip.log.map((message) => message.map(({ sent, delayUs }) => [sent, delayUs]))).toEqual([
      [
        [[], 2],
        [[1, 2], 1],
        [[], 65_535],
        [[3], 2],
      ],
    ]);
    expect(pi.clock.nowNs() - startNs).toBe(65_540_000n);
  });

  it('with a delay that does not fit 16 bits of microseconds is HAL_BAD_ARGUMENT, nothing was sent', () => {
    const { pi, chip } = bench();
    using device = pi.hal.openSpiDevice(request);
    for (const delayNs of [65_535_001, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(codeOf(() => device.transaction([write(1), delay(delayNs)]))).toBe('HAL_BAD_ARGUMENT');
    }
    expect(chip.log).toEqual([]);
  });

  it('without bytes and without delays does nothing', () => {
    const { pi, chip } = bench();
    using device = pi.hal.openSpiDevice(request);
    device.transaction([write(), delay(0), { kind: 'read', buffer: new Uint8Array(0) }]);
    expect(chip.log).toEqual([]);
    device.transaction([delay(1_000)]);
    expect(chip.log).toEqual([
      [{ sent: [], clockHz: 8_000_000, delayUs: 1, bits: 8, hasReceiveBuffer: false }],
    ]);
  });

  it('that the kernel finds too long because of its delays is HAL_TOO_LONG with the limit', () => {
    const { pi, chip } = bench();
    using device = pi.hal.openSpiDevice(request);
    const operations = Array.from({ length: 33 }, (_, index) => [write(index), delay(1_000)]).flat();
    const error = errorOf(() => device.transaction(operations));
    expect([error.code, error.errno, error.details['value']]).toEqual(['HAL_TOO_LONG', 'EMSGSIZE', 4096]);
    expect(chip.log).toEqual([]);
    // 32 of them are 32 times 128 bytes.
    device.transaction(operations.slice(0, 64));
    expect(chip.log[0]).toHaveLength(32);
  });

  it('leaves the buffers of the caller alone when it fails', () => {
    const { pi } = bench();
    using device = pi.hal.openSpiDevice(request);
    pi.kernel.fault = ({ name }) => (name === 'ioctl' ? 'EIO' : undefined);
    const buffer = Uint8Array.of(7);
    const error = errorOf(() => device.transaction([{ kind: 'transfer', bytes: Uint8Array.of(1), buffer }]));
    expect([error.code, buffer[0]]).toEqual(['HAL_HARDWARE_FAULT', 7]);
    pi.kernel.fault = () => undefined;
  });
});
