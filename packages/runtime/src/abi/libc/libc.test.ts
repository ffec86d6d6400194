import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GuestExit } from '../../guest/guest-exit.ts';
import { GuestTrap } from '../../guest/guest-trap.ts';
import { libcGlobals, libcSignatures, resolveLibcImport } from './create-libc.ts';
import { HEAP_BASE, LibcFixture, PAGE_BYTES } from './libc-fixture.test-support.ts';

describe('the table of the small libc', () => {
  it('has a function for each of the 52 signatures and no other', () => {
    const names = Object.keys(new LibcFixture().functions).sort();
    expect(names).toEqual(Object.keys(libcSignatures).sort());
    expect(names).toHaveLength(52);
  });

  it('finds a name with one leading underscore under its own name', () => {
    expect(resolveLibcImport('printf')).toBe('printf');
    expect(resolveLibcImport('_printf')).toBe('printf');
    expect(resolveLibcImport('_strdup')).toBe('_strdup');
    expect(resolveLibcImport('__strdup')).toBe('_strdup');
    expect(resolveLibcImport('__printf')).toBeUndefined();
    expect(resolveLibcImport('bsearch')).toBeUndefined();
    expect(resolveLibcImport('constructor')).toBeUndefined();
    expect(resolveLibcImport('__proto__')).toBeUndefined();
  });

  it('has the constants', () => {
    expect(libcGlobals['global']).toEqual({ NaN: Number.NaN, Infinity: Number.POSITIVE_INFINITY });
  });

  it('returns numbers of the declared type or traps, for any arguments', () => {
    const anyI32 = fc.oneof(
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      fc.constantFrom(0, 1, -1, PAGE_BYTES - 1, PAGE_BYTES, -(2 ** 31), HEAP_BASE + 8),
      fc.nat(PAGE_BYTES),
    );
    const resultType = { i: 'number', I: 'bigint', '': 'undefined' } as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.entries(libcSignatures)),
        fc.tuple(anyI32, anyI32, anyI32, anyI32),
        fc.uint8Array({ minLength: 64, maxLength: 64 }),
        ([name, signature], parameters, noise) => {
          const libc = new LibcFixture();
          libc.memory.write('test', 0, noise);
          libc.memory.write('test', PAGE_BYTES - 64, noise);
          const count = signature.indexOf(')') - 1;
          try {
            const result = libc.call(name, ...parameters.slice(0, count));
            const letter = signature.slice(count + 2) as keyof typeof resultType;
            expect(typeof result).toBe(resultType[letter]);
          } catch (error) {
            if (!(error instanceof GuestTrap || error instanceof GuestExit)) {
              throw error;
            }
          }
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe('string functions', () => {
  it('search', () => {
    const libc = new LibcFixture();
    const text = libc.place(1024, 'hello world');
    expect(libc.call('strlen', text)).toBe(11);
    expect(libc.call('strchr', text, 0x6f)).toBe(text + 4);
    expect(libc.call('strchr', text, 0x16f)).toBe(text + 4);
    expect(libc.call('strchr', text, 0)).toBe(text + 11);
    expect(libc.call('strchr', text, 0x7a)).toBe(0);
    expect(libc.call('strstr', text, libc.place(2048, 'o w'))).toBe(text + 4);
    expect(libc.call('strstr', text, libc.place(2048, ''))).toBe(text);
    expect(libc.call('strstr', text, libc.place(2048, 'worlds'))).toBe(0);
    expect(libc.call('strspn', text, libc.place(2048, 'hel'))).toBe(4);
    expect(libc.call('strcspn', text, libc.place(2048, ' w'))).toBe(5);
    expect(libc.call('strcspn', text, libc.place(2048, 'xyz'))).toBe(11);
    expect(libc.call('memchr', text, 0x77, 11)).toBe(text + 6);
    expect(libc.call('memchr', text, 0x77, 6)).toBe(0);
  });

  it('find what a plain search finds, in texts that repeat', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 40 });
    const libc = new LibcFixture();
    fc.assert(
      fc.property(letters, fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 6 }), (text, wanted) => {
        const index = text.indexOf(wanted);
        const found = libc.call('strstr', libc.place(1024, text), libc.place(2048, wanted));
        expect(found).toBe(index < 0 ? 0 : 1024 + index);
      }),
    );
  });

  it('compare as unsigned bytes', () => {
    const libc = new LibcFixture();
    const one = libc.place(1024, 'abC');
    const other = libc.place(2048, 'abc');
    expect(libc.call('strcmp', one, one)).toBe(0);
    expect(libc.call('strcmp', one, other)).toBeLessThan(0);
    expect(libc.call('strcmp', other, one)).toBeGreaterThan(0);
    expect(libc.call('strcmp', libc.place(3000, '\xff'), other)).toBeGreaterThan(0);
    expect(libc.call('strcmp', libc.place(3000, 'ab'), other)).toBeLessThan(0);
    expect(libc.call('strncmp', one, other, 2)).toBe(0);
    expect(libc.call('strncmp', one, other, 3)).toBeLessThan(0);
    expect(libc.call('strncasecmp', one, other, 3)).toBe(0);
    expect(libc.call('strncasecmp', one, libc.place(3000, 'abd'), -1)).toBeLessThan(0);
    expect(libc.call('memcmp', one, other, 2)).toBe(0);
    expect(libc.call('memcmp', one, other, 3)).toBeLessThan(0);
  });

  it('copy, and pad with zeros where C does', () => {
    const libc = new LibcFixture();
    const source = libc.place(1024, 'abc');
    libc.memory.view('test', 2048, 16).fill(0xff);
    expect(libc.call('strncpy', 2048, source, 6)).toBe(2048);
    expect([...libc.memory.read('test', 2048, 7)]).toEqual([97, 98, 99, 0, 0, 0, 255]);
    expect(libc.call('strncpy', 2060, source, 2)).toBe(2060);
    expect([...libc.memory.read('test', 2060, 3)]).toEqual([97, 98, 255]);
    expect(libc.call('strcpy', 3000, source)).toBe(3000);
    expect(libc.text(3000)).toBe('abc');
    const copy = libc.call('strdup', source);
    expect(copy).toBe(HEAP_BASE + 8);
    expect(libc.text(HEAP_BASE + 8)).toBe('abc');
    expect(libc.call('_strdup', source)).toBe(HEAP_BASE + 24);
  });

  it('move overlapping ranges whole', () => {
    const libc = new LibcFixture();
    libc.place(1024, 'abcdef');
    expect(libc.call('memmove', 1026, 1024, 4)).toBe(1026);
    expect(libc.text(1024)).toBe('ababcd');
    libc.call('memset', 1024, 0x141, 3);
    expect(libc.text(1024)).toBe('AAAbcd');
    expect(libc.call('memcpy', PAGE_BYTES, 0, 0)).toBe(PAGE_BYTES);
    expect(() => libc.call('memcpy', PAGE_BYTES - 1, 0, 2)).toThrow('env.memcpy: out of bounds');
    expect(() => libc.call('memset', 0, 0, -1)).toThrow('env.memset: out of bounds');
  });

  it('stop at the limit before the end of memory matters', () => {
    const libc = new LibcFixture();
    libc.memory.view('test', PAGE_BYTES - 4, 4).fill(0x61);
    const text = libc.place(1024, 'aaaa');
    expect(libc.call('strncmp', PAGE_BYTES - 4, text, 4)).toBe(0);
    expect(() => libc.call('strncmp', PAGE_BYTES - 4, text, 5)).toThrow('env.strncmp: out of bounds');
    expect(() => libc.call('strlen', PAGE_BYTES - 4)).toThrow('env.strlen: out of bounds');
    expect(() => libc.call('strlen', -1)).toThrow('env.strlen: out of bounds');
  });
});

