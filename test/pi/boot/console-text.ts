import { MAX_CONSOLE_CHARACTERS } from '../limits.ts';

/** What the emulated machine has printed: the kernel's lines, the payload's, and how the payload ended. */
export class ConsoleText {
  readonly #run: string;
  #text = '';
  #droppedCharacters = 0;

  /** `run` is the word of this boot, which the first process puts into its marks. */
  constructor(run: string) {
    this.#run = run;
  }

  /** All of it, carriage returns left out. */
  get text(): string {
    return this.#text;
  }

  /** Characters that were dropped at the front, beyond MAX_CONSOLE_CHARACTERS. */
  get droppedCharacters(): number {
    return this.#droppedCharacters;
  }

  append(piece: string): void {
    this.#text += piece.replaceAll('\r', '');
    const excess = this.#text.length - MAX_CONSOLE_CHARACTERS;
    if (excess > 0) {
      this.#text = this.#text.slice(excess);
      this.#droppedCharacters += excess;
    }
  }

  /** What the payload printed, so far or until its end; empty before its start. */
  get output(): string {
    const start = `KANCHI-PI-START ${this.#run}\n`;
    const from = this.#text.indexOf(start);
    if (from < 0) return this.#droppedCharacters > 0 ? this.#text : '';
    const to = this.#text.indexOf(`\nKANCHI-PI-END ${this.#run} `, from);
    return this.#text.slice(from + start.length, to < 0 ? undefined : to);
  }

  /** Exit code of the payload, once it has ended. */
  get status(): number | undefined {
    const match = new RegExp(`^KANCHI-PI-END ${this.#run} (\\d+)$`, 'mu').exec(this.#text);
    // The line is whole once its end is there.
    return match === null || this.#text.length === match.index + match[0].length
      ? undefined
      : Number(match[1]);
  }
}
