/** Numbers come out of a buffer of 64 bytes in WAMR, its NUL included (docs/host-api/libc.md). */
export const MAX_FIELD_CHARACTERS = 63;
/** Widths and precisions saturate here: the largest `int`, which C programs cannot exceed either. */
const MAX_COUNT = 0x7fff_ffff;

/** What stands between `%` and the conversion letter. */
export interface FieldOptions {
  readonly leftAlign: boolean;
  readonly plus: boolean;
  readonly space: boolean;
  readonly alternate: boolean;
  readonly zero: boolean;
  readonly width: number;
  /** Undefined when none was given. */
  readonly precision: number | undefined;
  /** Count of `h` letters: 1 short, 2 char. */
  readonly halves: number;
}

const pattern = /^([-+ #0]*)([0-9]*)(?:\.([0-9]*))?/u;

/**
 * Reads the text between `%` and its conversion letter. Length letters may stand anywhere; what is out of order is
 * ignored.
 */
export function parseFieldOptions(text: string): FieldOptions {
  const match = pattern.exec(text.replace(/[lhzjt]/gu, ''));
  const flags = match?.[1] ?? '';
  return {
    leftAlign: flags.includes('-'),
    plus: flags.includes('+'),
    space: flags.includes(' '),
    alternate: flags.includes('#'),
    zero: flags.includes('0'),
    width: count(match?.[2] ?? ''),
    precision: match?.[3] === undefined ? undefined : count(match[3]),
    halves: text.replace(/[^h]/gu, '').length,
  };
}

function count(text: string): number {
  return Math.min(Number(text === '' ? '0' : text), MAX_COUNT);
}

/** A field before it is padded. */
export interface Field {
  /** Sign or `0x`: zeros go behind it. */
  readonly prefix: string;
  readonly body: string;
  /** Characters that were left out because they are beyond the cap; they count for the width. */
  readonly omitted?: number;
  /** Whether the `0` flag may pad it. */
  readonly padWithZeros: boolean;
}

/** Pads a field to its width and cuts it at `cap` characters; builds no more than that. */
export function padField(field: Field, options: FieldOptions, cap: number = MAX_FIELD_CHARACTERS): string {
  const { body, prefix } = field;
  const missing = options.width - (prefix.length + body.length + (field.omitted ?? 0));
  const padding = Math.min(Math.max(missing, 0), cap);
  let text: string;
  if (options.leftAlign) {
    text = `${prefix}${body}${' '.repeat(padding)}`;
  } else if (options.zero && field.padWithZeros) {
    text = `${prefix}${'0'.repeat(padding)}${body}`;
  } else {
    text = `${' '.repeat(padding)}${prefix}${body}`;
  }
  return text.slice(0, cap);
}

/** `+`, space or nothing for a signed conversion. */
export function signPrefix(negative: boolean, options: FieldOptions): string {
  if (negative) {
    return '-';
  }
  return options.plus ? '+' : options.space ? ' ' : '';
}
