import type { GuestLibc } from './build-settings.ts';
import { SDK_FOLDER } from './source-tree.ts';

/**
 * How a guest is entered.
 * - `main`: it defines `main`.
 * - `callback`: it defines no `main`: `on_init` and friends, or whatever it exports itself.
 */
export type GuestStyle = 'main' | 'callback';

/** clang emits a `main` with parameters under its own name, and one without with an alias. */
const mainNames = ['main', '__main_argc_argv', '__main_void', '__original_main'];

export function styleOf(definedFunctions: ReadonlySet<string>): GuestStyle {
  return mainNames.some((name) => definedFunctions.has(name)) ? 'main' : 'callback';
}

/** Where the compiler's package keeps its WASI libraries. */
const WASI_LIBRARIES = '/usr/lib/wasm32-wasip1';
const COMPILER_LIBRARY = '/usr/lib/wasm32-unknown-wasip1/libclang_rt.builtins.a';

/**
 * Stack of a guest without WASI, bytes. Sized for one page of memory with room for the host's heap behind it (default
 * 8192 bytes); it lies first, so that running over it traps instead of writing over data.
 */
const SMALL_STACK_BYTES = 8192;

const callbacks = ['on_init', 'on_event', 'on_stop'].map((name) => `--export-if-defined=${name}`);

/**
 * Parameters of wasm-ld for these object files, without the output. Of `libraryObjects` only those are linked that the
 * guest, or one that is linked already, refers to: what a library exports is not in a guest that does not use it.
 */
export function linkParameters(
  libc: GuestLibc,
  style: GuestStyle,
  guestObjects: readonly string[],
  libraryObjects: readonly string[],
): string[] {
  const objects = [
    ...guestObjects,
    ...(libraryObjects.length === 0 ? [] : ['--start-lib', ...libraryObjects, '--end-lib']),
  ];
  switch (libc) {
    case 'wasi':
      return [
        '-m',
        'wasm32',
        '--strip-all',
        '--gc-sections',
        `-L${WASI_LIBRARIES}`,
        ...(style === 'main'
          ? [`${WASI_LIBRARIES}/crt1-command.o`]
          : [`${WASI_LIBRARIES}/crt1-reactor.o`, '--entry=_initialize']),
        ...callbacks,
        ...objects,
        '-lc',
        COMPILER_LIBRARY,
      ];
    case 'small':
      return [
        ...bare,
        // The host puts its heap there and must know where the app's own data end.
        '--export=__heap_base',
        '--export=__data_end',
        `--allow-undefined-file=${SDK_FOLDER}/small-libc.symbols`,
        ...objects,
      ];
    case 'none':
      return [...bare, ...objects];
  }
}

const bare = [
  '-m',
  'wasm32',
  '--strip-all',
  '--gc-sections',
  '--no-entry',
  '-z',
  `stack-size=${SMALL_STACK_BYTES}`,
  '--stack-first',
  '--export-if-defined=main',
  '--export-if-defined=__main_argc_argv',
  ...callbacks,
];
