import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileWithLibrary, FrameworkHost, fromHex, hex } from './framework-host.ts';

const source = `
static wamr_container *made;
WAMR_EXPORT(at) const void *at(void) { return made; }
WAMR_EXPORT(bytes) uint32_t bytes(void) { return wamr_container_length(made); }
WAMR_EXPORT(print) void print(void) { wamr_container_print(made); }
WAMR_EXPORT(begin) void begin(void) { made = wamr_container_create("config sensor"); }
WAMR_EXPORT(begin_empty) void begin_empty(void) { made = wamr_container_create(""); }
WAMR_EXPORT(numbers) void numbers(int interval)
{
    wamr_container_set_int32(&made, "interval", interval);
    wamr_container_set_int32(&made, "bit_cfg", 7);
    wamr_container_set_int32(&made, "delay", 9);
}
WAMR_EXPORT(all) void all(void)
{
    static const uint8_t raw[] = {1, 2, 255};
    wamr_container_set_int8(&made, "a", -2);
    wamr_container_set_int16(&made, "b", -3);
    wamr_container_set_int32(&made, "c", -4);
    wamr_container_set_int64(&made, "d", -5);
    wamr_container_set_uint8(&made, "e", 254);
    wamr_container_set_uint16(&made, "f", 8888);
    wamr_container_set_uint32(&made, "g", 4000000000u);
    wamr_container_set_uint64(&made, "h", 18446744073709551614u);
    wamr_container_set_float(&made, "i", 1.5f);
    wamr_container_set_double(&made, "j", -2.25);
    wamr_container_set_boolean(&made, "k", true);
    wamr_container_set_string(&made, "l", "text");
    wamr_container_set_bytes(&made, "m", raw, sizeof raw);
}
WAMR_EXPORT(set_text) int set_text(int bytes)
{
    static char text[400];
    memset(text, 'x', (size_t)bytes);
    text[bytes] = 0;
    return wamr_container_set_string(&made, "t", text);
}
static void print_texts(void)
{
    wamr_attribute attribute = {0};
    while (wamr_container_next(made, &attribute)) {
        printf("%s=%s ", attribute.key, (const char *)attribute.value);
    }
    printf("\\n");
}
WAMR_EXPORT(from_itself) void from_itself(int padding)
{
    static char text[200];
    memset(text, 'x', (size_t)padding);
    wamr_container_set_string(&made, "a", "1");
    wamr_container_set_string(&made, "b", "hello world");
    wamr_container_set_string(&made, "c", "third");
    wamr_container_set_string(&made, "p", text);
    wamr_container_set_string(&made, "a", wamr_container_string(made, "b"));
    print_texts();
    wamr_container_set_string(&made, "b", wamr_container_string(made, "b") + 6);
    print_texts();
    wamr_container_set_string(&made, "b", wamr_container_string(made, "c"));
    print_texts();
    wamr_attribute first = {0};
    wamr_container_next(made, &first);
    wamr_container_set_string(&made, first.key, "by its own key");
    wamr_container_set_string(&made, "new", wamr_container_string(made, "b"));
    print_texts();
}
WAMR_EXPORT(refused) int refused(void)
{
    static char text[70000];
    memset(text, 'x', 69999);
    return wamr_container_set_int8(&made, "", 1) || wamr_container_set_int8(&made, text, 1) ||
           wamr_container_set_string(&made, "s", text) || wamr_container_set(&made, "n", WAMR_INT32, text, 3) ||
           wamr_container_set(&made, "n", 8, text, 1) || wamr_container_create(text) != NULL;
}
WAMR_EXPORT(serialize) const void *serialize(void)
{
    static uint8_t copy[200];
    wamr_container_serialize(made, copy);
    return copy;
}
static void read_all(const wamr_container *container)
{
    wamr_attribute attribute = {0};
    uint32_t length;
    while (wamr_container_next(container, &attribute)) {
        const char *text = wamr_container_string(container, attribute.key);
        wamr_container_bytes(container, attribute.key, &length);
        printf("%s %lld %g %d %s %u\\n", attribute.key, (long long)wamr_container_integer(container, attribute.key),
               wamr_container_number(container, attribute.key), wamr_container_boolean(container, attribute.key),
               text == NULL ? "-" : text, (unsigned)length);
    }
    printf("%d %d\\n", wamr_container_has(container, "nothing"), (int)wamr_container_integer(container, "nothing"));
}
WAMR_EXPORT(read_made) void read_made(void) { read_all(made); }
WAMR_EXPORT(read_bytes) void read_bytes(const void *bytes, uint32_t length)
{
    const wamr_container *container = wamr_container_from(bytes, length);
    if (container == NULL) {
        printf("damaged\\n");
        return;
    }
    read_all(container);
    wamr_container_print(container);
}
`;

