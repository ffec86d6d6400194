import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SensorError } from '../error.ts';
import {
  type AttributeContainer,
  type AttributeValue,
  decodeAttributes,
  encodeAttributes,
  findAttribute,
  integerAttribute,
} from './attribute-container.ts';
import { MAX_FRAME_BYTES } from './limits.ts';
import { encodeFrame, LinkFrameDecoder } from './link-frame.ts';
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse } from './packet.ts';
import { isUnder, parseAppletQuery, parseAppUrl } from './url.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

/** A container as the original lays it out (observed): three 32-bit integers, then zeros up to 122 bytes. */
const configSensor = hex(
  `0000 78000000 0e00 636f6e6669672073656e736f7200 0300
   0900 696e74657276616c00 02 f4010000
   0800 6269745f63666700 02 07000000
   0600 64656c617900 02 09000000`.replaceAll('\n', ''),
);

const value: fc.Arbitrary<AttributeValue> = fc.oneof(
  fc.record({ type: fc.constant('int8' as const), value: fc.integer({ min: -128, max: 127 }) }),
  fc.record({ type: fc.constant('int16' as const), value: fc.integer({ min: -32768, max: 32767 }) }),
  fc.record({ type: fc.constant('int32' as const), value: fc.integer() }),
  fc.record({
    type: fc.constant('int64' as const),
    value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  }),
  fc.record({ type: fc.constant('uint8' as const), value: fc.integer({ min: 0, max: 255 }) }),
  fc.record({ type: fc.constant('uint16' as const), value: fc.integer({ min: 0, max: 65535 }) }),
  fc.record({ type: fc.constant('uint32' as const), value: fc.integer({ min: 0, max: 2 ** 32 - 1 }) }),
  fc.record({ type: fc.constant('uint64' as const), value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
  fc.record({ type: fc.constant('float32' as const), value: fc.float({ noNaN: true }) }),
  fc.record({ type: fc.constant('float64' as const), value: fc.double({ noNaN: true }) }),
  fc.record({ type: fc.constant('bool' as const), value: fc.boolean() }),
  fc.record({
    type: fc.constant('string' as const),
    value: fc.string().filter((text) => !text.includes('\0')),
  }),
  fc.record({ type: fc.constant('bytes' as const), value: fc.uint8Array({ maxLength: 40 }) }),
);
const word = fc.string({ maxLength: 12 }).filter((text) => !text.includes('\0'));
const container: fc.Arbitrary<AttributeContainer> = fc.record({
  tag: word,
  attributes: fc.array(fc.record({ key: word, value }), { maxLength: 20 }),
});

describe('an attribute container', () => {
  it('has the bytes that the original has', () => {
    const bytes = encodeAttributes({
      tag: 'config sensor',
      attributes: [
        { key: 'interval', value: { type: 'int32', value: 500 } },
        { key: 'bit_cfg', value: { type: 'int32', value: 7 } },
        { key: 'delay', value: { type: 'int32', value: 9 } },
      ],
    });
    const expected = new Uint8Array(122);
    expected.set(configSensor);
    expect(bytes).toEqual(expected);
    const read = decodeAttributes(bytes);
    expect(read.tag).toBe('config sensor');
    expect(['interval', 'bit_cfg', 'delay', 'other'].map((key) => integerAttribute(read, key))).toEqual([
      500,
      7,
      9,
      undefined,
    ]);
  });

  it('comes back as it was, whatever is in it', () => {
    fc.assert(
      fc.property(container, (original) => {
        expect(decodeAttributes(encodeAttributes(original))).toEqual(original);
      }),
    );
  });

  it('always has a byte behind the last attribute, which the original needs', () => {
    fc.assert(
      fc.property(container, (original) => {
        expect(encodeAttributes(original).at(-1)).toBe(0);
      }),
    );
  });

  it('of any bytes is read or refused with a code, and never looked at outside its length', () => {
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.tuple(container, fc.nat(), fc.integer({ min: 0, max: 255 })).map(([original, at, byte]) => {
        const bytes = encodeAttributes(original);
        bytes[at % bytes.length] = byte;
        return bytes;
      }),
    );
    fc.assert(
      fc.property(hostile, (bytes) => {
        try {
          decodeAttributes(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(SensorError);
          expect(error).toMatchObject({ code: 'SENSOR_BAD_PACKET' });
        }
      }),
      { numRuns: 500 },
    );
    const short = encodeAttributes({
      tag: '',
      attributes: [{ key: 'a', value: { type: 'bool', value: true } }],
    });
    short[2] = 12;
    expect(() => decodeAttributes(short)).toThrow(/leave the container/u);
  });

  it('gives the first of two values of one key', () => {
    const twice = {
      tag: '',
      attributes: [
        { key: 'a', value: { type: 'int8', value: 1 } },
        { key: 'a', value: { type: 'int8', value: 2 } },
      ],
    } as const;
    expect(findAttribute(decodeAttributes(encodeAttributes(twice)), 'a')).toEqual({ type: 'int8', value: 1 });
  });

  it('holds no number that its type does not', () => {
    const encode = (each: AttributeValue) => () =>
      encodeAttributes({ tag: '', attributes: [{ key: 'a', value: each }] });
    for (const each of [
      { type: 'int8', value: 128 },
      { type: 'uint16', value: -1 },
      { type: 'uint32', value: 1.5 },
      { type: 'int64', value: 2n ** 63n },
      { type: 'uint64', value: -1n },
    ] as const) {
      expect(encode(each)).toThrow(/ is no u?int/u);
    }
    const large = decodeAttributes(
      encodeAttributes({ tag: '', attributes: [{ key: 'a', value: { type: 'int64', value: 2n ** 60n } }] }),
    );
    expect(integerAttribute(large, 'a')).toBeUndefined();
  });
});

describe('packets', () => {
  it('have big-endian heads of 18 and 16 bytes', () => {
    expect(
      encodeRequest({
        action: 2,
        format: 99,
        messageId: 0x01020304,
        sender: 5,
        url: '/a',
        payload: Uint8Array.of(9),
      }),
    ).toEqual(hex('01 02 0063 01020304 00000005 0003 00000001 2f6100 09'));
    expect(
      encodeResponse({
        status: 69,
        format: 0,
        messageId: 7,
        receiver: 0xfffffffd,
        payload: Uint8Array.of(1, 2),
      }),
    ).toEqual(hex('01 45 0000 00000007 fffffffd 00000002 0102'));
  });

  it('come back as they were', () => {
    fc.assert(
      fc.property(
        fc.record({
          action: fc.integer({ min: 0, max: 255 }),
          format: fc.integer({ min: 0, max: 65535 }),
          messageId: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
          sender: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
          url: word,
          payload: fc.uint8Array({ maxLength: 50 }),
        }),
        (request) => {
          expect(decodeRequest(encodeRequest(request))).toEqual(request);
        },
      ),
    );
  });

  it('of another version, another size or without a terminator are none', () => {
    const good = encodeRequest({
      action: 1,
      format: 0,
      messageId: 1,
      sender: 1,
      url: '/a',
      payload: new Uint8Array(2),
    });
    const changed = (at: number, byte: number): Uint8Array => {
      const bytes = good.slice();
      bytes[at] = byte;
      return bytes;
    };
    for (const bytes of [
      changed(0, 2),
      changed(13, 4),
      changed(17, 3),
      changed(20, 0x62),
      good.slice(1),
      good.slice(0, 17),
    ]) {
      expect(decodeRequest(bytes)).toBeUndefined();
    }
    expect(decodeResponse(hex('01 45 0000 00000007 fffffffd 00000003 0102'))).toBeUndefined();
    expect(decodeResponse(hex('0145'))).toBeUndefined();
  });

  it('whose url is no UTF-8 are none: it would not fit where it came from', () => {
    const good = encodeRequest({
      action: 1,
      format: 0,
      messageId: 1,
      sender: 1,
      url: '/a',
      payload: new Uint8Array(0),
    });
    good[19] = 0xff;
    expect(decodeRequest(good)).toBeUndefined();
  });

  it('of any bytes never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(() => [decodeRequest(bytes), decodeResponse(bytes)]).not.toThrow();
      }),
    );
  });
});

