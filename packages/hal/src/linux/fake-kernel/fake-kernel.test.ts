import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../mock/virtual-clock.ts';
import { FakeKernel } from './fake-kernel.test-support.ts';
import { FakePi } from './fake-pi.test-support.ts';

/** The fake must find what it is there to find. */
describe('misuse that the fake kernel finds', () => {
  const kernel = () => new FakeKernel({ clock: new VirtualClock() });

  it('a free that is not the first', () => {
    const fake = kernel();
    const memory = fake.allocate(16);
    fake.free(memory);
    expect(() => fake.free(memory)).toThrow('not allocated');
    expect(() => fake.memory.check()).toThrow('not allocated');
  });

  it('a write after free', () => {
    const fake = kernel();
    const memory = fake.allocate(16);
    fake.free(memory);
    expect(() => fake.memory.check()).not.toThrow();
    memory.bytes[3] = 1;
    expect(() => fake.memory.check()).toThrow('after it was freed');
  });

  it('a system call with memory that was freed, or that is too short', () => {
    const pi = new FakePi();
    const chip = pi.kernel.open('/dev/gpiochip0', 0);
    const short = pi.kernel.allocate(67);
    const freed = pi.kernel.allocate(68);
    pi.kernel.free(freed);
    expect(() => pi.kernel.ioctl(chip, 0x8044b401, short)).toThrow('leave their allocation');
    expect(() => pi.kernel.ioctl(chip, 0x8044b401, freed)).toThrow('EFAULT');
  });

  it('a close that is not the first, and a use of a closed descriptor', () => {
    const pi = new FakePi();
    const chip = pi.kernel.open('/dev/gpiochip0', 0);
    pi.kernel.close(chip);
    expect(() => pi.kernel.close(chip)).toThrow('not open');
    expect(() => pi.kernel.ioctl(chip, 0x8044b401, 0)).toThrow('EBADF');
    expect(pi.kernel.poll([{ fileDescriptor: chip, events: 1 }], 0)).toEqual([0x20]);
  });

  it('a read that would never return', () => {
    const fake = kernel();
    const eventDescriptor = fake.eventDescriptor();
    expect(() => fake.read(eventDescriptor, fake.allocate(8))).toThrow('for ever');
  });

  it('what is still held', () => {
    const pi = new FakePi();
    const line = pi.hal.openGpioLine({ offset: 22, consumer: 'x', direction: 'input' });
    expect(() => pi.checkNothingHeld()).toThrow('1 descriptors, 1 memories, 0 mappings, 1 lines');
    line.close();
    expect(() => pi.checkNothingHeld()).not.toThrow();
  });

  it('registers after the last unmap have no memory any more', () => {
    const pi = new FakePi();
    const device = pi.kernel.open('/dev/gpiomem', 0);
    const mapped = pi.kernel.map(device, 0, 4096);
    mapped.unmap();
    expect(mapped.buffer.byteLength).toBe(0);
    expect(() => mapped.unmap()).toThrow('not mapped');
  });
});

describe('what the GPIO character device refuses', () => {
  const CONFIG = 288;

  function request(change: (view: DataView) => void): { errno: string; pi: FakePi } {
    const pi = new FakePi();
    const chip = pi.kernel.open('/dev/gpiochip0', 0);
    const memory = pi.kernel.allocate(592);
    const view = new DataView(memory.bytes.buffer);
    view.setUint32(0, 22, true);
    view.setBigUint64(CONFIG, 4n, true);
    view.setUint32(560, 1, true);
    change(view);
    try {
      pi.kernel.ioctl(chip, 0xc250b407, memory);
      return { errno: '', pi };
    } catch (error) {
      return { errno: (error as { errno: string }).errno, pi };
    }
  }

  it.each<[string, string, (view: DataView) => void]>([
    ['nothing: an input', '', () => {}],
    ['input and output', 'EINVAL', (view) => view.setBigUint64(CONFIG, 0xcn, true)],
    ['no lines', 'EINVAL', (view) => view.setUint32(560, 0, true)],
    ['65 lines', 'EINVAL', (view) => view.setUint32(560, 65, true)],
    ['edges of an output', 'EINVAL', (view) => view.setBigUint64(CONFIG, 0x18n, true)],
    ['bias without a direction', 'EINVAL', (view) => view.setBigUint64(CONFIG, 0x100n, true)],
    ['two biases', 'EINVAL', (view) => view.setBigUint64(CONFIG, 0x304n, true)],
    ['open drain of an input', 'EINVAL', (view) => view.setBigUint64(CONFIG, 0x44n, true)],
    ['open drain and open source', 'EINVAL', (view) => view.setBigUint64(CONFIG, 0xc8n, true)],
    ['a flag that does not exist', 'EINVAL', (view) => view.setBigUint64(CONFIG, 0x8004n, true)],
    ['the flag that only the kernel sets', 'EINVAL', (view) => view.setBigUint64(CONFIG, 5n, true)],
    ['an offset out of range', 'EINVAL', (view) => view.setUint32(0, 58, true)],
    ['padding that is not zero', 'EINVAL', (view) => view.setUint32(584, 1, true)],
    ['padding of the configuration', 'EINVAL', (view) => view.setUint32(CONFIG + 28, 1, true)],
    ['11 attributes', 'EINVAL', (view) => view.setUint32(CONFIG + 8, 11, true)],
    [
      'the same line twice',
      'EBUSY',
      (view) => {
        view.setUint32(4, 22, true);
        view.setUint32(560, 2, true);
      },
    ],
  ])('%s: %s', (_what, errno, change) => {
    const { errno: given, pi } = request(change);
    expect([given, pi.header.usedCount]).toEqual([errno, errno === '' ? 1 : 0]);
  });
});
