import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GuestTrap } from '../../guest/guest-trap.ts';
import { MAX_FORMAT_BYTES } from './format.ts';
import { bytesOf, LibcFixture, PAGE_BYTES, type PackedValue } from './libc-fixture.test-support.ts';

/** What glibc's snprintf wrote for the same format and value, into 64 bytes. */
const glibcResults: readonly (readonly [format: string, value: PackedValue, text: string])[] = [
  ['%d', -42, '-42'],
  ['%6d', 7, '     7'],
  ['%-6d', 7, '7     '],
  ['%06d', -7, '-00007'],
  ['%+d', 7, '+7'],
  ['% d', 7, ' 7'],
  ['%.5d', -7, '-00007'],
  ['%08.5d', 7, '   00007'],
  ['%.0d', 0, ''],
  ['%u', -1, '4294967295'],
  ['%x', 48879, 'beef'],
  ['%#X', 48879, '0XBEEF'],
  ['%#010x', 48879, '0x0000beef'],
  ['%#x', 0, '0'],
  ['%#o', 8, '010'],
  ['%#.0o', 0, '0'],
  ['%hd', 65537, '1'],
  ['%hhd', 300, '44'],
  ['%hhu', -1, '255'],
  ['%ld', -1, '-1'],
  ['%lx', -1, 'ffffffff'],
  ['%lld', -(2n ** 63n), '-9223372036854775808'],
  ['%llu', 2n ** 64n - 1n, '18446744073709551615'],
  ['%jd', 5n, '5'],
  ['%zu', 5, '5'],
  ['%td', -5, '-5'],
  ['%100d', 1, ' '.repeat(63)],
  ['%-100d', 1, `1${' '.repeat(62)}`],
  ['%.100d', 1, '0'.repeat(63)],
  ['%p', 0x1440, '0x1440'],
  ['%p', 0, '(nil)'],
  ['%12p', 0, '       (nil)'],
  ['%c', 65, 'A'],
  ['%3c', 65, '  A'],
  ['%c', 0, ''],
  ['%3c', 0, '  '],
  ['%f', { f64: 0.1 }, '0.100000'],
  ['%.20f', { f64: 0.1 }, '0.10000000000000000555'],
  ['%.0f', { f64: 0.5 }, '0'],
  ['%.0f', { f64: 1.5 }, '2'],
  ['%.0f', { f64: 2.5 }, '2'],
  ['%.2f', { f64: 0.125 }, '0.12'],
  ['%.1f', { f64: 9.95 }, '9.9'],
  ['%#.0f', { f64: 3 }, '3.'],
  ['%08.2f', { f64: -2.625 }, '-0002.62'],
  ['%+.1f', { f64: 0.04 }, '+0.0'],
  ['%.1f', { f64: -0.04 }, '-0.0'],
  ['%f', { f64: 1e22 }, '10000000000000000000000.000000'],
  ['%f', { f64: Number.MAX_VALUE }, '179769313486231570814527423731704356798070567525844996598917476'],
  ['%e', { f64: 5e-324 }, '4.940656e-324'],
  ['%E', { f64: 999999.95 }, '9.999999E+05'],
  ['%.2e', { f64: 9.999 }, '1.00e+01'],
  ['%.0e', { f64: 0 }, '0e+00'],
  ['%g', { f64: 100000 }, '100000'],
  ['%g', { f64: 1000000 }, '1e+06'],
  ['%g', { f64: 0.0001 }, '0.0001'],
  ['%g', { f64: 0.00001 }, '1e-05'],
  ['%g', { f64: 999999.5 }, '1e+06'],
  ['%#g', { f64: 1.5 }, '1.50000'],
  ['%G', { f64: 1e-10 }, '1E-10'],
  ['%.0g', { f64: 123 }, '1e+02'],
  ['%010f', { f64: Number.POSITIVE_INFINITY }, '       inf'],
  ['%F', { f64: Number.NEGATIVE_INFINITY }, '-INF'],
  ['%.300f', { f64: 1 }, `1.${'0'.repeat(61)}`],
];

