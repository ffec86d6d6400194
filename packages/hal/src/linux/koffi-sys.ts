import { closeSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { HalError } from '../error.ts';
import { attempt } from './node-files.ts';
import { O_CLOEXEC, O_NONBLOCK } from './open-flags.ts';
import { type NativeMemory, type PollEntry, type Sys, SysError } from './sys.ts';

/** What is used of the package `koffi`: calls of the C library without an addon of our own. */
interface Koffi {
  load(library: null): { func(prototype: string): (...parameters: unknown[]) => unknown };
  alloc(type: string, count: number): bigint;
  free(pointer: bigint): void;
  view(pointer: bigint, byteLength: number): ArrayBuffer;
  errno(): number;
  readonly os: { readonly errno: Readonly<Record<string, number>> };
  sizeof(type: string): number;
}

type Ioctl<Argument> = ((fileDescriptor: number, request: number, argument: Argument) => number) & {
  async(
    fileDescriptor: number,
    request: number,
    argument: Argument,
    done: (error: Error | null, result: number) => void,
  ): void;
};

/** `struct pollfd`: fd@0 i32, events@4 i16, revents@6 i16 (poll.h). */
const POLL_ENTRY_BYTES = 8;
const MAX_POLL_ENTRIES = 256;
/** PROT_READ | PROT_WRITE and MAP_SHARED (asm-generic/mman-common.h). */
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
/** LOCK_EX | LOCK_NB (asm-generic/fcntl.h). */
const LOCK_EXCLUSIVE_NOW = 2 | 4;
/** sysconf's name for the page size (bits/confname.h of glibc; musl has the same). */
const SC_PAGESIZE = 30;

/** Kernel names that errno(3) has a second name for: ENOTSUP, EWOULDBLOCK, EDEADLOCK. */
const kernelNames = ['EOPNOTSUPP', 'EAGAIN', 'EDEADLK'];

/**
 * System calls through `koffi`, which is prebuilt for the machines that Kanchi is for and may be loaded in any thread. Throws
 * HAL_NOT_SUPPORTED with what to install when it is not there, or this is not Linux.
 */
export function loadKoffiSys(): Sys {
  if (process.platform !== 'linux') {
    throw new HalError('HAL_NOT_SUPPORTED', `the Linux backend needs Linux, this is ${process.platform}`);
  }
  let koffi: Koffi;
  try {
    koffi = createRequire(import.meta.url)('koffi') as Koffi;
  } catch (error) {
    throw new HalError(
      'HAL_NOT_SUPPORTED',
      'the Linux backend needs the optional package "koffi", which is not installed here or does not fit this machine; ' +
        'install again without --omit=optional, on the machine that it is to run on',
      { cause: error },
    );
  }
  return new KoffiSys(koffi);
}

class KoffiSys implements Sys {
  readonly pointerBytes: 4 | 8;
  readonly pageBytes: number;
  readonly #koffi: Koffi;
  readonly #errnoNames: ReadonlyMap<number, string>;
  readonly #ioctl: Ioctl<bigint>;
  readonly #ioctlNumber: Ioctl<number>;
  readonly #read: (fileDescriptor: number, buffer: bigint, count: number) => number;
  readonly #write: (fileDescriptor: number, buffer: bigint, count: number) => number;
  readonly #close: (fileDescriptor: number) => number;
  readonly #eventfd: (initial: number, flags: number) => number;
  readonly #poll: (entries: bigint, count: number, timeoutMs: number) => number;
  readonly #mmap: (
    hint: null,
    length: number,
    protection: number,
    flags: number,
    fd: number,
    offset: number,
  ) => bigint;
  readonly #flock: (fileDescriptor: number, operation: number) => number;
  readonly #munmap: (address: bigint, length: number) => number;
  readonly #pollEntries: NativeMemory;
  readonly #sleeper = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #openedByNode = new Set<number>();

  constructor(koffi: Koffi) {
    this.#koffi = koffi;
    this.pointerBytes = koffi.sizeof('void *') === 4 ? 4 : 8;
    // Of two names of one number the one that the kernel's sources use.
    const names = new Map<number, string>();
    for (const [name, number] of Object.entries(koffi.os.errno)) {
      if (!names.has(number) || kernelNames.includes(name)) names.set(number, name);
    }
    this.#errnoNames = names;
    const library = koffi.load(null);
    const bind = <F>(prototype: string): F => library.func(prototype) as F;
    this.#ioctl = bind('int ioctl(int fd, unsigned long request, void *argument)');
    this.#ioctlNumber = bind('int ioctl(int fd, unsigned long request, unsigned long argument)');
    this.#read = bind('long read(int fd, void *buffer, size_t count)');
    this.#write = bind('long write(int fd, void *buffer, size_t count)');
    this.#close = bind('int close(int fd)');
    this.#eventfd = bind('int eventfd(unsigned int initial, int flags)');
    this.#poll = bind('int poll(void *entries, unsigned long count, int timeout)');
    this.#mmap = bind(
      'void *mmap(void *hint, size_t length, int protection, int flags, int fd, long offset)',
    );
    this.#munmap = bind('int munmap(void *address, size_t length)');
    this.#flock = bind('int flock(int fd, int operation)');
    const sysconf = bind<(name: number) => number>('long sysconf(int name)');
    this.pageBytes = Number(sysconf(SC_PAGESIZE));
    this.#pollEntries = this.allocate(MAX_POLL_ENTRIES * POLL_ENTRY_BYTES);
  }

  // By Node, so that the descriptor is closed with the thread that opened it.
  open(path: string, flags: number): number {
    const fileDescriptor = attempt('open', path, () => openSync(path, flags));
    this.#openedByNode.add(fileDescriptor);
    return fileDescriptor;
  }

  // By who opened it: in a worker Node warns of a descriptor that it does not know, and closes again at the end of the thread
  // one that it still thinks is its own, which may be another file's by then.
  close(fileDescriptor: number): void {
    if (this.#openedByNode.delete(fileDescriptor)) {
      attempt('close', `descriptor ${fileDescriptor}`, () => closeSync(fileDescriptor));
    } else if (this.#close(fileDescriptor) < 0) {
      throw this.#failure('close');
    }
  }

  ioctl(fileDescriptor: number, request: number, argument: NativeMemory | number): number {
    const result =
      typeof argument === 'number'
        ? this.#ioctlNumber(fileDescriptor, request, argument)
        : this.#ioctl(fileDescriptor, request, argument.address);
    if (result < 0) throw this.#failure('ioctl');
    return result;
  }

  async ioctlLater(
    fileDescriptor: number,
    request: number,
    argument: NativeMemory | number,
  ): Promise<number> {
    return new Promise((resolve, reject) => {
      const done = (error: Error | null, result: number): void => {
        if (error !== null) reject(error);
        // The package keeps the errno of the call for the time of this callback.
        else if (result < 0) reject(this.#failure('ioctl'));
        else resolve(result);
      };
      if (typeof argument === 'number') this.#ioctlNumber.async(fileDescriptor, request, argument, done);
      else this.#ioctl.async(fileDescriptor, request, argument.address, done);
    });
  }

  read(fileDescriptor: number, { address, bytes }: NativeMemory): number {
    const count = Number(this.#read(fileDescriptor, address, bytes.length));
    if (count < 0) throw this.#failure('read');
    return count;
  }

  write(fileDescriptor: number, { address, bytes }: NativeMemory): void {
    if (Number(this.#write(fileDescriptor, address, bytes.length)) < 0) throw this.#failure('write');
  }

  eventDescriptor(): number {
    const fileDescriptor = this.#eventfd(0, O_CLOEXEC | O_NONBLOCK);
    if (fileDescriptor < 0) throw this.#failure('eventfd');
    return fileDescriptor;
  }

  poll(entries: readonly PollEntry[], timeoutMs: number): readonly number[] {
    if (entries.length > MAX_POLL_ENTRIES) throw new RangeError(`at most ${MAX_POLL_ENTRIES} descriptors`);
    const { bytes, address } = this.#pollEntries;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    entries.forEach(({ fileDescriptor, events }, index) => {
      view.setInt32(index * POLL_ENTRY_BYTES, fileDescriptor, true);
      view.setInt16(index * POLL_ENTRY_BYTES + 4, events, true);
      view.setInt16(index * POLL_ENTRY_BYTES + 6, 0, true);
    });
    const count = this.#poll(address, entries.length, timeoutMs);
    if (count < 0) {
      const failure = this.#failure('poll');
      // A signal: nobody is ready yet.
      if (failure.errno !== 'EINTR') throw failure;
    }
    return entries.map((_, index) => view.getInt16(index * POLL_ENTRY_BYTES + 6, true));
  }

  map(fileDescriptor: number, offset: number, byteLength: number) {
    const address = this.#mmap(null, byteLength, PROT_READ_WRITE, MAP_SHARED, fileDescriptor, offset);
    // MAP_FAILED is the pointer -1.
    if (BigInt.asIntN(this.pointerBytes * 8, address) === -1n) throw this.#failure('mmap');
    return {
      buffer: this.#koffi.view(address, byteLength),
      unmap: () => void this.#munmap(address, byteLength),
    };
  }

  lock(fileDescriptor: number): boolean {
    if (this.#flock(fileDescriptor, LOCK_EXCLUSIVE_NOW) === 0) return true;
    const failure = this.#failure('flock');
    if (failure.errno === 'EAGAIN') return false;
    throw failure;
  }

  sleep(durationMs: number): void {
    Atomics.wait(this.#sleeper, 0, 0, durationMs);
  }

  allocate(byteLength: number): NativeMemory {
    const address = this.#koffi.alloc('uint8_t', byteLength);
    const bytes = new Uint8Array(this.#koffi.view(address, byteLength));
    bytes.fill(0);
    return { address, bytes };
  }

  free({ address }: NativeMemory): void {
    this.#koffi.free(address);
  }

  #failure(call: string): SysError {
    const number = this.#koffi.errno();
    return new SysError(this.#errnoNames.get(number) ?? `E${number}`, call);
  }
}
