import { describe, expect, it } from 'vitest';
import { codeOf, errorOf } from '../conformance/fixture-test.ts';
import { FakePi, REGISTER_BYTES } from './fake-kernel/fake-pi.test-support.ts';
import { FakeRegisters } from './fake-kernel/fake-registers.test-support.ts';

const request = { device: '/dev/gpiomem', base: 0, byteLength: 0x100, consumer: 'x' } as const;

describe('a window', () => {
  it('starts at its base within the page, and two of one page are one memory', () => {
    const pi = new FakePi();
    using whole = pi.hal.openMmioWindow(request);
    using part = pi.hal.openMmioWindow({ ...request, base: 0x1c, byteLength: 8 });
    part.write(4, 32, 0xdead_beef);
    expect(whole.read(0x20, 32)).toBe(0xdead_beef);
    expect([part.byteLength, codeOf(() => part.read(8, 32))]).toEqual([8, 'HAL_MMIO_OUT_OF_RANGE']);
  });

  it('is mapped by whole pages and unmapped by close, descriptors are closed at once', () => {
    const pi = new FakePi();
    const registers = new FakeRegisters(0x2000);
    pi.kernel.files.addDevice('/dev/mem', registers);
    const window = pi.hal.openMmioWindow({ ...request, device: '/dev/mem', base: 0xffc, byteLength: 8 });
    expect(pi.kernel.held).toEqual({ descriptors: 0, memories: 0, mappings: 1 });
    window.write(4, 32, 0x0102_0304);
    window.close();
    window.close();
    expect([...registers.bytes.subarray(0x1000, 0x1004)]).toEqual([4, 3, 2, 1]);
    pi.checkNothingHeld();
  });

  it('is not touched after close, whatever is asked', () => {
    const pi = new FakePi();
    const window = pi.hal.openMmioWindow(request);
    window.write(0, 32, 5);
    window.close();
    const calls = [
      () => window.read(0, 32),
      () => window.read(-1, 32),
      () => window.write(0, 32, 1),
      () => window.modify(1, 8, 0xff, 1),
    ];
    expect(calls.map(codeOf)).toEqual(calls.map(() => 'HAL_CLOSED'));
    expect(pi.registers.bytes[0]).toBe(5);
  });

  it('that does not end with a word refuses the part of a word', () => {
    const pi = new FakePi();
    using window = pi.hal.openMmioWindow({ ...request, byteLength: 7 });
    expect(window.read(0, 32)).toBe(0);
    expect(codeOf(() => window.read(4, 32))).toBe('HAL_MMIO_OUT_OF_RANGE');
  });

  it('must start at a word and have 1 to 16777216 bytes', () => {
    const pi = new FakePi();
    const wrong = [
      { base: 2 },
      { base: 1.5 },
      { base: Number.NaN },
      { byteLength: 16_777_217 },
      { byteLength: 0.5 },
      { byteLength: -4 },
    ];
    const codes = wrong.map((fields) => codeOf(() => pi.hal.openMmioWindow({ ...request, ...fields })));
    expect(codes).toEqual(wrong.map(() => 'HAL_BAD_ARGUMENT'));
    expect(pi.kernel.calls).toEqual([]);
  });

  it('beyond the end of the device is HAL_BAD_ARGUMENT and leaves nothing open', () => {
    const pi = new FakePi();
    pi.kernel.files.addDevice('/dev/mem', new FakeRegisters(0x2000));
    const error = errorOf(() =>
      pi.hal.openMmioWindow({ ...request, device: '/dev/mem', byteLength: 0x2004 }),
    );
    expect([error.code, error.errno]).toEqual(['HAL_BAD_ARGUMENT', 'EINVAL']);
    pi.checkNothingHeld();
  });

  // The kernel maps all of these, and the process would be killed by the first access beyond.
  it.each([
    { base: 0, byteLength: REGISTER_BYTES + 4 },
    { base: REGISTER_BYTES - 4, byteLength: 8 },
    { base: REGISTER_BYTES, byteLength: 4 },
  ])('of /dev/gpiomem that leaves its one page is refused before it is mapped: %o', (fields) => {
    const pi = new FakePi();
    pi.kernel.files.addLink('/dev/pins', '/dev/gpiomem');
    for (const device of ['/dev/gpiomem', '/dev/pins']) {
      const error = errorOf(() => pi.hal.openMmioWindow({ ...request, device, ...fields }));
      expect([error.code, error.errno]).toEqual(['HAL_BAD_ARGUMENT', 'EINVAL']);
      expect(error.message).toBe(
        `/dev/gpiomem has 4096 bytes, the window goes to ${fields.base + fields.byteLength}`,
      );
    }
    expect(pi.kernel.calls.filter(({ name }) => name === 'open' || name === 'mmap')).toEqual([]);
    using last = pi.hal.openMmioWindow({ ...request, base: REGISTER_BYTES - 4, byteLength: 4 });
    expect(last.read(0, 32)).toBe(0);
  });

  it('of a regular file that is shorter is refused before it is mapped', () => {
    const pi = new FakePi();
    const file = new FakeRegisters(0x14, { beyond: 'mapped', regularFileBytes: 0x14 });
    pi.kernel.files.addDevice('/dev/shm/registers', file);
    const error = errorOf(() =>
      pi.hal.openMmioWindow({ ...request, device: '/dev/shm/registers', base: 0x10, byteLength: 8 }),
    );
    expect([error.code, error.message]).toEqual([
      'HAL_BAD_ARGUMENT',
      '/dev/shm/registers has 20 bytes, the window goes to 24',
    ]);
    pi.checkNothingHeld();
  });

  it('is of a device file: no other path leads out of /dev', () => {
    const pi = new FakePi();
    pi.kernel.files.addDevice('/home/pi/registers', new FakeRegisters(0x1000));
    pi.kernel.files.addLink('/dev/elsewhere', '/home/pi/registers');
    for (const device of ['/home/pi/registers', '/dev/../home/pi/registers', '/dev/elsewhere', 'gpiomem']) {
      expect(codeOf(() => pi.hal.openMmioWindow({ ...request, device }))).toBe('HAL_NO_SUCH_DEVICE');
    }
    expect(pi.kernel.calls.filter(({ name }) => name === 'open')).toEqual([]);
  });

  it('that is denied is HAL_PERMISSION, when it is opened or when it is mapped', () => {
    const pi = new FakePi();
    pi.kernel.files.addDevice('/dev/mem', pi.registers, 'EACCES');
    expect(codeOf(() => pi.hal.openMmioWindow({ ...request, device: '/dev/mem' }))).toBe('HAL_PERMISSION');
    // CONFIG_STRICT_DEVMEM.
    pi.kernel.fault = ({ name }) => (name === 'mmap' ? 'EPERM' : undefined);
    expect(codeOf(() => pi.hal.openMmioWindow(request))).toBe('HAL_PERMISSION');
    pi.checkNothingHeld();
  });
});