describe('number parsing', () => {
  const cases: readonly (readonly [
    text: string,
    base: number,
    signed: number,
    unsigned: number,
    length: number,
  ])[] = [
    ['42', 10, 42, 42, 2],
    ['  -17x', 10, -17, -17, 5],
    ['\t+5', 0, 5, 5, 3],
    ['0x1F', 0, 31, 31, 4],
    ['0x1F', 16, 31, 31, 4],
    ['0xg', 0, 0, 0, 1],
    ['0x', 16, 0, 0, 1],
    ['017', 0, 15, 15, 3],
    ['08', 0, 0, 0, 1],
    ['zz', 36, 1295, 1295, 2],
    ['12', 2, 1, 1, 1],
    ['', 10, 0, 0, 0],
    ['  -', 10, 0, 0, 0],
    ['12', 1, 0, 0, 0],
    ['12', 37, 0, 0, 0],
    ['12', -10, 0, 0, 0],
    // Cut from 64 bits, as measured on x86-64.
    ['99999999999', 10, 1215752191, 1215752191, 11],
    ['4294967295', 10, -1, -1, 10],
    ['9223372036854775808', 10, -1, 0, 19],
    ['99999999999999999999', 10, -1, -1, 20],
    ['-99999999999999999999', 10, 0, -1, 21],
    [`${'0'.repeat(300)}7`, 10, 7, 7, 301],
  ];

  it.each(cases)('of %j in base %i', (text, base, signed, unsigned, length) => {
    const libc = new LibcFixture();
    libc.place(1024, text);
    expect(libc.call('strtol', 1024, 2048, base)).toBe(signed);
    expect(libc.memory.readU32('test', 2048)).toBe(1024 + length);
    expect(libc.call('strtoul', 1024, 2052, base)).toBe(unsigned);
    expect(libc.memory.readU32('test', 2052)).toBe(1024 + length);
  });

  it('always writes the end, so its address must be valid', () => {
    const libc = new LibcFixture();
    libc.place(1024, '7');
    expect(() => libc.call('strtol', 1024, PAGE_BYTES - 3, 10)).toThrow('env.strtol: out of bounds');
    libc.call('strtol', 1024, 0, 10);
    expect(libc.memory.readU32('test', 0)).toBe(1025);
    expect(libc.call('atoi', libc.place(1024, ' -12ab'))).toBe(-12);
  });
});

