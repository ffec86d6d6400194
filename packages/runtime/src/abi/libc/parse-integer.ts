const MAX_I64 = 2n ** 63n - 1n;
const MIN_I64 = -(2n ** 63n);
const MAX_U64 = 2n ** 64n - 1n;
/** A 64-bit number has at most 64 digits, in base 2; what follows only matters for overflow. */
const MAX_SIGNIFICANT_DIGITS = 65;

export interface ParsedInteger {
  /** Value with its sign, clamped as a 64-bit strtol or strtoul does. */
  readonly value: bigint;
  /** Bytes that belong to the number, leading blanks included; 0 when there is no number. */
  readonly length: number;
}

/**
 * C's strtol and strtoul in the C locale with 64 bits (C17 7.22.1.4). `base` is 0 (from the prefix) or 2 to 36; any other
 * base finds no number.
 */
export function parseInteger(text: Uint8Array, base: number, signed: boolean): ParsedInteger {
  if (base !== 0 && (base < 2 || base > 36)) {
    return { value: 0n, length: 0 };
  }
  let index = 0;
  while (isBlank(text[index])) {
    index += 1;
  }
  const sign = text[index];
  const negative = sign === 0x2d;
  if (negative || sign === 0x2b) {
    index += 1;
  }
  // 0x counts as a prefix only before a digit; else the 0 is the number.
  const hexadecimal =
    (base === 0 || base === 16) &&
    text[index] === 0x30 &&
    ((text[index + 1] ?? 0) | 0x20) === 0x78 &&
    digitValue(text[index + 2]) < 16;
  const radix = base !== 0 ? base : hexadecimal ? 16 : text[index] === 0x30 ? 8 : 10;
  index += hexadecimal ? 2 : 0;
  const firstDigit = index;
  while (digitValue(text[index]) < radix) {
    index += 1;
  }
  if (index === firstDigit) {
    return { value: 0n, length: 0 };
  }
  const magnitude = magnitudeOf(text.subarray(firstDigit, index), radix);
  return { value: clamp(magnitude, negative, signed), length: index };
}

function magnitudeOf(digits: Uint8Array, radix: number): bigint {
  let start = 0;
  while (digits[start] === 0x30) {
    start += 1;
  }
  let magnitude = 0n;
  for (const digit of digits.subarray(start, start + MAX_SIGNIFICANT_DIGITS)) {
    magnitude = magnitude * BigInt(radix) + BigInt(digitValue(digit));
  }
  return magnitude;
}

function clamp(magnitude: bigint, negative: boolean, signed: boolean): bigint {
  if (signed) {
    const value = negative ? -magnitude : magnitude;
    return value > MAX_I64 ? MAX_I64 : value < MIN_I64 ? MIN_I64 : value;
  }
  // strtoul negates modulo 2^64, unless the digits alone are too large.
  return magnitude > MAX_U64 ? MAX_U64 : negative ? -magnitude : magnitude;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);
}

/** 0 to 35, or infinity for anything that is no digit in any base. */
function digitValue(byte: number | undefined): number {
  if (byte === undefined) {
    return Number.POSITIVE_INFINITY;
  }
  if (byte >= 0x30 && byte <= 0x39) {
    return byte - 0x30;
  }
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x7a ? lower - 0x61 + 10 : Number.POSITIVE_INFINITY;
}
