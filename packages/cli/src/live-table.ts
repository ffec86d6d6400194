import type { ConsoleIo, TerminalSize } from './console-io.ts';

/** Characters that are shown although a terminal says less: it would show nothing at all. */
const LEAST_COLUMNS = 10;

/**
 * Lines that are rewritten in place on a terminal, and written once more for each update elsewhere. A terminal gets no more than it has
 * room for: what wraps or scrolls away could not be rewritten.
 */
export class LiveTable {
  readonly #io: ConsoleIo;
  #shown: readonly string[] = [];

  constructor(io: ConsoleIo) {
    this.#io = io;
  }

  update(lines: readonly string[]): void {
    if (!this.#io.isTerminal) {
      this.#io.out(`${lines.join('\n')}\n`);
      return;
    }
    const size = this.#io.terminalSize();
    // A window that got narrower has wrapped what was shown.
    const rows = this.#shown.reduce((sum, line) => sum + rowsOf(line, size), 0);
    const up = rows === 0 ? '' : `\u001b[${rows}A`;
    const fitting = size === undefined ? lines : fit(lines, size);
    this.#io.out(`${up}\u001b[J${fitting.map((line) => `${line}\n`).join('')}`);
    this.#shown = fitting;
  }

  /** What is written next stands below the table, which is not rewritten any more. */
  leave(): void {
    this.#shown = [];
  }
}

/** The line as far as it fits; a cut is shown by an ellipsis. */
export function cutLine(line: string, columns: number): string {
  const characters = Array.from(line);
  const room = Math.max(columns, LEAST_COLUMNS);
  return characters.length <= room ? line : `${characters.slice(0, room - 1).join('')}…`;
}

function fit(lines: readonly string[], { columns, rows }: TerminalSize): string[] {
  // The cursor stands in a row of its own below them.
  const room = Math.max(rows - 1, 2);
  const shown =
    lines.length <= room
      ? lines
      : [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more lines; make the window higher`];
  return shown.map((line) => cutLine(line, columns));
}

function rowsOf(line: string, size: TerminalSize | undefined): number {
  return size === undefined ? 1 : Math.max(1, Math.ceil(widthOf(line) / size.columns));
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
