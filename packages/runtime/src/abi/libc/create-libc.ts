import { characterFunctions } from './character-functions.ts';
import { heapFunctions } from './heap-functions.ts';
import type { LibcContext, LibcFunctions } from './libc-context.ts';
import { memoryFunctions } from './memory-functions.ts';
import { numberFunctions } from './number-functions.ts';
import { printFunctions } from './print-functions.ts';
import { processFunctions } from './process-functions.ts';
import { stringFunctions } from './string-functions.ts';

/** Import module of the small libc. */
export const LIBC_MODULE = 'env';

/**
 * WebAssembly type of each of the 52 functions of WAMR's builtin libc (docs/host-api/libc.md): `i` i32, `I` i64. Pointers
 * and lengths are i32.
 */
export const libcSignatures: Readonly<Record<string, string>> = {
  printf: '(ii)i',
  sprintf: '(iii)i',
  snprintf: '(iiii)i',
  vprintf: '(ii)i',
  vsprintf: '(iii)i',
  vsnprintf: '(iiii)i',
  puts: '(i)i',
  putchar: '(i)i',
  memcmp: '(iii)i',
  memcpy: '(iii)i',
  memmove: '(iii)i',
  memset: '(iii)i',
  strchr: '(ii)i',
  strcmp: '(ii)i',
  strcpy: '(ii)i',
  strlen: '(i)i',
  strncmp: '(iii)i',
  strncpy: '(iii)i',
  malloc: '(i)i',
  realloc: '(ii)i',
  calloc: '(ii)i',
  strdup: '(i)i',
  _strdup: '(i)i',
  free: '(i)',
  atoi: '(i)i',
  exit: '(i)',
  strtol: '(iii)i',
  strtoul: '(iii)i',
  memchr: '(iii)i',
  strncasecmp: '(iii)i',
  strspn: '(ii)i',
  strcspn: '(ii)i',
  strstr: '(ii)i',
  isupper: '(i)i',
  isalpha: '(i)i',
  isspace: '(i)i',
  isgraph: '(i)i',
  isprint: '(i)i',
  isdigit: '(i)i',
  isxdigit: '(i)i',
  tolower: '(i)i',
  toupper: '(i)i',
  isalnum: '(i)i',
  emscripten_memcpy_big: '(iii)i',
  abort: '(i)',
  abortStackOverflow: '(i)',
  nullFunc_X: '(i)',
  __cxa_allocate_exception: '(i)i',
  __cxa_begin_catch: '(i)',
  __cxa_throw: '(iii)',
  clock_gettime: '(ii)i',
  clock: '()I',
};

/** Constants that WAMR has besides its functions, by module and name (WAMR 2.4.3, libc-builtin). */
export const libcGlobals: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  global: { NaN: Number.NaN, Infinity: Number.POSITIVE_INFINITY },
};

/**
 * The libc's name for an import of `env`: the name itself, or without one leading `_`. Undefined when the libc has
 * neither.
 */
export function resolveLibcImport(name: string): string | undefined {
  if (Object.hasOwn(libcSignatures, name)) {
    return name;
  }
  const plain = name.startsWith('_') ? name.slice(1) : undefined;
  return plain !== undefined && Object.hasOwn(libcSignatures, plain) ? plain : undefined;
}

/**
 * The small libc for one app: every function of `libcSignatures`, by its own name (`resolveLibcImport` maps others).
 *
 * A pointer, length or string that leaves guest memory throws GuestTrap with the name of the call. Integers may be
 * signed or unsigned. Nothing blocks.
 */
export function createLibc(context: LibcContext): LibcFunctions {
  return {
    ...printFunctions(context),
    ...memoryFunctions(context),
    ...stringFunctions(context),
    ...numberFunctions(context),
    ...characterFunctions,
    ...heapFunctions(context),
    ...processFunctions(context),
  };
}
