import type { LibcImports } from '../abi/libc-imports.ts';
import { EXIT_CODE_MASK } from './app-exit.ts';

/**
 * Runs a main-style app and returns its exit code. `_start` reports through proc_exit or returns (0); `main` returns its
 * code and, when it takes arguments, gets them as the C calling convention has them.
 */
export function runMain(exports: WebAssembly.Exports, entry: string, libc: LibcImports): number {
  const main = exports[entry];
  if (typeof main !== 'function') {
    throw new TypeError(`${entry} is not a function`);
  }
  const parameters = main.length === 2 ? libc.makeArguments() : [];
  const result: unknown = main(...parameters);
  return entry === '_start' ? 0 : Number(result ?? 0) & EXIT_CODE_MASK;
}
