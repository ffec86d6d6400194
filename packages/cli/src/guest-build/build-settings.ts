import { CommandError } from '../error.ts';

/**
 * What a guest in C links against.
 * - `wasi`: the C library of the WASI sysroot (WASI preview 1 imports).
 * - `small`: the 52 functions that the host provides in `env`; a hello world is some 400 bytes.
 * - `none`: nothing; the guest calls only what it imports.
 */
export type GuestLibc = 'wasi' | 'small' | 'none';

/** What a C file states in its first line. */
export interface BuildSettings {
  readonly libc: GuestLibc;
  /** Libraries of the SDK that are compiled with the guest, each named once. */
  readonly libraries: readonly string[];
}

const libcs: readonly string[] = ['wasi', 'small', 'none'] satisfies GuestLibc[];

const buildLine = /^\/[/*]\s*kanchi-build:[ \t]*(?<settings>[^*\n]*)/u;

/**
 * Reads the settings that a C file states in its first line, e.g. `// kanchi-build: libc=small library=wamr`.
 * `knownLibraries` are those of the SDK. Throws CommandError KANCHI_BUILD_SETTING for a setting that does not exist.
 */
export function settingsOfSource(
  text: string,
  shownPath: string,
  knownLibraries: readonly string[],
): BuildSettings {
  const line = buildLine.exec(text)?.groups?.['settings']?.trim();
  let libc: GuestLibc | undefined;
  const libraries = new Set<string>();
  for (const word of line?.split(/\s+/u) ?? []) {
    const { key, value } = /^(?<key>[a-z]+)=(?<value>\S+)$/u.exec(word)?.groups ?? {};
    if (key === 'libc' && libc === undefined && value !== undefined && isLibc(value)) {
      libc = value;
    } else if (key === 'library' && value !== undefined && knownLibraries.includes(value)) {
      libraries.add(value);
    } else {
      throw new CommandError(
        'KANCHI_BUILD_SETTING',
        `${shownPath}:1: "kanchi-build: ${line}" is not known; write one of libc=wasi, libc=small or libc=none, and ` +
          `library=<name> with ${knownLibraries.join(' or ')}`,
      );
    }
  }
  return { libc: libc ?? 'wasi', libraries: [...libraries] };
}

function isLibc(name: string): name is GuestLibc {
  return libcs.includes(name);
}
