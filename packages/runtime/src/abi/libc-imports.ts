import { commandName } from '../app/command-name.ts';
import type { Manifest } from '../app/manifest.ts';
import { GuestExit } from '../guest/guest-exit.ts';
import type { LoadedModule } from '../guest/load-module.ts';
import type { AppContext } from '../host-api/app-context.ts';
import { mayUseClock, writeStandardStream } from './app-permission.ts';
import type { GuestHeap } from './guest-abi.ts';
import { AppHeap } from './libc/app-heap.ts';
import {
  createLibc,
  LIBC_MODULE,
  libcGlobals,
  libcSignatures,
  resolveLibcImport,
} from './libc/create-libc.ts';
import { placeAppHeap, placeArguments } from './libc/place-app-heap.ts';
import type { ImportTable } from './link-imports.ts';

/** The small libc as the linker and the runner see it. */
export interface LibcImports {
  readonly tables: readonly ImportTable[];
  /** Gives the heap its place in the new instance's memory. */
  bind(instance: WebAssembly.Instance, memory: WebAssembly.Memory): void;
  /** For buffers that the host hands to the app: the app's own allocator where it exports one. */
  heapOf(exports: WebAssembly.Exports): GuestHeap;
  /** The two parameters of `main`, put into the app heap. */
  makeArguments(): readonly number[];
}

/** Whether the app gets a heap: when what it imports needs one, or in any case with so many bytes. */
export type HeapNeed = 'as-imported' | number;

/** Connects the small libc to the app: its output is the app's log grant, its clock the clock grant. */
export function libcImports(
  context: AppContext,
  manifest: Manifest,
  loaded: LoadedModule,
  heapNeed: HeapNeed = 'as-imported',
): LibcImports {
  const heap = new AppHeap(context.memory, (byteLength) => {
    context.log.write('warning', new TextEncoder().encode(`allocate ${byteLength} bytes memory failed`));
  });
  const functions = createLibc({
    memory: context.memory,
    heap,
    writeStdout: (bytes) => {
      context.calls.count();
      writeStandardStream(context, `${LIBC_MODULE}.printf`, 'output', bytes);
    },
    monotonicNs: (call) => {
      context.calls.count();
      return mayUseClock(context, call, 'monotonic') ? context.clock.nowNs() : undefined;
    },
    onExit: (exitCode) => {
      throw new GuestExit(exitCode);
    },
  });
  const table: ImportTable = {
    module: LIBC_MODULE,
    find: (name) => {
      const resolved = resolveLibcImport(name);
      const call = resolved === undefined ? undefined : functions[resolved];
      const signature = resolved === undefined ? undefined : libcSignatures[resolved];
      // Most of it is computing that other apps have compiled in; what reaches the host counts itself, above.
      return call === undefined || signature === undefined ? undefined : { signature, call, counted: false };
    },
  };
  const constants = Object.entries(libcGlobals).map(
    ([module, globals]): ImportTable => ({
      module,
      find: () => undefined,
      globals,
    }),
  );
  let heapPlaced = false;
  return {
    tables: [table, ...constants],
    bind: (instance, memory) => {
      if (usesAppHeap(loaded, instance.exports, heapNeed)) {
        heapPlaced = true;
        const heapBase = instance.exports['__heap_base'];
        heap.place(
          placeAppHeap({
            heapBase: heapBase instanceof WebAssembly.Global ? Number(heapBase.value) : undefined,
            memory,
            ...(typeof heapNeed === 'number' ? { byteLength: heapNeed } : {}),
          }),
        );
      }
    },
    heapOf: (exports) =>
      exportedHeap(exports) ?? {
        allocate: (byteLength) => heap.allocate(byteLength),
        free: (pointer) => heap.release(pointer),
      },
    // An app with its own allocator has no place of ours for them: it starts without arguments.
    makeArguments: () =>
      heapPlaced
        ? placeArguments(heap, context.memory, [commandName(manifest), ...manifest.arguments])
        : [0, 0],
  };
}

/**
 * An app with an allocator of its own gets no second one in its memory. Others get a heap when they import the
 * allocator, or when their `main` wants its arguments somewhere.
 */
function usesAppHeap(loaded: LoadedModule, exports: WebAssembly.Exports, heapNeed: HeapNeed): boolean {
  if (exportedHeap(exports) !== undefined) {
    return false;
  }
  if (heapNeed !== 'as-imported') {
    return true;
  }
  const allocators = ['malloc', 'calloc', 'realloc', 'strdup', '_strdup', '__cxa_allocate_exception'];
  const entry = exports[loaded.entry];
  return (
    WebAssembly.Module.imports(loaded.module).some(
      ({ module, name }) => module === LIBC_MODULE && allocators.includes(resolveLibcImport(name) ?? ''),
    ) ||
    (typeof entry === 'function' && entry.length === 2)
  );
}

/** The app's own allocator: C's, or AssemblyScript's, whose blocks are pinned while the host holds them (wamr-abi section 3). */
function exportedHeap(exports: WebAssembly.Exports): GuestHeap | undefined {
  const find = (name: string): ((...parameters: number[]) => unknown) | undefined => {
    const value = exports[name];
    return typeof value === 'function' ? (value as (...parameters: number[]) => unknown) : undefined;
  };
  const malloc = find('malloc');
  const free = find('free');
  if (malloc !== undefined && free !== undefined) {
    return {
      allocate: (byteLength) => Number(malloc(byteLength)) >>> 0,
      free: (pointer) => void free(pointer),
    };
  }
  const create = find('__new');
  const hold = find('__pin') ?? find('__retain');
  const release = find('__unpin') ?? find('__release');
  if (create === undefined || hold === undefined || release === undefined) {
    return undefined;
  }
  return {
    allocate: (byteLength) => {
      const pointer = Number(create(byteLength, 0)) >>> 0;
      hold(pointer);
      return pointer;
    },
    free: (pointer) => void release(pointer),
  };
}
