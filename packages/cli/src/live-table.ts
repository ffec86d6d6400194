import type { ConsoleIo } from './console-io.ts';

/** Lines that are rewritten in place on a terminal, and written once more for each update elsewhere. */
export class LiveTable {
  readonly #io: ConsoleIo;
  #shownLines = 0;

  constructor(io: ConsoleIo) {
    this.#io = io;
  }

  update(lines: readonly string[]): void {
    if (!this.#io.isTerminal) {
      this.#io.out(`${lines.join('\n')}\n`);
      return;
    }
    const up = this.#shownLines === 0 ? '' : `\u001b[${this.#shownLines}A`;
    this.#io.out(`${up}\u001b[J${lines.map((line) => `${line}\n`).join('')}`);
    this.#shownLines = lines.length;
  }

  /** What is written next stands below the table, which is not rewritten any more. */
  leave(): void {
    this.#shownLines = 0;
  }
}

/** Cells as lines, each column as wide as its widest cell; numbers are the caller's to align. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, widthOf(cell));
    });
  }
  return rows.map((row) =>
    row
      .map((cell, index) => cell + ' '.repeat((widths[index] ?? 0) - widthOf(cell)))
      .join('  ')
      .trimEnd(),
  );
}

/** Columns on a terminal, one for each code point: the tables have no wide or combining characters. */
function widthOf(text: string): number {
  return Array.from(text).length;
}
