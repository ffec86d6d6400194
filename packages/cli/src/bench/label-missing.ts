import { type Board, RuntimeError } from '@kanchi/runtime';

type Section = 'lines' | 'i2c.devices' | 'spi.devices';

/** What is wired where, as the error that names it: a number is no label. */
const sections: Readonly<
  Record<
    Section,
    {
      readonly thing: string;
      readonly labels: (board: Board) => readonly string[];
      /** Labels of what has that number. */
      readonly withNumber: (board: Board, number: number) => readonly string[];
      /** The line to add for it. */
      readonly entry: (number: number, word: string) => object;
    }
  >
> = {
  lines: {
    thing: 'line',
    labels: (board) => [...board.lines.keys()],
    withNumber: (board, number) =>
      [...board.lines].filter(([, { line }]) => line === number).map(([label]) => label),
    entry: (number) => ({ line: number }),
  },
  'i2c.devices': {
    thing: 'device',
    labels: (board) => [...board.i2cDevices.keys()],
    withNumber: (board, number) =>
      [...board.i2cDevices].filter(([, { address }]) => address === number).map(([label]) => label),
    entry: (_, word) => ({ bus: 1, address: word.startsWith('0x') ? word : Number(word) }),
  },
  'spi.devices': {
    thing: 'device',
    labels: (board) => [...board.spiDevices.keys()],
    withNumber: (board, number) =>
      [...board.spiDevices].filter(([, { chipSelect }]) => chipSelect === number).map(([label]) => label),
    entry: (number) => ({ bus: 0, chipSelect: number }),
  },
};

/** Throws RuntimeError KANCHI_LABEL_MISSING: which labels there are; for a number, its label or the line to add. */
export function labelMissing(board: Board, section: Section, word: string): never {
  const { thing, labels, withNumber, entry } = sections[section];
  const isNumber = /^(?:0x[0-9a-f]{1,4}|\d{1,4})$/iu.test(word);
  const called = isNumber ? withNumber(board, Number(word)) : [];
  const have = labels(board);
  const there = have.length === 0 ? 'it has none' : `it has ${quoted(have)}`;
  const told =
    called.length > 0
      ? `${word} is no label; ${board.source} calls it ${quoted(called)}`
      : isNumber
        ? `${word} is no label: hardware is used by what the board file calls it, so that it has one owner and safe state; add to "${section}" in ${board.source}: "my-${thing}": ${JSON.stringify(entry(Number(word), word.toLowerCase()))}`
        : `no ${thing} "${printable(word)}" under "${section}" in ${board.source}; ${there}`;
  throw new RuntimeError('KANCHI_LABEL_MISSING', told);
}

function quoted(labels: readonly string[]): string {
  return labels.map((label) => `"${label}"`).join(', ');
}

/** What somebody typed must not steer the terminal of who reads a log of it. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '?');
}