let module: WebAssembly.Module;
beforeAll(async () => {
  module = await compileWithLibrary(source);
});

function begin(how = 'begin'): FrameworkHost {
  const host = new FrameworkHost(module);
  host.call(how);
  return host;
}

const made = (host: FrameworkHost): string => host.hexAt(host.call('at'), host.call('bytes'));

/** What WAMR 2.4.3 makes of tag "config sensor", interval 500, bit_cfg 7, delay 9: 122 bytes, 54 of them unused. */
const golden = hex(
  `0000 78000000 0e00 636f6e6669672073656e736f7200 0300
   0900 696e74657276616c00 02 f4010000 0800 6269745f63666700 02 07000000 0600 64656c617900 02 09000000`,
  54,
);

/** The three attributes, with this interval. */
const numbers = (interval: string): string =>
  `0900 696e74657276616c00 02 ${interval} 0800 6269745f63666700 02 07000000 0600 64656c617900 02 09000000`;

/** Empty tag and all 13 types. */
const thirteen = `
  0200 6100 00 fe
  0200 6200 01 fdff
  0200 6300 02 fcffffff
  0200 6400 03 fbffffffffffffff
  0200 6500 04 fe
  0200 6600 05 b822
  0200 6700 06 00286bee
  0200 6800 07 feffffffffffffff
  0200 6900 0a 0000c03f
  0200 6a00 0b 00000000000002c0
  0200 6b00 0c 01
  0200 6c00 0d 0500 7465787400
  0200 6d00 0e 03000000 0102ff`;

describe('a container that the library makes', () => {
  it('is byte for byte that of the original', () => {
    const host = begin();
    expect(made(host)).toBe(hex('0000 78000000 0e00 636f6e6669672073656e736f7200 0000', 98));
    host.call('numbers', 500);
    expect(made(host)).toBe(golden);
  });

  it('holds all thirteen types, and grows by the attribute that did not fit and 100 bytes', () => {
    const host = begin('begin_empty');
    host.call('all');
    // L is 4 + 2 + 1 + 100 = 107 at first. "a" to "j" have 92 bytes and end at 103 of 109; the 6 of "k" would leave no byte
    // behind them, so L becomes 107 + 6 + 100 = 213 = 0xd5. In the end 11 + 122 of 215 bytes are used.
    expect(made(host)).toBe(hex(`0000 d5000000 0100 00 0d00 ${thirteen}`, 82));
  });

  it.each([0, 40, 60, 80, 150])(
    'takes keys and values out of itself, with %i bytes more in it',
    (padding) => {
      const host = begin('begin_empty');
      host.call('from_itself', padding);
      const filler = `p=${'x'.repeat(padding)}`;
      expect(host.lines()).toEqual([
        `b=hello world c=third ${filler} a=hello world `,
        `c=third ${filler} a=hello world b=world `,
        `c=third ${filler} a=hello world b=third `,
        `${filler} a=hello world b=third c=by its own key new=third `,
      ]);
    },
  );

  it('keeps an attribute where it is when its size stays, and moves it to the end when not', () => {
    const host = begin();
    host.call('numbers', 500);
    host.call('numbers', 1000);
    expect(made(host)).toBe(golden.replace('f4010000', 'e8030000'));
    expect(host.call('set_text', 3)).toBe(1);
    host.call('numbers', 2000);
    expect(host.call('set_text', 5)).toBe(1);
    host.call('numbers', 500);
    // Used: 2 + 4 + 2 + 14 + 2 head, 44 numbers, 13 text of 122 bytes.
    expect(made(host)).toBe(
      hex(
        `0000 78000000 0e00 636f6e6669672073656e736f7200 0400 ${numbers('f4010000')} 0200 7400 0d 0600 787878787800`,
        41,
      ),
    );
  });

  it('moves an attribute that is not the last, and clears what it leaves', () => {
    const host = begin('begin_empty');
    host.call('set_text', 40);
    host.call('numbers', 1);
    host.call('set_text', 0);
    // Used: 2 + 4 + 2 + 1 + 2 head, 44 numbers, 8 text of 109 bytes.
    expect(made(host)).toBe(
      hex(`0000 6b000000 0100 00 0400 ${numbers('01000000')} 0200 7400 0d 0100 00`, 46),
    );
  });

  it('always has a byte behind its last attribute', () => {
    const host = begin('begin_empty');
    // 98 bytes are free, 7 go to the head of the attribute and 1 to the terminator.
    host.call('set_text', 89);
    expect(host.call('bytes')).toBe(109);
    host.call('set_text', 90);
    // The attribute has 98 bytes now: 109 + 98 + 100.
    expect(host.call('bytes')).toBe(307);
    expect(made(host).endsWith('7800'.concat('00'.repeat(198)))).toBe(true);
  });

  it('refuses an empty or too long key, a too long text, a wrong size and an unknown type, and stays as it was', () => {
    const host = begin();
    host.call('numbers', 500);
    expect(host.call('refused')).toBe(0);
    expect(made(host)).toBe(golden);
  });

  it('is marked as read-only in a serialized copy', () => {
    const host = begin();
    host.call('numbers', 500);
    expect(host.hexAt(host.call('serialize'), 122)).toBe(golden.replace(/^0000/u, '0400'));
    expect(made(host)).toBe(golden);
  });
});

