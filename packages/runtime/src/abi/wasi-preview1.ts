import { WASI, wasi } from '@bjorn3/browser_wasi_shim';
import { GuestExit } from '../guest/guest-exit.ts';
import type { GuestMemory } from '../guest/guest-memory.ts';
import { WASI_MODULE, type WasiContext } from './wasi-preview1-context.ts';
import { wasiSignatures } from './wasi-preview1-signatures.ts';
import { EmptyInput, OutputStream } from './wasi-preview1-streams.ts';
import { wasiTimeFunctions } from './wasi-preview1-time.ts';

/** Most buffers in one read or write: IOV_MAX of Linux. */
export const MAX_IOVECS = 1024;
const IOVEC_BYTES = 8;
/** Random bytes are made in pieces of this size; getRandomValues takes no more at a time. */
const RANDOM_PIECE_BYTES = 65_536;
/** `filestat` in wasi_snapshot_preview1.witx. */
const FILESTAT_BYTES = 64;

// biome-ignore lint/suspicious/noExplicitAny: WebAssembly passes numbers and bigints by position; wasiSignatures states them.
type WasiFunction = (...parameters: any[]) => number | undefined;
export type WasiFunctions = Readonly<Record<string, WasiFunction>>;

/** A range that a call touches: the position of its pointer, and its length or the position of that. */
type TouchedRange =
  | { readonly pointer: number; readonly byteLength: number }
  | { readonly pointer: number; readonly lengthAt: number }
  | { readonly iovecs: number; readonly countAt: number };

/** The functions that the library answers, with every range that it will touch. */
const libraryFunctions: Readonly<Record<string, readonly TouchedRange[]>> = {
  fd_advise: [],
  fd_allocate: [],
  fd_close: [],
  fd_datasync: [],
  fd_fdstat_get: [{ pointer: 1, byteLength: 24 }],
  fd_fdstat_set_flags: [],
  fd_fdstat_set_rights: [],
  fd_filestat_set_size: [],
  fd_filestat_set_times: [],
  fd_pread: [
    { iovecs: 1, countAt: 2 },
    { pointer: 4, byteLength: 4 },
  ],
  fd_prestat_dir_name: [{ pointer: 1, lengthAt: 2 }],
  fd_prestat_get: [{ pointer: 1, byteLength: 8 }],
  fd_pwrite: [
    { iovecs: 1, countAt: 2 },
    { pointer: 4, byteLength: 4 },
  ],
  fd_read: [
    { iovecs: 1, countAt: 2 },
    { pointer: 3, byteLength: 4 },
  ],
  fd_readdir: [
    { pointer: 1, lengthAt: 2 },
    { pointer: 4, byteLength: 4 },
  ],
  fd_seek: [{ pointer: 3, byteLength: 8 }],
  fd_sync: [],
  fd_tell: [{ pointer: 1, byteLength: 8 }],
  fd_write: [
    { iovecs: 1, countAt: 2 },
    { pointer: 3, byteLength: 4 },
  ],
};

/** Where the descriptors are in the parameters of calls that would reach the file system. */
const pathFunctions: Readonly<Record<string, readonly number[]>> = {
  path_create_directory: [0],
  path_filestat_get: [0],
  path_filestat_set_times: [0],
  path_link: [0, 4],
  path_open: [0],
  path_readlink: [0],
  path_remove_directory: [0],
  path_rename: [0, 3],
  path_symlink: [2],
  path_unlink_file: [0],
};

const socketFunctions = ['sock_accept', 'sock_recv', 'sock_send', 'sock_shutdown'];

/**
 * WASI preview 1 for one app: every function of `wasiSignatures`. Standard streams, arguments, environment, clocks,
 * sleep and random bytes work; there are no directories and no sockets, so nothing of the host's files or network can
 * be reached.
 *
 * Each function returns an errno, or throws GuestTrap (a range outside guest memory) or GuestExit (`proc_exit`). Only
 * `poll_oneoff` blocks.
 */
