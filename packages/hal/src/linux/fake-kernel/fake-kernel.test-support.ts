import type { WorldClock } from '../../contract/clock.ts';
import { type NativeMemory, type PollEntry, type Sys, SysError } from '../sys.ts';
import { type FakeFile, POLLIN, POLLNVAL, viewOf } from './fake-file.test-support.ts';
import { FakeFiles } from './fake-files.test-support.ts';
import { FakeMemory } from './fake-memory.test-support.ts';

export type FakeCallName =
  | 'open'
  | 'close'
  | 'ioctl'
  | 'read'
  | 'write'
  | 'eventfd'
  | 'poll'
  | 'mmap'
  | 'flock'
  | 'allocate'
  | 'readText'
  | 'writeText'
  | 'realPath';

/** One system call, for the record and for faults. */
export interface FakeCall {
  readonly name: FakeCallName;
  readonly path?: string;
  readonly fileDescriptor?: number;
  readonly request?: number;
}

export interface FakeKernelOptions {
  readonly clock: WorldClock;
  readonly pointerBytes?: 4 | 8;
  /** RLIMIT_NOFILE. Default 1024. */
  readonly maxDescriptors?: number;
}

/** Standard input, output and error. */
const FIRST_DESCRIPTOR = 3;

/**
 * A kernel without hardware below it: the system calls of `Sys` on device files that tests add to `files`. Written from the kernel's
 * headers; shares neither constants nor codecs with the backend.
 */
export class FakeKernel implements Sys {
  readonly pointerBytes: 4 | 8;
  readonly pageBytes = 4096;
  readonly clock: WorldClock;
  readonly memory: FakeMemory;
  readonly files: FakeFiles;
  /** Every call since the start or `calls.length = 0`, also those that failed. */
  readonly calls: FakeCall[] = [];
  /** The errno that a call is to fail with; it has no effect then, but for close, which closes all the same. */
  fault: (call: FakeCall) => string | undefined = () => undefined;
  maxDescriptors: number;
  mappingCount = 0;
  readonly #open = new Map<number, FakeFile>();

