import { CommandError } from '../error.ts';

/**
 * What a guest in C links against.
 * - `wasi`: the C library of the WASI sysroot (WASI preview 1 imports).
 * - `small`: the 52 functions that the host provides in `env`; a hello world is some 400 bytes.
 * - `none`: nothing; the guest calls only what it imports.
 */
export type GuestLibc = 'wasi' | 'small' | 'none';

const libcs: readonly string[] = ['wasi', 'small', 'none'] satisfies GuestLibc[];

const buildLine = /^\/[/*]\s*kanchi-build:\s*(?<settings>[^*\n]*)/u;

/**
 * Reads the settings that a C file states in its first line, e.g. `// kanchi-build: libc=small`.
 * Throws CommandError KANCHI_BUILD_SETTING for a setting that does not exist.
 */
export function libcOfSource(text: string, shownPath: string): GuestLibc {
  const settings = buildLine.exec(text)?.groups?.['settings']?.trim();
  if (settings === undefined) {
    return 'wasi';
  }
  const libc = /^libc=(?<name>\S+)$/u.exec(settings)?.groups?.['name'];
  if (libc === undefined || !isLibc(libc)) {
    throw new CommandError(
      'KANCHI_BUILD_SETTING',
      `${shownPath}:1: "kanchi-build: ${settings}" is not known; write libc=wasi, libc=small or libc=none`,
    );
  }
  return libc;
}

function isLibc(name: string): name is GuestLibc {
  return libcs.includes(name);
}
