import type { GuestMemory } from '../../guest/guest-memory.ts';
import { GuestTrap } from '../../guest/guest-trap.ts';
import type { ByteSink } from './byte-sink.ts';
import { type FieldOptions, padField, parseFieldOptions, signPrefix } from './conversion.ts';
import { type FloatConversion, formatFloat } from './format-float.ts';
import { formatInteger, formatPointer, type IntegerConversion } from './format-integer.ts';
import { VariableArguments } from './variable-arguments.ts';

/**
 * Most bytes that one formatted call may read as strings or produce. A format of a few kilobytes could otherwise ask
 * for gigabytes by naming one long string many times.
 */
export const MAX_FORMAT_BYTES = 16 * 1024 * 1024;

const PERCENT = 0x25;
/** C's digits without a precision (C17 7.21.6.1). */
const DEFAULT_FLOAT_PRECISION = 6;
/** `%s` may be this much longer than its string (docs/host-api/libc.md). */
const STRING_FIELD_SURPLUS = 63;
const optionLetters = /[-+ #0-9.lhzjt]/u;

/** The output of one formatted call, with its budget. */
class Formatter {
  readonly #call: string;
  readonly #memory: GuestMemory;
  readonly #out: ByteSink;
  #budgetBytes = MAX_FORMAT_BYTES;

  constructor(call: string, memory: GuestMemory, out: ByteSink) {
    this.#call = call;
    this.#memory = memory;
    this.#out = out;
  }

  spend(byteLength: number): void {
    this.#budgetBytes -= byteLength;
    if (this.#budgetBytes < 0) {
      throw new GuestTrap(this.#call, `more than ${MAX_FORMAT_BYTES} bytes in one formatted call`);
    }
  }

  bytes(bytes: Uint8Array): void {
    this.spend(bytes.length);
    this.#out.write(bytes);
  }

  text(text: string): void {
    this.bytes(Uint8Array.from(text, (character) => character.charCodeAt(0)));
  }

  character(code: number, options: FieldOptions): void {
    // The result is a C string: what comes behind a NUL character is not printed.
    const field = padField(
      { prefix: '', body: String.fromCharCode(code & 0xff), padWithZeros: false },
      options,
    );
    this.text(field.split('\0', 1)[0] ?? '');
  }

  string(pointer: number, options: FieldOptions): void {
    const stored = this.#memory.readCString(this.#call, pointer);
    this.spend(stored.length);
    const isNull = pointer === 0 && stored.length === 0;
    const source = isNull ? nullText(options.precision) : stored.subarray(0, options.precision);
    const cap = stored.length + STRING_FIELD_SURPLUS;
    const padding = Math.min(Math.max(options.width - source.length, 0), cap);
    const room = options.leftAlign ? cap : cap - padding;
    const blanks = new Uint8Array(options.leftAlign ? Math.min(padding, cap - source.length) : padding).fill(
      0x20,
    );
    if (options.leftAlign) {
      this.bytes(source.subarray(0, room));
      this.bytes(blanks);
    } else {
      this.bytes(blanks);
      this.bytes(source.subarray(0, room));
    }
  }

  float(bits: bigint, letter: string, options: FieldOptions): void {
    const conversion = letter.toLowerCase() as FloatConversion;
    const precision = options.precision ?? DEFAULT_FLOAT_PRECISION;
    const number = formatFloat(bits, conversion, precision, options.alternate);
    const body = letter === conversion ? number.text : number.text.toUpperCase();
    this.text(
      padField(
        {
          prefix: signPrefix(number.negative, options),
          body,
          omitted: number.omittedZeros,
          padWithZeros: number.finite,
        },
        options,
      ),
    );
  }
}

/** glibc prints no part of "(null)" when the precision is too short for all of it. */
function nullText(precision: number | undefined): Uint8Array {
  const text = new TextEncoder().encode('(null)');
  return precision !== undefined && precision < text.length ? new Uint8Array(0) : text;
}

/**
 * printf of the small libc (docs/host-api/libc.md): writes `format` to `out`, taking arguments from the packed list at
 * `argumentsPointer`. Traps when an argument or string leaves guest memory, or over MAX_FORMAT_BYTES.
 */
export function formatTo(
  call: string,
  memory: GuestMemory,
  out: ByteSink,
  format: Uint8Array,
  argumentsPointer: number,
): void {
  const formatter = new Formatter(call, memory, out);
  const list = new VariableArguments(call, memory, argumentsPointer);
  let index = 0;
  while (index < format.length) {
    const percent = format.indexOf(PERCENT, index);
    const plainEnd = percent < 0 ? format.length : percent;
    formatter.bytes(format.subarray(index, plainEnd));
    let letterIndex = plainEnd + 1;
    while (letterIndex < format.length && optionLetters.test(letterAt(format, letterIndex))) {
      letterIndex += 1;
    }
    if (letterIndex < format.length) {
      const options = String.fromCharCode(
        ...format.subarray(plainEnd + 1, Math.min(letterIndex, plainEnd + 1 + MAX_OPTION_LETTERS)),
      );
      convert(formatter, list, letterAt(format, letterIndex), options, format[letterIndex] as number);
    }
    // A `%` with nothing behind it prints nothing.
    index = letterIndex + 1;
  }
}

/** Flags, width and precision longer than this are not written by people; the rest is ignored. */
const MAX_OPTION_LETTERS = 256;

function letterAt(format: Uint8Array, index: number): string {
  return String.fromCharCode(format[index] as number);
}

function convert(
  formatter: Formatter,
  list: VariableArguments,
  letter: string,
  optionText: string,
  code: number,
): void {
  const options = parseFieldOptions(optionText);
  switch (letter) {
    case 'd':
    case 'i':
    case 'u':
    case 'o':
    case 'x':
    case 'X': {
      const wide = isWide(optionText);
      const bits = wide ? list.nextU64() : BigInt(list.nextU32());
      formatter.text(formatInteger(bits, wide ? 64 : 32, letter satisfies IntegerConversion, options));
      break;
    }
    case 'c':
      formatter.character(isWide(optionText) ? Number(list.nextU64() & 0xffn) : list.nextU32(), options);
      break;
    case 'p':
      formatter.text(
        formatPointer(
          isWide(optionText) ? Number(BigInt.asUintN(32, list.nextU64())) : list.nextU32(),
          options,
        ),
      );
      break;
    case 's':
      formatter.string(list.nextU32(), options);
      break;
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
      formatter.float(list.nextU64(), letter, options);
      break;
    case 'n':
      break;
    case '%':
      formatter.text('%');
      break;
    default:
      formatter.bytes(Uint8Array.of(PERCENT, code));
      break;
  }
}

/** `ll` and `j` are 64 bits; `l`, `z` and `t` are 32 on wasm32. */
function isWide(optionText: string): boolean {
  return optionText.includes('j') || optionText.split('l').length > 2;
}
