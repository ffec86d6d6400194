import { type Field, type FieldOptions, MAX_FIELD_CHARACTERS, padField, signPrefix } from './conversion.ts';

export type IntegerConversion = 'd' | 'i' | 'u' | 'o' | 'x' | 'X';

const radixOf = { d: 10, i: 10, u: 10, o: 8, x: 16, X: 16 } as const;

/** One integer as C's printf makes it (C17 7.21.6.1). `bits` are the argument's `width` (32 or 64) bits, unsigned. */
export function formatInteger(
  bits: bigint,
  width: 32 | 64,
  conversion: IntegerConversion,
  options: FieldOptions,
): string {
  const signed = conversion === 'd' || conversion === 'i';
  const usedBits = width === 64 || options.halves === 0 ? width : options.halves === 1 ? 16 : 8;
  const value = signed ? BigInt.asIntN(usedBits, bits) : BigInt.asUintN(usedBits, bits);
  const magnitude = value < 0n ? -value : value;
  // No digits at all for a zero with precision zero.
  const digits = magnitude === 0n && options.precision === 0 ? '' : magnitude.toString(radixOf[conversion]);
  let prefix = signed ? signPrefix(value < 0n, options) : '';
  let body = digits;
  let zeros = Math.max((options.precision ?? 0) - digits.length, 0);
  if (options.alternate && magnitude !== 0n && (conversion === 'x' || conversion === 'X')) {
    prefix = `0${conversion}`;
  }
  if (options.alternate && conversion === 'o' && zeros === 0 && !digits.startsWith('0')) {
    zeros = 1;
  }
  // Zeros past the cap hide the digits; only their count matters.
  const shownZeros = Math.min(zeros, MAX_FIELD_CHARACTERS);
  body = `${'0'.repeat(shownZeros)}${conversion === 'X' ? digits.toUpperCase() : digits}`;
  const field: Field = {
    prefix,
    body,
    omitted: zeros - shownZeros,
    padWithZeros: options.precision === undefined,
  };
  return padField(field, options);
}

/** A pointer as glibc writes it: `0x` and hexadecimal digits, `(nil)` for 0. */
export function formatPointer(address: number, options: FieldOptions): string {
  if (address === 0) {
    return padField({ prefix: '', body: '(nil)', padWithZeros: false }, options);
  }
  return formatInteger(BigInt(address), 32, 'x', { ...options, alternate: true, halves: 0 });
}