describe('character classes', () => {
  /** The C locale's definition (C17 7.4.1), independent of the implementation. */
  const classes: readonly (readonly [string, RegExp])[] = [
    ['isupper', /[A-Z]/u],
    ['isalpha', /[A-Za-z]/u],
    ['isspace', /[ \t\n\v\f\r]/u],
    ['isgraph', /[!-~]/u],
    ['isprint', /[ -~]/u],
    ['isdigit', /[0-9]/u],
    ['isxdigit', /[0-9A-Fa-f]/u],
    ['isalnum', /[0-9A-Za-z]/u],
  ];

  it.each(classes)('%s is exactly 0 or 1 for each byte', (name, pattern) => {
    const libc = new LibcFixture();
    for (let code = -1; code < 256; code += 1) {
      const expected = code >= 0 && code < 128 && pattern.test(String.fromCharCode(code)) ? 1 : 0;
      expect(libc.call(name, code)).toBe(expected);
    }
  });

  it('change the case of ASCII letters only', () => {
    const libc = new LibcFixture();
    expect([0x41, 0x61, 0x5b, 0xc0, -1].map((code) => libc.call('tolower', code))).toEqual([
      0x61, 0x61, 0x5b, 0xc0, -1,
    ]);
    expect([0x41, 0x61, 0x7b, 0xe0, -1].map((code) => libc.call('toupper', code))).toEqual([
      0x41, 0x41, 0x7b, 0xe0, -1,
    ]);
  });
});

describe('heap and process', () => {
  it('allocates, frees and ignores a null pointer', () => {
    const libc = new LibcFixture();
    const pointer = libc.call('malloc', 100);
    expect(pointer).toBe(HEAP_BASE + 8);
    expect(libc.call('realloc', pointer as number, 50)).toBe(pointer);
    expect(libc.call('free', pointer as number)).toBeUndefined();
    libc.call('free', 0);
    expect(libc.call('calloc', 4, 4)).toBe(pointer);
    expect(libc.call('calloc', 0x10000, 0x10000)).toBe(0);
    expect(libc.call('malloc', 8192)).toBe(0);
    expect(libc.call('__cxa_allocate_exception', 4)).toBe(HEAP_BASE + 32);
    expect(() => libc.call('realloc', HEAP_BASE + 8, 100_000)).toThrow('env.realloc: out of memory');
  });

  it('ends with the text of WAMR', () => {
    const libc = new LibcFixture();
    expect(() => libc.call('exit', 7)).toThrow(/^env\.exit\(7\)$/u);
    expect(() => libc.call('exit', 0)).toThrow(GuestExit);
    expect(() => libc.call('abort', -1)).toThrow(/^env\.abort\(-1\)$/u);
    expect(() => libc.call('abortStackOverflow', 3)).toThrow('env.abortStackOverflow(3)');
    expect(() => libc.call('nullFunc_X', 3)).toThrow('env.nullFunc_X(3)');
    expect(() => libc.call('__cxa_throw', 0, 0, 0)).toThrow(GuestTrap);
    expect(libc.call('__cxa_begin_catch', 0)).toBeUndefined();
  });

  it('tells the monotonic time, or -1 when the app may not read it', () => {
    const libc = new LibcFixture();
    libc.nowNs = 12_345_678_901n;
    expect(libc.call('clock')).toBe(12_345_678_901n);
    expect(libc.call('clock_gettime', 99, 1024)).toBe(0);
    expect(libc.memory.readU64('test', 1024)).toBe(12n);
    expect(libc.memory.readU32('test', 1032)).toBe(345_678_901);
    expect(() => libc.call('clock_gettime', 0, PAGE_BYTES - 15)).toThrow('env.clock_gettime: out of bounds');
    libc.nowNs = undefined;
    expect(libc.call('clock')).toBe(-1n);
    expect(libc.call('clock_gettime', 0, 1024)).toBe(-1);
  });
});
