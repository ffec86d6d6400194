import type { AppCounters } from '@kanchi/runtime';
import type { ConsoleIo } from './console-io.ts';
import { cutLine } from './live-table.ts';

/** Levels of the board's lines by label, as the world sees them. */
export type LineLevels = Readonly<Record<string, 0 | 1>>;

/** One line of status for people: what the hardware shows and what the app did so far. */
export function statusText(seconds: number, levels: LineLevels, counters: AppCounters): string {
  const lines = Object.entries(levels).map(([label, level]) => `${label} ${level === 1 ? '●' : '○'}`);
  const parts = [
    `${seconds} s`,
    ...lines,
    `${counters.get('hostCalls')} calls`,
    `${counters.get('busTransactions')} transactions`,
    `${counters.get('denials')} denied`,
    `${counters.get('eventsDropped')} events dropped`,
  ];
  return parts.join(' | ');
}

/**
 * Shows a line that is rewritten in place on a terminal, and one line per update elsewhere. What the app prints goes
 * through `print`, so that it never lands in the middle of the live line.
 */
export class LiveLine {
  readonly #io: ConsoleIo;
  #shown = '';
  /** Whether what the app printed last ended its line; a live line must not begin in the middle of one. */
  #atLineStart = true;

  constructor(io: ConsoleIo) {
    this.#io = io;
  }

  update(text: string): void {
    if (!this.#atLineStart) {
      this.#io.out('\n');
      this.#atLineStart = true;
    }
    if (this.#io.isTerminal) {
      const size = this.#io.terminalSize();
      // A line that wraps could not be rewritten.
      this.#shown = size === undefined ? text : cutLine(text, size.columns);
      this.#io.out(`\r\u001b[K${this.#shown}`);
    } else {
      this.#io.out(`${text}\n`);
    }
  }

  /** Runs `write` with the live line out of the way. `endsLine`: whether what it writes ends with a line break. */
  print(write: () => void, endsLine = true): void {
    if (this.#shown !== '') {
      this.#io.out('\r\u001b[K');
    }
    write();
    this.#atLineStart = endsLine;
    if (endsLine) {
      this.#io.out(this.#shown);
    } else {
      this.#shown = '';
    }
  }

  end(): void {
    if (this.#shown !== '' || !this.#atLineStart) {
      this.#io.out('\n');
      this.#shown = '';
      this.#atLineStart = true;
    }
  }
}