describe('reading a container', () => {
  it('converts numbers and gives texts and bytes', () => {
    const host = begin('begin_empty');
    host.call('all');
    host.call('read_made');
    expect(host.lines()).toEqual([
      'a -2 -2 1 - 0',
      'b -3 -3 1 - 0',
      'c -4 -4 1 - 0',
      'd -5 -5 1 - 0',
      'e 254 254 1 - 0',
      'f 8888 8888 1 - 0',
      'g 4000000000 4e+09 1 - 0',
      'h -2 1.84467e+19 1 - 0',
      'i 1 1.5 1 - 0',
      'j -2 -2.25 1 - 0',
      'k 1 1 1 - 0',
      'l 0 0 0 text 0',
      'm 0 0 0 - 3',
      '0 0',
    ]);
    host.call('print');
    expect(host.lines()).toEqual([
      ': a=-2 b=-3 c=-4 d=-5 e=254 f=8888 g=4000000000 h=18446744073709551614 i=1.5 j=-2.25 k=true l="text" m=0102ff',
    ]);
  });

  it.each([
    ['0000000000002440', 10],
    ['000000000000f87f', 0], // not a number
    ['000000000000f07f', 9223372036854775807n], // infinity
    ['000000000000f0ff', -9223372036854775808n],
  ])('takes the double %s for the integer %s', (bits, integer) => {
    const host = begin();
    host.deliver('read_bytes', [], fromHex(`0000 16000000 0100 00 0100 0200 7800 0b ${bits}`));
    expect(host.lines()[0]?.split(' ').slice(0, 2)).toEqual(['x', String(integer)]);
  });

  it('accepts one without a tag, and bytes that follow it', () => {
    const host = begin();
    host.deliver('read_bytes', [], fromHex('0000 0e000000 0000 0100 0200 7800 04 05 ffff'));
    expect(host.lines()).toEqual(['x 5 5 1 - 0', '0 0', ': x=5']);
  });

  it.each([
    ['nothing', ''],
    ['less than a head', '0000 06000000 0100 00'],
    ['a length beyond the bytes', '0000 ff000000 0100 00 0000'],
    ['a length that ends in the head', '0000 04000000 0100 00 0000'],
    ['a tag that goes on', '0000 09000000 0100 61 0000'],
    ['a tag beyond the end', '0000 09000000 0f00 00 0000'],
    ['an attribute that is missing', '0000 0a000000 0100 00 0100 00'],
    ['a key without its end', '0000 0f000000 0100 00 0100 0200 7878 04 05 00'],
    ['a key of no bytes', '0000 0f000000 0100 00 0100 0000 04 05 000000'],
    ['an unknown type', '0000 0f000000 0100 00 0100 0200 7800 08 05 00'],
    ['a value beyond the end', '0000 0f000000 0100 00 0100 0200 7800 02 05 00'],
    ['a text without its end', '0000 12000000 0100 00 0100 0200 7800 0d 0200 6161 00'],
    ['a text of no bytes', '0000 12000000 0100 00 0100 0200 7800 0d 0000 0000 00'],
    ['bytes beyond the end', '0000 14000000 0100 00 0100 0200 7800 0e ffffffff 0000'],
  ])('finds %s', (_, bytes) => {
    const host = begin();
    host.deliver('read_bytes', [], fromHex(bytes));
    expect(host.lines()).toEqual(['damaged']);
  });

  it('never leaves its bytes, whatever they are', () => {
    const host = begin();
    const whole = fromHex(`0000 db000000 0100 00 0d00 ${thirteen} ${'00'.repeat(95)}`);
    const place = fc.nat(whole.length - 1);
    fc.assert(
      fc.property(fc.array(fc.tuple(place, fc.nat(255)), { maxLength: 4 }), place, (changes, length) => {
        const bytes = whole.slice(0, length + 1);
        for (const [at, value] of changes) {
          if (at < bytes.length) bytes[at] = value;
        }
        // What lies behind the bytes in memory has no end of a text for a long way.
        host.deliver('read_bytes', [], bytes);
        const lines = host.lines();
        expect(lines.length).toBeGreaterThan(0);
        expect(lines.every((line) => !line.includes('\u00dd'.repeat(4)))).toBe(true);
      }),
      { numRuns: 1500 },
    );
  });
});
