/** IEEE 754 binary64: exponent bias plus the 52 bits of fraction. */
const EXPONENT_BIAS = 1075;
const FRACTION_BITS = 52n;
const EXPONENT_MASK = 0x7ffn;
const FRACTION_MASK = (1n << FRACTION_BITS) - 1n;
/** No double has more digits behind the point than 2^-1074 has; zeros follow. */
const MAX_FRACTION_DIGITS = 1074;

export type FloatConversion = 'e' | 'f' | 'g';

export interface FloatText {
  readonly negative: boolean;
  /** False for infinities and NaN, which are never padded with zeros. */
  readonly finite: boolean;
  /** Digits with point and exponent, no sign. */
  readonly text: string;
  /** Zeros that belong behind `text` and were left out because no reader sees that far. */
  readonly omittedZeros: number;
}

/**
 * Decimal text of a double (given as its 64 bits) as C's printf makes it (C17 7.21.6.1): exact, rounded half to even on
 * the exact value, for any precision. `alternate` is the `#` flag.
 */
export function formatFloat(
  bits: bigint,
  conversion: FloatConversion,
  precision: number,
  alternate: boolean,
): FloatText {
  const negative = bits >> 63n === 1n;
  const exponentBits = Number((bits >> FRACTION_BITS) & EXPONENT_MASK);
  const fraction = bits & FRACTION_MASK;
  if (exponentBits === Number(EXPONENT_MASK)) {
    return { negative, finite: false, text: fraction === 0n ? 'inf' : 'nan', omittedZeros: 0 };
  }
  const mantissa = exponentBits === 0 ? fraction : fraction | (1n << FRACTION_BITS);
  const exponent = Math.max(exponentBits, 1) - EXPONENT_BIAS;
  // value = digits / 10^scale, exactly.
  const scale = exponent < 0 ? -exponent : 0;
  const digits = exponent < 0 ? mantissa * 5n ** BigInt(scale) : mantissa << BigInt(exponent);
  const shown = Math.min(precision, MAX_FRACTION_DIGITS);
  const omittedZeros = precision - shown;
  switch (conversion) {
    case 'f':
      return { negative, finite: true, text: fixed(digits, scale, shown, alternate), omittedZeros };
    case 'e':
      return { negative, finite: true, text: exponential(digits, scale, shown, alternate), omittedZeros };
    case 'g':
      return general(negative, digits, scale, precision, alternate);
  }
}

function fixed(digits: bigint, scale: number, precision: number, alternate: boolean): string {
  const rounded =
    scale > precision
      ? divideToEven(digits, 10n ** BigInt(scale - precision))
      : digits * 10n ** BigInt(precision - scale);
  const text = rounded.toString().padStart(precision + 1, '0');
  const whole = text.slice(0, text.length - precision);
  return precision === 0 ? `${whole}${alternate ? '.' : ''}` : `${whole}.${text.slice(-precision)}`;
}

interface Scientific {
  /** `precision + 1` decimal digits. */
  readonly digits: string;
  readonly exponent: number;
}

function scientific(digits: bigint, scale: number, precision: number): Scientific {
  if (digits === 0n) {
    return { digits: '0'.repeat(precision + 1), exponent: 0 };
  }
  const text = digits.toString();
  const exponent = text.length - 1 - scale;
  const surplus = text.length - 1 - precision;
  if (surplus <= 0) {
    return { digits: text.padEnd(precision + 1, '0'), exponent };
  }
  const rounded = divideToEven(digits, 10n ** BigInt(surplus)).toString();
  // 9.99 rounds to 10.0: one digit more, all but the first of them 0.
  return rounded.length > precision + 1
    ? { digits: rounded.slice(0, -1), exponent: exponent + 1 }
    : { digits: rounded, exponent };
}

function exponential(digits: bigint, scale: number, precision: number, alternate: boolean): string {
  const rounded = scientific(digits, scale, precision);
  return withExponent(rounded.digits, rounded.exponent, alternate);
}

function withExponent(digits: string, exponent: number, alternate: boolean): string {
  const point = digits.length > 1 || alternate ? '.' : '';
  const sign = exponent < 0 ? '-' : '+';
  return `${digits[0] ?? ''}${point}${digits.slice(1)}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function general(
  negative: boolean,
  digits: bigint,
  scale: number,
  precision: number,
  alternate: boolean,
): FloatText {
  const wanted = Math.max(precision, 1);
  const significant = Math.min(wanted, MAX_FRACTION_DIGITS);
  const rounded = scientific(digits, scale, significant - 1);
  const { exponent } = rounded;
  const kept = alternate ? rounded.digits : rounded.digits.replace(/(?!^)0+$/u, '');
  const omittedZeros = alternate ? wanted - significant : 0;
  if (exponent < -4 || exponent >= wanted) {
    return { negative, finite: true, text: withExponent(kept, exponent, alternate), omittedZeros };
  }
  if (exponent < 0) {
    return { negative, finite: true, text: `0.${'0'.repeat(-exponent - 1)}${kept}`, omittedZeros };
  }
  const whole = kept.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const behind = kept.slice(exponent + 1);
  const point = behind.length > 0 || alternate ? '.' : '';
  return { negative, finite: true, text: `${whole}${point}${behind}`, omittedZeros };
}

/** Quotient rounded to the nearest integer, halves to the even one. */
function divideToEven(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const twice = (dividend % divisor) * 2n;
  return twice > divisor || (twice === divisor && quotient % 2n === 1n) ? quotient + 1n : quotient;
}
