import type { LimitedTable } from './limit-module.ts';

/** The tables of a running guest. The engine refuses to let one grow over its limit, and tells the guest only. */
export class GuestTables {
  readonly #onFull: () => void;
  /** Those that have not been seen full. */
  #growing: { readonly table: WebAssembly.Table; readonly limits: LimitedTable }[] = [];

  /** `onFull` is told once for each table that has grown to all that it can have, when it is seen. */
  constructor(onFull: () => void) {
    this.#onFull = onFull;
  }

  attach(tables: readonly LimitedTable[], exports: WebAssembly.Exports): void {
    this.#growing = tables.flatMap((limits) => {
      const table = exports[limits.exportName];
      return table instanceof WebAssembly.Table ? [{ table, limits }] : [];
    });
  }

  /** Looks whether one is full. */
  look(): void {
    if (this.#growing.length === 0) return;
    this.#growing = this.#growing.filter(({ table, limits }) => {
      const isFull = table.length >= limits.maximumElements;
      if (isFull) this.#onFull();
      return !isFull;
    });
  }
}
