import { describe, expect, it } from 'vitest';
import {
  CHIP_INFO_BYTES,
  decodeChipInfo,
  decodeLineEvent,
  decodeLineInfo,
  decodeRequestedDescriptor,
  encodeLineConfig,
  encodeLineInfo,
  encodeLineRequest,
  GPIO_GET_CHIPINFO,
  GPIO_V2_GET_LINE,
  GPIO_V2_GET_LINEINFO,
  GPIO_V2_LINE_GET_VALUES,
  GPIO_V2_LINE_SET_CONFIG,
  GPIO_V2_LINE_SET_VALUES,
  LINE_CONFIG_BYTES,
  LINE_EVENT_BYTES,
  LINE_INFO_BYTES,
  LINE_REQUEST_BYTES,
  LINE_VALUES_BYTES,
} from './gpio-abi.ts';

/** Zeros, with these bytes at these places. */
function bytesWith(length: number, parts: Readonly<Record<number, readonly number[] | string>>): Uint8Array {
  const bytes = new Uint8Array(length);
  for (const [at, part] of Object.entries(parts)) {
    bytes.set(typeof part === 'string' ? new TextEncoder().encode(part) : part, Number(at));
  }
  return bytes;
}

describe('requests of the GPIO character device', () => {
  it('have the numbers that a C compiler makes of linux/gpio.h', () => {
    // _IOR(0xb4, 1, 68), _IOWR(0xb4, 5, 256), (7, 592), (0x0d, 272), (0x0e, 16), (0x0f, 16).
    expect(
      [
        GPIO_GET_CHIPINFO,
        GPIO_V2_GET_LINEINFO,
        GPIO_V2_GET_LINE,
        GPIO_V2_LINE_SET_CONFIG,
        GPIO_V2_LINE_GET_VALUES,
        GPIO_V2_LINE_SET_VALUES,
      ].map((request) => request.toString(16)),
    ).toEqual(['8044b401', 'c100b405', 'c250b407', 'c110b40d', 'c010b40e', 'c010b40f']);
  });

  it('are of structures with the sizes of linux/gpio.h', () => {
    expect([
      CHIP_INFO_BYTES,
      LINE_INFO_BYTES,
      LINE_REQUEST_BYTES,
      LINE_CONFIG_BYTES,
      LINE_VALUES_BYTES,
      LINE_EVENT_BYTES,
    ]).toEqual([68, 256, 592, 272, 16, 48]);
  });
});

describe('struct gpio_v2_line_request', () => {
  it('of an output has its level as an attribute, so that it comes with the direction', () => {
    const bytes = new Uint8Array(592).fill(0xff);
    encodeLineRequest(bytes, { offset: 17, consumer: 'blink', flags: 0x8n, level: 1, eventBufferSize: 0 });
    const expected = bytesWith(592, {
      0: [17],
      256: 'blink',
      288: [0x08],
      296: [1], // one attribute
      320: [2], // GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES
      328: [1], // the level of line 0 of the request
      336: [1], // which line it is for
      560: [1], // one line
    });
    expect(bytes).toEqual(expected);
  });

  it('of an input has no attribute, and the size of the event buffer', () => {
    const bytes = new Uint8Array(592).fill(0xff);
    encodeLineRequest(bytes, { offset: 0x102, consumer: 'x', flags: 0x104n, eventBufferSize: 256 });
    const expected = bytesWith(592, {
      0: [0x02, 0x01],
      256: 'x',
      288: [0x04, 0x01],
      560: [1],
      564: [0x00, 0x01],
    });
    expect(bytes).toEqual(expected);
  });

  it('keeps 31 bytes of the consumer, and no part of a character', () => {
    const bytes = new Uint8Array(592);
    encodeLineRequest(bytes, { offset: 0, consumer: `${'a'.repeat(30)}é`, flags: 4n, eventBufferSize: 0 });
    expect([...bytes.subarray(256, 288)]).toEqual([...Array.from({ length: 30 }, () => 0x61), 0, 0]);
  });

  it('has the descriptor at 588, signed', () => {
    expect(decodeRequestedDescriptor(bytesWith(592, { 588: [0x0b, 0x01] }))).toBe(0x10b);
    expect(decodeRequestedDescriptor(bytesWith(592, { 588: [0xff, 0xff, 0xff, 0xff] }))).toBe(-1);
  });
});

describe('struct gpio_v2_line_config', () => {
  it('has edges and debounce time', () => {
    const bytes = new Uint8Array(272).fill(0xff);
    encodeLineConfig(bytes, { flags: 0x34n, debounceUs: 40_000 });
    const expected = bytesWith(272, {
      0: [0x34],
      8: [1],
      32: [3], // GPIO_V2_LINE_ATTR_ID_DEBOUNCE
      40: [0x40, 0x9c], // 40000
      48: [1],
    });
    expect(bytes).toEqual(expected);
  });

  it('has no debounce attribute for 0', () => {
    const bytes = new Uint8Array(272).fill(0xff);
    encodeLineConfig(bytes, { flags: 0x4n, debounceUs: 0 });
    expect(bytes).toEqual(bytesWith(272, { 0: [0x04] }));
  });

  it('keeps level 0 apart from no level', () => {
    const bytes = new Uint8Array(272);
    encodeLineConfig(bytes, { flags: 0x8n, level: 0 });
    expect(bytes).toEqual(bytesWith(272, { 0: [0x08], 8: [1], 32: [2], 48: [1] }));
  });
});

describe('what the kernel answers', () => {
  it('struct gpiochip_info', () => {
    const bytes = bytesWith(68, { 0: 'gpiochip4', 32: 'pinctrl-rp1', 64: [54] });
    expect(decodeChipInfo(bytes)).toEqual({ name: 'gpiochip4', label: 'pinctrl-rp1', lineCount: 54 });
  });

  it('a name of 32 bytes without an end', () => {
    const bytes = bytesWith(68, { 32: 'a'.repeat(32), 64: [1] });
    expect(decodeChipInfo(bytes)).toEqual({ name: '', label: 'a'.repeat(32), lineCount: 1 });
  });

  it('struct gpio_v2_line_info, asked for by the offset alone', () => {
    const asked = new Uint8Array(256).fill(0xff);
    encodeLineInfo(asked, 8);
    expect(asked).toEqual(bytesWith(256, { 64: [8] }));
    const answer = bytesWith(256, { 0: 'SPI_CE0_N', 32: 'spi0 CS0', 64: [8], 72: [0x0b] });
    expect(decodeLineInfo(answer)).toEqual({ name: 'SPI_CE0_N', consumer: 'spi0 CS0', flags: 0x0bn });
  });

  it('struct gpio_v2_line_event, also the second of a read', () => {
    const bytes = bytesWith(96, {
      // The first: falling.
      0: [1],
      8: [2],
      16: [1],
      // The second: 0x0102030405060708 ns, rising, line 21, number 0xfffffffe of the request, 5 of the line.
      48: [8, 7, 6, 5, 4, 3, 2, 1],
      56: [1],
      60: [21],
      64: [0xfe, 0xff, 0xff, 0xff],
      68: [5],
    });
    expect(decodeLineEvent(bytes, 0)).toEqual({ timeNs: 1n, isRising: false, sequence: 1 });
    expect(decodeLineEvent(bytes, 48)).toEqual({
      timeNs: 0x0102_0304_0506_0708n,
      isRising: true,
      sequence: 0xffff_fffe,
    });
  });
});
