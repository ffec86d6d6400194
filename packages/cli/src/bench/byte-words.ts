import { CommandError } from '../error.ts';

/** Bytes on one line of the output. */
const BYTES_PER_LINE = 16;

/** A number as people type it, `0x1f` or `31`, from 0 to `most`. Throws CommandError KANCHI_USAGE. */
export function numberOf(what: string, word: string, most: number): number {
  const value = /^(?:0x[0-9a-f]+|\d+)$/iu.test(word) ? Number(word) : Number.NaN;
  if (Number.isNaN(value) || value > most) {
    throw new CommandError(
      'KANCHI_USAGE',
      `${what} is 0 to ${most} (0x${most.toString(16)}), as 31 or 0x1f, not "${word}"`,
    );
  }
  return value;
}

/** Throws CommandError KANCHI_USAGE, which names the word. */
export function bytesOf(words: readonly string[]): Uint8Array {
  return Uint8Array.from(words, (word) => numberOf('a byte', word, 0xff));
}

/** `0x0a 0xff`, sixteen to a line. */
export function bytesText(bytes: Uint8Array): string {
  const words = Array.from(bytes, (byte) => `0x${byte.toString(16).padStart(2, '0')}`);
  const lines: string[] = [];
  for (let index = 0; index < words.length; index += BYTES_PER_LINE) {
    lines.push(words.slice(index, index + BYTES_PER_LINE).join(' '));
  }
  return lines.join('\n');
}