export function createWasi(context: WasiContext): WasiFunctions {
  const { memory } = context;
  const outputs = [
    new OutputStream((bytes) => context.writeStdout(bytes)),
    new OutputStream((bytes) => context.writeStderr(bytes)),
  ];
  const commandLine = context.arguments.map(untilNul);
  const environment = Object.entries(context.environment).map(([name, value]) =>
    untilNul(`${name}=${value}`),
  );
  // Without `debug: false` the library writes to the host's console.
  const library = new WASI(commandLine, environment, [new EmptyInput(), ...outputs], { debug: false });
  library.inst = { exports: { memory: currentMemory(memory) } };

  const isOpen = (descriptor: number): boolean => library.fds[descriptor] !== undefined;
  const functions: Record<string, WasiFunction> = {
    ...stringListFunctions(context, library, 'args_get', 'args_sizes_get', commandLine),
    ...stringListFunctions(context, library, 'environ_get', 'environ_sizes_get', environment),
    ...wasiTimeFunctions(context),

    fd_filestat_get: (descriptor: number, result: number) => {
      const call = `${WASI_MODULE}.fd_filestat_get`;
      const bytes = memory.view(call, result, FILESTAT_BYTES);
      if (isOpen(descriptor)) {
        // The library leaves the end of the record as it was.
        bytes.fill(0);
      }
      return callLibrary(library, 'fd_filestat_get', [descriptor, result]);
    },

    // Renumbering onto itself would close the descriptor in the library.
    fd_renumber: (from: number, to: number) =>
      from === to && isOpen(from) ? wasi.ERRNO_SUCCESS : callLibrary(library, 'fd_renumber', [from, to]),

    random_get: (pointer: number, byteLength: number) => {
      const bytes = memory.view(`${WASI_MODULE}.random_get`, pointer, byteLength);
      for (let start = 0; start < bytes.length; start += RANDOM_PIECE_BYTES) {
        context.fillRandom(bytes.subarray(start, start + RANDOM_PIECE_BYTES));
      }
      return wasi.ERRNO_SUCCESS;
    },

    proc_exit: (exitCode: number): never => {
      throw new GuestExit(exitCode);
    },
    proc_raise: () => wasi.ERRNO_NOTSUP,
    sched_yield: () => wasi.ERRNO_SUCCESS,
  };

  for (const [name, ranges] of Object.entries(libraryFunctions)) {
    functions[name] = (...parameters: readonly (number | bigint)[]) => {
      const refused = checkRanges(memory, `${WASI_MODULE}.${name}`, ranges, parameters);
      if (refused !== undefined) {
        return refused;
      }
      const result = callLibrary(library, name, parameters);
      for (const output of outputs) {
        output.flush();
      }
      return result;
    };
  }
  for (const [name, descriptors] of Object.entries(pathFunctions)) {
    functions[name] = (...parameters: readonly (number | bigint)[]) =>
      descriptors.every((position) => isOpen(Number(parameters[position])))
        ? wasi.ERRNO_NOTCAPABLE
        : wasi.ERRNO_BADF;
  }
  for (const name of socketFunctions) {
    functions[name] = (descriptor: number) => (isOpen(descriptor) ? wasi.ERRNO_NOTSOCK : wasi.ERRNO_BADF);
  }
  return Object.fromEntries(
    Object.keys(wasiSignatures).map((name) => [name, unsigned(functions[name] as WasiFunction)]),
  );
}

/** i32 parameters arrive signed from WebAssembly; i64 ones, as bigints, stay as they are. */
function unsigned(call: WasiFunction): WasiFunction {
  return (...parameters: readonly (number | bigint)[]) =>
    call(...parameters.map((value) => (typeof value === 'number' ? value >>> 0 : value)));
}

function callLibrary(library: WASI, name: string, parameters: readonly (number | bigint)[]): number {
  return Number(library.wasiImport[name]?.(...parameters) ?? wasi.ERRNO_NOSYS);
}

/** Traps for a range outside memory; returns an errno for a list that is too long. */
function checkRanges(
  memory: GuestMemory,
  call: string,
  ranges: readonly TouchedRange[],
  parameters: readonly (number | bigint)[],
): number | undefined {
  const at = (position: number): number => Number(parameters[position]);
  for (const range of ranges) {
    if ('iovecs' in range) {
      const count = at(range.countAt);
      if (count > MAX_IOVECS) {
        return wasi.ERRNO_INVAL;
      }
      const list = memory.check(call, at(range.iovecs), count * IOVEC_BYTES);
      for (let entry = list; entry < list + count * IOVEC_BYTES; entry += IOVEC_BYTES) {
        memory.check(call, memory.readU32(call, entry), memory.readU32(call, entry + 4));
      }
    } else {
      memory.check(call, at(range.pointer), 'lengthAt' in range ? at(range.lengthAt) : range.byteLength);
    }
  }
  return undefined;
}

/** `args_*` and `environ_*`. The library counts UTF-16 units in one of them, so the sizes are ours. */
function stringListFunctions(
  context: WasiContext,
  library: WASI,
  getName: string,
  sizesName: string,
  texts: readonly string[],
): Record<string, WasiFunction> {
  const { memory } = context;
  const encoder = new TextEncoder();
  const byteLength = texts.reduce((sum, text) => sum + encoder.encode(text).length + 1, 0);
  return {
    [sizesName]: (count: number, size: number) => {
      const call = `${WASI_MODULE}.${sizesName}`;
      memory.check(call, count, 4);
      memory.check(call, size, 4);
      memory.writeU32(call, count, texts.length);
      memory.writeU32(call, size, byteLength);
      return wasi.ERRNO_SUCCESS;
    },
    [getName]: (pointers: number, buffer: number) => {
      const call = `${WASI_MODULE}.${getName}`;
      memory.check(call, pointers, texts.length * 4);
      memory.check(call, buffer, byteLength);
      return callLibrary(library, getName, [pointers, buffer]);
    },
  };
}

/** The part of WebAssembly.Memory that the library uses: the buffer as it is now. */
function currentMemory(memory: GuestMemory): WebAssembly.Memory {
  return {
    get buffer() {
      return memory.view(WASI_MODULE, 0, memory.byteLength).buffer as ArrayBuffer;
    },
  } as WebAssembly.Memory;
}

function untilNul(text: string): string {
  return text.split('\0', 1)[0] ?? '';
}
