import type { MappedMemory } from '../sys.ts';
import type { FakeMemory } from './fake-memory.test-support.ts';

/** One ioctl(2) as a driver sees it. */
export interface FakeIoctl {
  readonly request: number;
  /** The third argument: a number, or an address in `memory`. */
  readonly argument: bigint;
  readonly memory: FakeMemory;
  /** Puts a file into the table of descriptors. Throws EMFILE. */
  readonly install: (file: FakeFile) => number;
}

/** An open file description; what it lacks is not supported. A method throws SysError when the call fails. */
export interface FakeFile {
  ioctl?(call: FakeIoctl): number;
  /** At most `byteLength` bytes. */
  read?(byteLength: number): Uint8Array;
  write?(bytes: Uint8Array): void;
  /** Events that are there now, of poll.h. */
  poll?(): number;
  map?(offset: number, byteLength: number): MappedMemory;
  /** flock(2), exclusive, without waiting: false when another has it. */
  lock?(): boolean;
  /** The last descriptor is gone. */
  release?(): void;
}

/** A device file. */
export interface FakeDevice {
  /** Set for a regular file. */
  readonly regularFileBytes?: number | undefined;
  open(): FakeFile;
}

/** `_IOC` of asm-generic/ioctl.h: 2 bits direction, 14 bits size, 8 bits type, 8 bits number. */
function ioc(direction: number, type: number, number: number, size: number): number {
  return direction * 2 ** 30 + size * 2 ** 16 + type * 2 ** 8 + number;
}

export const iow = (type: number, number: number, size: number): number => ioc(1, type, number, size);
export const ior = (type: number, number: number, size: number): number => ioc(2, type, number, size);
export const iowr = (type: number, number: number, size: number): number => ioc(3, type, number, size);

/** The direction, type, number and size that a request is made of. */
export function iocFields(request: number): {
  direction: number;
  type: number;
  number: number;
  size: number;
} {
  return {
    direction: Math.floor(request / 2 ** 30) & 0x3,
    size: Math.floor(request / 2 ** 16) & 0x3fff,
    type: Math.floor(request / 2 ** 8) & 0xff,
    number: request & 0xff,
  };
}

export const POLLIN = 1;
export const POLLERR = 8;
export const POLLHUP = 16;
export const POLLNVAL = 32;

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
