/** Memory that the kernel is given by its address. Lives until it is freed. */
export interface NativeMemory {
  readonly address: bigint;
  /** The memory itself, not a copy. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A part of a device file in memory. No view of `buffer` may be used after `unmap`. */
export interface MappedMemory {
  readonly buffer: ArrayBuffer;
  unmap(): void;
}

export interface PollEntry {
  readonly fileDescriptor: number;
  /** What is waited for, POLL* of `open-flags`. */
  readonly events: number;
}

/**
 * The system calls that the backend makes, injected: the same code runs on a kernel and on a fake one. Every method throws
 * SysError when the call fails, and blocks as long as the call does.
 */
export interface Sys {
  /** Size of a pointer in structures, bytes. */
  readonly pointerBytes: 4 | 8;
  open(path: string, flags: number): number;
  close(fileDescriptor: number): void;
  /** `argument`: memory, or a plain number where the request takes one. Returns what the call does. */
  ioctl(fileDescriptor: number, request: number, argument: NativeMemory | number): number;
  /** As `ioctl`, in a thread of Node's pool. Rejects with SysError. Descriptor and memory must live until it ends. */
  ioctlLater(fileDescriptor: number, request: number, argument: NativeMemory | number): Promise<number>;
  /** Returns how many bytes came, 0 at the end of the file. */
  read(fileDescriptor: number, memory: NativeMemory): number;
  write(fileDescriptor: number, memory: NativeMemory): void;
  /** A descriptor that becomes readable when 8 bytes are written to it (eventfd(2)); reading 8 bytes clears it. */
  eventDescriptor(): number;
  /** Which of the entries are ready: their `revents`, in order. Waits at most `timeoutMs`. */
  poll(entries: readonly PollEntry[], timeoutMs: number): readonly number[];
  /** Maps `byteLength` bytes from `offset`, shared, for reading and writing. Both are multiples of the page size. */
  map(fileDescriptor: number, offset: number, byteLength: number): MappedMemory;
  /** Takes the lock of a file (flock(2), exclusive, without waiting); false when another process has it. It goes with the descriptor. */
  lock(fileDescriptor: number): boolean;
  /** Blocks the thread. */
  sleep(durationMs: number): void;
  readonly pageBytes: number;
  allocate(byteLength: number): NativeMemory;
  free(memory: NativeMemory): void;
}

/** Files of the kernel's own file systems. Every method throws SysError. */
export interface SysFiles {
  /** The text without the newline at its end. */
  readText(path: string): string;
  /** A new array, the caller's. */
  readBytes(path: string): Uint8Array;
  writeText(path: string, text: string): void;
  /** Names in a folder, sorted; none when there is no such folder. */
  list(folder: string): readonly string[];
  /** Names of the folders in a folder, sorted; links do not count. None when there is no such folder. */
  listFolders(folder: string): readonly string[];
  /** The path without symbolic links. */
  realPath(path: string): string;
  exists(path: string): boolean;
  /** Length of a regular file, bytes; undefined for any other, whose length the kernel does not tell. */
  regularFileBytes(path: string): number | undefined;
}

/** A system call that failed. */
export class SysError extends Error {
  override readonly name = 'SysError';
  /** Name as in errno(3), e.g. `EBUSY`; `E<number>` for one that has no known name. */
  readonly errno: string;
  readonly call: string;
  readonly path: string | undefined;

  constructor(errno: string, call: string, path?: string) {
    super(path === undefined ? `${call}: ${errno}` : `${call} ${path}: ${errno}`);
    this.errno = errno;
    this.call = call;
    this.path = path;
  }
}
