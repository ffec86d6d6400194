import type { GuestMemory } from '../../guest/guest-memory.ts';
import type { AppHeap } from './app-heap.ts';

/**
 * What the small libc needs of its app. The functions have checked permissions and limits before they act; there is no
 * policy in the libc itself.
 */
export interface LibcContext {
  readonly memory: GuestMemory;
  readonly heap: AppHeap;
  /** Takes what the program prints, as raw bytes; the array is only valid within the call. */
  writeStdout(bytes: Uint8Array): void;
  /** Monotonic time in nanoseconds; undefined when the app may not read it. `call` names the import. */
  monotonicNs(call: string): bigint | undefined;
  /**
   * The program called `exit`. Throws what ends the app (`GuestExit`); when it returns, the call traps with
   * `env.exit(n)` as it does in WAMR. `exitCode` is the signed 32-bit number of the program.
   */
  onExit(exitCode: number): void;
}

/** A group of functions of the libc, by import name. */
// biome-ignore lint/suspicious/noExplicitAny: WebAssembly passes numbers by position; the signature table states them.
export type LibcFunctions = Readonly<Record<string, (...parameters: any[]) => number | bigint | undefined>>;
