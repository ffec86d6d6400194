import type { AppContext } from './app-context.ts';

// biome-ignore lint/suspicious/noExplicitAny: WebAssembly passes numbers and bigints by position; each API states its own.
export type HostFunction = (...parameters: any[]) => number | bigint | undefined;

/** One import module: decode, check, call the HAL, encode. */
export interface HostApi {
  readonly module: string;
  /** Each function's WebAssembly type: `i` i32, `I` i64, `F` f64, e.g. `(iiI)i`. The specification says the same. */
  readonly signatures: Readonly<Record<string, string>>;
  /**
   * Functions that are linked without a guard, because it would be a good part of their cost. Each must need an open
   * handle, which a guest that has ended has no more, answer for its absence through `fail`, and count itself
   * (`AppContext.calls`), which the guard does for all others.
   */
  readonly unguarded?: readonly string[];
  create(context: AppContext): Readonly<Record<string, HostFunction>>;
}
