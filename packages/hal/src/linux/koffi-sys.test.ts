import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadKoffiSys } from './koffi-sys.ts';
import { nodeFiles } from './node-files.ts';
import { O_RDWR, POLLIN } from './open-flags.ts';
import { type Sys, SysError } from './sys.ts';

function errnoOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof SysError) return error.errno;
    throw error;
  }
  return 'none';
}

// The kernel of this machine: what the fake kernel stands for.
describe.runIf(process.platform === 'linux')('system calls of this machine', () => {
  let sys: Sys;
  let folder: string;

  beforeAll(() => {
    sys = loadKoffiSys();
    folder = mkdtempSync(join(tmpdir(), 'kanchi-sys-'));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it('fail with the name of the errno', () => {
    const empty = sys.open('/dev/null', O_RDWR);
    const memory = sys.allocate(16);
    const errnos = [
      () => sys.open('/dev/i2c-99', O_RDWR),
      () => sys.ioctl(empty, 0x707, memory),
      () => sys.ioctl(empty, 0x703, 0x50),
      () => sys.map(empty, 0, sys.pageBytes),
      () => sys.read(4095, memory),
      () => sys.write(4095, memory),
      () => sys.close(4095),
    ].map(errnoOf);
    expect(errnos).toEqual(['ENOENT', 'ENOTTY', 'ENOTTY', 'ENODEV', 'EBADF', 'EBADF', 'EBADF']);
    sys.free(memory);
    sys.close(empty);
    expect(errnoOf(() => sys.close(empty))).toBe('EBADF');
  });

  it('in a thread of the pool fail with the name of the errno too', async () => {
    const memory = sys.allocate(16);
    const empty = sys.open('/dev/null', O_RDWR);
    const later = async (fileDescriptor: number, argument: typeof memory | number): Promise<string> => {
      try {
        return String(await sys.ioctlLater(fileDescriptor, 0x703, argument));
      } catch (error) {
        return error instanceof SysError ? error.errno : 'other';
      }
    };
    const errnos = await Promise.all([
      later(4095, memory),
      later(empty, memory),
      later(empty, 0x50),
      later(4095, 0),
    ]);
    expect(errnos).toEqual(['EBADF', 'ENOTTY', 'ENOTTY', 'EBADF']);
    sys.close(empty);
    sys.free(memory);
  });

  it('lock a file for one descriptor, until that is closed', () => {
    const path = join(folder, 'locked');
    writeFileSync(path, '');
    const [first, second] = [sys.open(path, O_RDWR), sys.open(path, O_RDWR)];
    expect([sys.lock(first), sys.lock(second), sys.lock(first)]).toEqual([true, false, true]);
    sys.close(first);
    expect(sys.lock(second)).toBe(true);
    sys.close(second);
    expect(errnoOf(() => sys.lock(4095))).toBe('EBADF');
  });

  it('sleep as long as they are told', () => {
    const startMs = performance.now();
    sys.sleep(20);
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(19);
  });

  it('allocate memory that is zero and that the kernel reads and writes', () => {
    const path = join(folder, 'bytes');
    writeFileSync(path, 'abcdef');
    const memory = sys.allocate(8);
    expect([...memory.bytes]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    const file = sys.open(path, O_RDWR);
    expect(sys.read(file, memory)).toBe(6);
    expect(new TextDecoder().decode(memory.bytes)).toBe('abcdef\0\0');
    memory.bytes.set([0x31, 0x32]);
    sys.write(file, memory);
    expect(readFileSync(path, 'latin1')).toBe('abcdef12cdef\0\0');
    sys.close(file);
    sys.free(memory);
  });

  it('an event descriptor is ready from a write to a read', () => {
    const descriptor = sys.eventDescriptor();
    const entries = [{ fileDescriptor: descriptor, events: POLLIN }];
    const memory = sys.allocate(8);
    expect(sys.poll(entries, 0)).toEqual([0]);
    expect(errnoOf(() => sys.read(descriptor, memory))).toBe('EAGAIN');
    memory.bytes[0] = 3;
    sys.write(descriptor, memory);
    expect(sys.poll(entries, 0)).toEqual([POLLIN]);
    expect([sys.read(descriptor, memory), memory.bytes[0]]).toEqual([8, 3]);
    expect(sys.poll(entries, 0)).toEqual([0]);
    sys.close(descriptor);
    // POLLNVAL of poll.h.
    expect(sys.poll(entries, 0)).toEqual([0x20]);
    sys.free(memory);
  });

  it('a mapping is shared with the file', () => {
    const path = join(folder, 'registers');
    writeFileSync(path, new Uint8Array(2 * sys.pageBytes));
    const file = sys.open(path, O_RDWR);
    const mapped = sys.map(file, sys.pageBytes, sys.pageBytes);
    sys.close(file);
    Atomics.store(new Uint32Array(mapped.buffer), 1, 0x0403_0201);
    const at = sys.pageBytes + 4;
    expect([...readFileSync(path).subarray(at, at + 4)]).toEqual([1, 2, 3, 4]);
    mapped.unmap();
  });

  it('a page is what the machine has, a pointer 4 or 8 bytes', () => {
    expect([4096, 16_384, 65_536]).toContain(sys.pageBytes);
    expect(sys.pointerBytes).toBe(['arm', 'ia32'].includes(process.arch) ? 4 : 8);
  });

  it('10,000 rounds leave no descriptor', () => {
    const before = openSync('/dev/null', 'r');
    closeSync(before);
    for (let round = 0; round < 10_000; round += 1) {
      sys.close(sys.eventDescriptor());
      sys.close(sys.open('/dev/null', O_RDWR));
    }
    // The lowest number that is free is the same again.
    const after = openSync('/dev/null', 'r');
    closeSync(after);
    expect(after).toBe(before);
  });

  it('files: what is missing is ENOENT, a folder that is missing has no names, links are followed', () => {
    expect(errnoOf(() => nodeFiles.readText(join(folder, 'none')))).toBe('ENOENT');
    expect(errnoOf(() => nodeFiles.writeText(join(folder, 'none'), '1'))).toBe('ENOENT');
    expect(errnoOf(() => nodeFiles.realPath(join(folder, 'none')))).toBe('ENOENT');
    expect(nodeFiles.list(join(folder, 'none'))).toEqual([]);
    const path = join(folder, 'attribute');
    writeFileSync(path, '4096\n');
    expect([nodeFiles.readText(path), nodeFiles.exists(path)]).toEqual(['4096', true]);
    expect(nodeFiles.realPath('/proc/self')).toBe(`/proc/${process.pid}`);
    expect([nodeFiles.regularFileBytes(path), nodeFiles.regularFileBytes('/dev/null')]).toEqual([
      5,
      undefined,
    ]);
  });
});