describe('printf of the small libc', () => {
  it.each(glibcResults)('formats %j of %o as C does', (format, value, text) => {
    expect(new LibcFixture().print(format, value)).toBe(text);
  });

  it('takes packed arguments: 64-bit ones are 8-aligned behind 32-bit ones', () => {
    const libc = new LibcFixture();
    expect(libc.print('%d %lld %d %f %s', 1, 2n, 3, { f64: 4.5 }, libc.place(2048, 'five'))).toBe(
      '1 2 3 4.500000 five',
    );
  });

  it('formats strings with width and precision, at most 63 characters longer than the string', () => {
    const libc = new LibcFixture();
    const text = libc.place(2048, 'abc');
    expect(libc.print('[%5s|%-5s|%.2s|%5.1s]', text, text, text, text)).toBe('[  abc|abc  |ab|    a]');
    expect(libc.print('%100s', text)).toBe(' '.repeat(66));
    expect(libc.print('%-100s', text)).toBe(`abc${' '.repeat(63)}`);
    expect(libc.print('%s|%3.2s|', 0, 0)).toBe('(null)|   |');
  });

  it('prints the bytes at address 0 as the string that they are', () => {
    const libc = new LibcFixture();
    libc.place(0, 'zero');
    expect(libc.print('%s', 0)).toBe('zero');
  });

  it('passes bytes through unchanged', () => {
    const libc = new LibcFixture();
    const bytes = Array.from({ length: 255 }, (_, index) => String.fromCharCode(index + 1))
      .filter((character) => character !== '%')
      .join('');
    expect(libc.print(bytes)).toBe(bytes);
    expect(libc.print('%s', libc.place(2048, bytes))).toBe(bytes);
    expect(libc.print('%c%c', 0xc3, 0xa9)).toBe('\xc3\xa9');
  });

  it('treats what WAMR does not know as WAMR does', () => {
    const libc = new LibcFixture();
    expect(libc.print('%*d', 5)).toBe('%*d');
    expect(libc.print('%a %Lf', 5)).toBe('%a %Lf');
    expect(libc.print('%n%d', 5)).toBe('5');
    expect(libc.print('100%')).toBe('100');
    expect(libc.print('100%%')).toBe('100%');
    expect(libc.print('%5%')).toBe('%');
    expect(libc.print('trailing %5')).toBe('trailing ');
  });

  it('returns the count of characters', () => {
    const libc = new LibcFixture();
    expect(libc.call('printf', libc.place(1024, 'ab%d'), libc.pack(4096, [123]))).toBe(5);
    expect(libc.call('vprintf', libc.place(1024, 'ab%d'), libc.pack(4096, [123]))).toBe(5);
    expect(libc.output()).toBe('ab123ab123');
  });

  it('bounds the work of any width and precision', () => {
    const libc = new LibcFixture();
    expect(libc.print('%1000000000d', 1)).toBe(' '.repeat(63));
    expect(libc.print('%99999999999999999999d', 1)).toBe(' '.repeat(63));
    expect(libc.print('%.1000000000d', 1)).toBe('0'.repeat(63));
    expect(libc.print('%.1000000000f', { f64: 1 })).toBe(`1.${'0'.repeat(61)}`);
    expect(libc.print('%2000000000.1000000000f', { f64: 1 })).toBe(' '.repeat(63));
    expect(libc.print('%#.1000000000g', { f64: 1 })).toBe(`1.${'0'.repeat(61)}`);
    expect(libc.print(`%${'0'.repeat(2000)}d`, 1)).toBe('1');
  });

  it('traps when an argument or a string is outside memory', () => {
    const libc = new LibcFixture();
    const format = libc.place(1024, '%d');
    expect(() => libc.call('printf', format, PAGE_BYTES - 3)).toThrow(GuestTrap);
    expect(() => libc.call('printf', format, -1)).toThrow('env.printf: out of bounds memory access');
    expect(() => libc.call('printf', libc.place(1024, '%lld'), -4)).toThrow('env.printf: out of bounds');
    expect(() => libc.call('printf', -5, 0)).toThrow('env.printf: out of bounds memory access');
    expect(() => libc.print('%s', PAGE_BYTES)).toThrow('env.printf: out of bounds memory access');
  });

  it('traps when one call would produce more than its limit', () => {
    const libc = new LibcFixture();
    libc.memory.view('test', 20_000, 40_000).fill(65);
    libc.memory.writeU8('test', 60_000, 0);
    const count = Math.ceil(MAX_FORMAT_BYTES / 40_000 / 2) + 1;
    const values = Array.from({ length: count }, () => 20_000);
    expect(() => libc.call('printf', libc.place(1024, '%s'.repeat(count)), libc.pack(4096, values))).toThrow(
      `env.printf: more than ${MAX_FORMAT_BYTES} bytes`,
    );
  });

  it('holds puts to that limit too', () => {
    const libc = new LibcFixture(300);
    libc.memory.view('test', 0, 300 * PAGE_BYTES).fill(65);
    libc.memory.writeU8('test', 100 + 16_777_216, 0);
    expect(libc.call('puts', 16_777_000)).toBe(16_777_316 - 16_777_000 + 1);
    libc.output();
    expect(() => libc.call('puts', 99)).toThrow('env.puts: more than 16777216 bytes');
    expect(libc.output()).toBe('');
  });

  it('only prints or traps, whatever the format and the arguments', () => {
    const format = fc
      .array(
        fc.oneof(
          fc.constantFrom(
            '%',
            'd',
            's',
            'c',
            'p',
            'f',
            'g',
            'e',
            'x',
            'll',
            'h',
            '.',
            '-',
            '+',
            '#',
            '0',
            '9',
            '*',
            'n',
          ),
          fc.string({ maxLength: 2, unit: 'binary-ascii' }),
        ),
        { maxLength: 30 },
      )
      .map((parts) => parts.join('').replaceAll('\0', ''));
    const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(
        format,
        fc.array(fc.oneof(word, fc.nat(PAGE_BYTES)), { maxLength: 8 }),
        word,
        (text, values, list) => {
          const libc = new LibcFixture();
          for (const pointer of [libc.pack(4096, values), list]) {
            try {
              const count = libc.call('printf', libc.place(1024, text), pointer);
              expect(count).toBe(libc.output().length);
            } catch (error) {
              if (!(error instanceof GuestTrap)) {
                throw error;
              }
            }
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('agrees with the exact decimal value of any double', () => {
    const libc = new LibcFixture();
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, min: -1e20, max: 1e20 }),
        fc.integer({ min: 0, max: 20 }),
        (value, precision) => {
          const printed = libc.print(`%.${precision}e`, { f64: value });
          // 17 significant digits and more name the double; fewer are the nearest that JavaScript finds, ties aside.
          const scaled = Number(printed);
          const tolerance = 10 ** -precision;
          expect(Math.abs(scaled - value)).toBeLessThanOrEqual(
            Math.abs(value) * tolerance + Number.MIN_VALUE,
          );
          expect(precision < 17 || Object.is(scaled, value)).toBe(true);
        },
      ),
    );
  });
});

describe('sprintf and snprintf', () => {
  it('write the text with its NUL into guest memory', () => {
    const libc = new LibcFixture();
    for (const name of ['sprintf', 'vsprintf']) {
      expect(libc.call(name, 8192, libc.place(1024, 'v=%d'), libc.pack(4096, [42]))).toBe(4);
      expect(libc.text(8192)).toBe('v=42');
      libc.memory.view('test', 8192, 8).fill(0xff);
    }
  });

  it('return the length that would have been and cut at the size', () => {
    const libc = new LibcFixture();
    for (const name of ['snprintf', 'vsnprintf']) {
      libc.memory.view('test', 8192, 16).fill(0xff);
      const format = libc.place(1024, 'hello %d');
      const list = libc.pack(4096, [12345]);
      expect(libc.call(name, 8192, 8, format, list)).toBe(11);
      expect(libc.memory.read('test', 8192, 9)).toEqual(bytesOf('hello 1\0\xff'));
      expect(libc.call(name, 8200, 0, format, list)).toBe(11);
      expect(libc.memory.readU8('test', 8200)).toBe(0xff);
      expect(libc.call(name, 8192, 1, format, list)).toBe(11);
      expect(libc.memory.readU8('test', 8192)).toBe(0);
    }
  });

  it('trap before they write when the target is outside memory', () => {
    const libc = new LibcFixture();
    const format = libc.place(1024, 'hello');
    libc.memory.view('test', PAGE_BYTES - 5, 5).fill(0xff);
    expect(() => libc.call('sprintf', PAGE_BYTES - 5, format, 0)).toThrow('env.sprintf: out of bounds');
    expect(() => libc.call('snprintf', PAGE_BYTES - 5, 6, format, 0)).toThrow('env.snprintf: out of bounds');
    expect(() => libc.call('snprintf', 0, -1, format, 0)).toThrow('env.snprintf: out of bounds');
    expect(libc.memory.read('test', PAGE_BYTES - 5, 5)).toEqual(bytesOf('\xff'.repeat(5)));
    expect(libc.call('sprintf', PAGE_BYTES - 6, format, 0)).toBe(5);
  });
});

describe('puts and putchar', () => {
  it('count the newline, and one character', () => {
    const libc = new LibcFixture();
    expect(libc.call('puts', libc.place(1024, 'hi'))).toBe(3);
    expect(libc.call('puts', 0)).toBe(1);
    expect(libc.call('putchar', 0x141)).toBe(1);
    expect(libc.output()).toBe('hi\n\nA');
  });
});