  constructor({ clock, pointerBytes = 8, maxDescriptors = 1024 }: FakeKernelOptions) {
    this.clock = clock;
    this.pointerBytes = pointerBytes;
    this.maxDescriptors = maxDescriptors;
    this.memory = new FakeMemory(pointerBytes);
    this.files = new FakeFiles((name, path) => this.#record({ name, path }));
  }

  get descriptorCount(): number {
    return this.#open.size;
  }

  /** The process was killed: the kernel lets go of everything that it had, in whatever order. */
  exit(): void {
    for (const file of this.#open.values()) file.release?.();
    this.#open.clear();
  }

  /** What is held: all zero when nothing leaked. */
  get held(): { descriptors: number; memories: number; mappings: number } {
    return { descriptors: this.#open.size, memories: this.memory.count, mappings: this.mappingCount };
  }

  open(path: string, _flags: number): number {
    this.#record({ name: 'open', path });
    return this.#install(this.files.device(path).open(), 'open');
  }

  close(fileDescriptor: number): void {
    const file = this.#open.get(fileDescriptor);
    if (file === undefined) throw this.memory.misuse(`close of ${fileDescriptor}, which is not open`);
    let failure: unknown;
    try {
      this.#record({ name: 'close', fileDescriptor });
    } catch (error) {
      failure = error;
    }
    this.#open.delete(fileDescriptor);
    file.release?.();
    if (failure !== undefined) throw failure as Error;
  }

  ioctl(fileDescriptor: number, request: number, argument: NativeMemory | number): number {
    this.#record({ name: 'ioctl', fileDescriptor, request });
    const file = this.#file(fileDescriptor, 'ioctl');
    if (file.ioctl === undefined) throw new SysError('ENOTTY', 'ioctl');
    return file.ioctl({
      request,
      argument: typeof argument === 'number' ? BigInt(argument) : argument.address,
      memory: this.memory,
      install: (installed) => this.#install(installed, 'ioctl'),
    });
  }

  async ioctlLater(
    fileDescriptor: number,
    request: number,
    argument: NativeMemory | number,
  ): Promise<number> {
    return this.ioctl(fileDescriptor, request, argument);
  }

  read(fileDescriptor: number, { address, bytes }: NativeMemory): number {
    this.#record({ name: 'read', fileDescriptor });
    const file = this.#file(fileDescriptor, 'read');
    if (file.read === undefined) throw new SysError('EINVAL', 'read');
    const room = this.memory.at(address, bytes.length);
    if (file.poll !== undefined && file.poll() === 0) {
      throw this.memory.misuse(`a read of ${fileDescriptor} would block for ever`);
    }
    const read = file.read(bytes.length);
    room.set(read);
    return read.length;
  }

  write(fileDescriptor: number, { address, bytes }: NativeMemory): void {
    this.#record({ name: 'write', fileDescriptor });
    const file = this.#file(fileDescriptor, 'write');
    if (file.write === undefined) throw new SysError('EINVAL', 'write');
    file.write(this.memory.at(address, bytes.length));
  }

  eventDescriptor(): number {
    this.#record({ name: 'eventfd' });
    return this.#install(createEventFile(), 'eventfd');
  }

  /** Never waits: simulated time does not pass in a system call. */
  poll(entries: readonly PollEntry[], _timeoutMs: number): readonly number[] {
    this.#record({ name: 'poll' });
    return entries.map(({ fileDescriptor, events }) => {
      const file = this.#open.get(fileDescriptor);
      if (file === undefined) return POLLNVAL;
      const ready = file.poll?.() ?? 0;
      // POLLERR, POLLHUP and POLLNVAL are told although nobody asked.
      return ready & (events | ~POLLIN);
    });
  }

  map(fileDescriptor: number, offset: number, byteLength: number) {
    this.#record({ name: 'mmap', fileDescriptor });
    const file = this.#file(fileDescriptor, 'mmap');
    if (file.map === undefined) throw new SysError('ENODEV', 'mmap');
    if (offset % this.pageBytes !== 0 || byteLength < 1) throw new SysError('EINVAL', 'mmap');
    const mapped = file.map(offset, byteLength);
    this.mappingCount += 1;
    let isMapped = true;
    return {
      buffer: mapped.buffer,
      unmap: () => {
        if (!isMapped) throw this.memory.misuse('munmap of what is not mapped');
        isMapped = false;
        this.mappingCount -= 1;
        mapped.unmap();
      },
    };
  }

  lock(fileDescriptor: number): boolean {
    this.#record({ name: 'flock', fileDescriptor });
    const file = this.#file(fileDescriptor, 'flock');
    if (file.lock === undefined) throw new SysError('EINVAL', 'flock');
    return file.lock();
  }

  sleep(durationMs: number): void {
    this.clock.spend(BigInt(durationMs) * 1_000_000n);
  }

  allocate(byteLength: number): NativeMemory {
    this.#record({ name: 'allocate' });
    return this.memory.allocate(byteLength);
  }

  free(memory: NativeMemory): void {
    this.memory.free(memory);
  }

  #file(fileDescriptor: number, call: string): FakeFile {
    const file = this.#open.get(fileDescriptor);
    if (file === undefined) throw new SysError('EBADF', call);
    return file;
  }

  /** The lowest number that is free, as POSIX has it: a descriptor that is used after its close hits another file. */
  #install(file: FakeFile, call: string): number {
    for (let number = FIRST_DESCRIPTOR; number < this.maxDescriptors; number += 1) {
      if (this.#open.has(number)) continue;
      this.#open.set(number, file);
      return number;
    }
    file.release?.();
    throw new SysError('EMFILE', call);
  }

  #record(call: FakeCall): void {
    this.calls.push(call);
    const errno = this.fault(call);
    if (errno !== undefined) throw new SysError(errno, call.name, call.path);
  }
}

/** eventfd(2): a counter that a read takes whole. */
function createEventFile(): FakeFile {
  let counter = 0n;
  return {
    read: (byteLength) => {
      if (byteLength < 8) throw new SysError('EINVAL', 'read');
      const bytes = new Uint8Array(8);
      viewOf(bytes).setBigUint64(0, counter, true);
      counter = 0n;
      return bytes;
    },
    write: (bytes) => {
      if (bytes.length < 8) throw new SysError('EINVAL', 'write');
      counter += viewOf(bytes).getBigUint64(0, true);
    },
    poll: () => (counter > 0n ? POLLIN : 0),
  };
}