describe('the host link', () => {
  it('frames with 12 34, type and length, big-endian', () => {
    expect(encodeFrame({ type: 4, payload: Uint8Array.of(7, 8) })).toEqual(hex('1234 0004 00000002 0708'));
  });

  it('gives the same frames however the bytes are cut, with garbage between them skipped and counted', () => {
    const frame = fc.record({
      type: fc.integer({ min: 0, max: 9 }),
      payload: fc.uint8Array({ maxLength: 30 }),
    });
    // Garbage without the first leading byte: what begins like a frame is waited for.
    const garbage = fc.array(fc.integer({ min: 0x13, max: 0xff }), { maxLength: 5 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(garbage, frame), { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (items, cuts) => {
          const stream = items.flatMap(([noise, each]) => [...noise, ...encodeFrame(each)]);
          const decoder = new LinkFrameDecoder();
          const got = [];
          for (let offset = 0, index = 0; offset < stream.length; index += 1) {
            const size = cuts[index % cuts.length] ?? 1;
            got.push(...decoder.push(Uint8Array.from(stream.slice(offset, offset + size))));
            offset += size;
          }
          expect(got).toEqual(items.map(([, each]) => each));
          expect(decoder.skippedCount).toBe(items.reduce((sum, [noise]) => sum + noise.length, 0));
        },
      ),
    );
  });

  it('does not wait for a frame that is larger than the limit', () => {
    const decoder = new LinkFrameDecoder();
    const head = encodeFrame({ type: 4, payload: new Uint8Array(0) });
    new DataView(head.buffer).setUint32(4, MAX_FRAME_BYTES + 1);
    const good = encodeFrame({ type: 2, payload: Uint8Array.of(1) });
    expect(decoder.push(Uint8Array.from([...head, ...good]))).toEqual([
      { type: 2, payload: Uint8Array.of(1) },
    ]);
    expect(decoder.skippedCount).toBe(8);
  });
});

describe('urls', () => {
  it('are under a resource by whole parts, with or without slashes at the ends', () => {
    const cases: [url: string, pattern: string, under: boolean][] = [
      ['/sensor/temp', '/sensor', true],
      ['sensor/temp', '/sensor/', true],
      ['/sensor', 'sensor', true],
      ['/sensor?unit=c', '/sensor', true],
      ['/sensors', '/sensor', false],
      ['/sens', '/sensor', false],
      ['/a', '/', false],
      ['/a', '', false],
    ];
    expect(cases.map(([url, pattern]) => isUnder(url, pattern))).toEqual(cases.map(([, , under]) => under));
  });

  it('of the app manager have keys', () => {
    expect(parseAppletQuery('/applet?name=a-b&type=wasm&heap=16384&timers=5&wd=1000')).toEqual({
      name: 'a-b',
      heapBytes: 16384,
      timers: 5,
      watchdogMs: 1000,
    });
    expect(parseAppletQuery('/applet?heap=-1&timers=x')).toEqual({
      name: undefined,
      heapBytes: undefined,
      timers: undefined,
      watchdogMs: undefined,
    });
  });

  it('address an app by its name', () => {
    expect(parseAppUrl('/app/lamp/on/now')).toEqual({ name: 'lamp', rest: 'on/now' });
    expect(parseAppUrl('app/lamp')).toEqual({ name: 'lamp', rest: '' });
    expect(parseAppUrl('/applet')).toBeUndefined();
  });
});
