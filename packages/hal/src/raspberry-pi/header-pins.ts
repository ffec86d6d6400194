/** A pin of the 40-pin header: a line, named by its BCM number, or a supply. */
export type HeaderPin =
  | { readonly pin: number; readonly kind: 'line'; readonly line: number }
  | { readonly pin: number; readonly kind: '3.3 V' | '5 V' | 'ground' };

/** The header is the same on every Raspberry Pi that has one of 40 pins, which is all since the Model B+. */
export const HEADER_PIN_COUNT = 40;
/** Lines 0 to 27 of the header's chip are on the header, whatever the chip. */
export const HEADER_LINE_COUNT = 28;

/** What the pins are, from pin 1 on: a BCM number, or a supply (schematics of the boards, connector J8). */
const layout: readonly (number | '3.3 V' | '5 V' | 'ground')[] = [
  ...(['3.3 V', '5 V', 2, '5 V', 3, 'ground', 4, 14, 'ground', 15] as const),
  ...([17, 18, 27, 'ground', 22, 23, '3.3 V', 24, 10, 'ground'] as const),
  ...([9, 25, 11, 8, 'ground', 7, 0, 1, 5, 'ground'] as const),
  ...([6, 12, 13, 'ground', 19, 16, 26, 20, 'ground', 21] as const),
];

/** All pins, in order. */
export const headerPins: readonly HeaderPin[] = layout.map((what, index) =>
  typeof what === 'number' ? { pin: index + 1, kind: 'line', line: what } : { pin: index + 1, kind: what },
);

/** What a pin of the header is; undefined when there is no such pin. */
export function findHeaderPin(pin: number): HeaderPin | undefined {
  return headerPins[pin - 1];
}

/** The pin of a line of the header's chip; undefined for a line that is not on the header. */
export function headerPinOfLine(line: number): number | undefined {
  return headerPins.find((each) => each.kind === 'line' && each.line === line)?.pin;
}
