import { SensorError } from '../error.ts';
import { MAX_ATTRIBUTES, MAX_PACKET_BYTES } from './limits.ts';

/** Attribute types by number (WAMR attr_container). A scalar has `1 << (type & 3)` bytes. */
export const attributeType = {
  int8: 0,
  int16: 1,
  int32: 2,
  int64: 3,
  uint8: 4,
  uint16: 5,
  uint32: 6,
  uint64: 7,
  float32: 10,
  float64: 11,
  bool: 12,
  string: 13,
  bytes: 14,
} as const;

export type AttributeTypeName = keyof typeof attributeType;

/** One value with its type. 64-bit integers are bigints, all other numbers are numbers. */
export type AttributeValue =
  | {
      readonly type: Exclude<AttributeTypeName, 'int64' | 'uint64' | 'bool' | 'string' | 'bytes'>;
      readonly value: number;
    }
  | { readonly type: 'int64' | 'uint64'; readonly value: bigint }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'bytes'; readonly value: Uint8Array };

export interface AttributeContainer {
  readonly tag: string;
  /** In the order of the bytes; of a key that stands twice the first counts. */
  readonly attributes: readonly { readonly key: string; readonly value: AttributeValue }[];
}

/** `u8 flags[2]`, then the length of what follows it (itself included), little-endian. */
const FLAG_BYTES = 2;
const HEAD_BYTES = FLAG_BYTES + 4 + 2;
/** Room that a new container has, and more with each growth; at least one byte must follow the count. */
const SLACK_BYTES = 100;

const typeNames = new Map<number, AttributeTypeName>(
  Object.entries(attributeType).map(([name, number]) => [number, name as AttributeTypeName]),
);
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * The bytes of a container, as WAMR's own library lays them out: 100 bytes of room at creation, and when it is used up
 * the size of the attribute and 100 more. Throws SENSOR_BAD_PACKET for what the format cannot hold.
 */
export function encodeAttributes({ tag, attributes }: AttributeContainer): Uint8Array {
  if (attributes.length > MAX_ATTRIBUTES) throw refused(`at most ${MAX_ATTRIBUTES} attributes`);
  const tagBytes = text(tag);
  let used = HEAD_BYTES + tagBytes.length + 2;
  let total = used - 2 + SLACK_BYTES;
  const parts: Uint8Array[] = [];
  for (const { key, value } of attributes) {
    const part = encodeAttribute(key, value);
    if (used + part.length + 1 > total) total += part.length + SLACK_BYTES;
    used += part.length;
    parts.push(part);
  }
  if (total > MAX_PACKET_BYTES) throw refused(`a container has at most ${MAX_PACKET_BYTES} bytes`);
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  view.setUint32(FLAG_BYTES, total - FLAG_BYTES, true);
  view.setUint16(FLAG_BYTES + 4, tagBytes.length, true);
  bytes.set(tagBytes, HEAD_BYTES);
  let offset = HEAD_BYTES + tagBytes.length;
  view.setUint16(offset, parts.length, true);
  offset += 2;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** Reads a container. Throws SENSOR_BAD_PACKET for bytes that are none; looks at nothing outside its own length. */
export function decodeAttributes(bytes: Uint8Array): AttributeContainer {
  const head = new Reader(bytes);
  head.skip(FLAG_BYTES);
  const length = head.integer(4);
  if (length > bytes.length - FLAG_BYTES)
    throw refused(`the length says ${length}, there are ${bytes.length - FLAG_BYTES}`);
  const reader = new Reader(bytes.subarray(0, FLAG_BYTES + length));
  reader.skip(FLAG_BYTES + 4);
  const tag = reader.text(reader.integer(2));
  const count = reader.integer(2);
  const attributes = Array.from({ length: count }, () => {
    const key = reader.text(reader.integer(2));
    return { key, value: decodeValue(reader) };
  });
  return { tag, attributes };
}

/** The value of a key, or undefined. */
export function findAttribute(container: AttributeContainer, key: string): AttributeValue | undefined {
  return container.attributes.find((attribute) => attribute.key === key)?.value;
}

/** A whole number of any type that a double holds exactly, or undefined. WAMR reads wider ones as 0: a safe superset. */
export function integerAttribute(container: AttributeContainer, key: string): number | undefined {
  const found = findAttribute(container, key)?.value;
  const number = typeof found === 'bigint' ? Number(found) : found;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
}

/** A text, or undefined when there is none of this key or it is of another type. */
export function textAttribute(container: AttributeContainer, key: string): string | undefined {
  const found = findAttribute(container, key);
  return found?.type === 'string' ? found.value : undefined;
}

function encodeAttribute(key: string, value: AttributeValue): Uint8Array {
  const keyBytes = text(key);
  const valueBytes = encodeValue(value);
  const bytes = new Uint8Array(2 + keyBytes.length + 1 + valueBytes.length);
  new DataView(bytes.buffer).setUint16(0, keyBytes.length, true);
  bytes.set(keyBytes, 2);
  bytes[2 + keyBytes.length] = attributeType[value.type];
  bytes.set(valueBytes, 3 + keyBytes.length);
  return bytes;
}

function encodeValue(attribute: AttributeValue): Uint8Array {
  switch (attribute.type) {
    case 'bool':
      return Uint8Array.of(attribute.value ? 1 : 0);
    case 'string': {
      const content = text(attribute.value);
      return join(littleEndian(2, content.length), content);
    }
    case 'bytes':
      return join(littleEndian(4, attribute.value.length), attribute.value);
    case 'float32':
    case 'float64':
      return floatBytes(attribute);
    case 'int64':
    case 'uint64': {
      const { type, value } = attribute;
      const kept = type === 'int64' ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value);
      if (kept !== value) throw refused(`${value} is no ${type}`);
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, attribute.value), true);
      return bytes;
    }
    case 'int8':
    case 'int16':
    case 'int32':
    case 'uint8':
    case 'uint16':
    case 'uint32':
      return integerBytes(attribute.type, attribute.value);
  }
}

function decodeValue(reader: Reader): AttributeValue {
  const number = reader.integer(1);
  const type = typeNames.get(number);
  switch (type) {
    case undefined:
      throw refused(`there is no attribute type ${number}`);
    case 'bool':
      return { type, value: reader.integer(1) !== 0 };
    case 'string':
      return { type, value: reader.text(reader.integer(2)) };
    case 'bytes':
      return { type, value: reader.bytes(reader.integer(4)).slice() };
    case 'float32':
      return { type, value: reader.view(4).getFloat32(0, true) };
    case 'float64':
      return { type, value: reader.view(8).getFloat64(0, true) };
    case 'int64':
      return { type, value: reader.view(8).getBigInt64(0, true) };
    case 'uint64':
      return { type, value: reader.view(8).getBigUint64(0, true) };
    case 'int8':
      return { type, value: reader.view(1).getInt8(0) };
    case 'int16':
      return { type, value: reader.view(2).getInt16(0, true) };
    case 'int32':
      return { type, value: reader.view(4).getInt32(0, true) };
    case 'uint8':
    case 'uint16':
    case 'uint32':
      return { type, value: reader.integer(1 << (number & 3)) };
  }
}

/** Goes through bytes and throws instead of leaving them. */
class Reader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  skip(count: number): void {
    this.bytes(count);
  }

  bytes(count: number): Uint8Array {
    const end = this.#offset + count;
    if (end > this.#bytes.length) throw refused(`${count} bytes at ${this.#offset} leave the container`);
    const bytes = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return bytes;
  }

  view(count: number): DataView {
    const bytes = this.bytes(count);
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Unsigned, little-endian, 1, 2 or 4 bytes. */
  integer(count: number): number {
    return this.bytes(count).reduceRight((sum, byte) => sum * 256 + byte, 0);
  }

  /** `count` bytes with a terminator as the last; what stands behind an earlier one is not part of the text. */
  text(count: number): string {
    const bytes = this.bytes(count);
    const end = bytes.indexOf(0);
    if (count === 0 || end < 0) throw refused('a text has no terminator');
    return decoder.decode(bytes.slice(0, end));
  }
}

/** With its terminator. */
function text(value: string): Uint8Array {
  const bytes = encoder.encode(`${value}\0`);
  if (value.includes('\0')) throw refused('a text has no zero byte inside');
  if (bytes.length > 0xffff) throw refused('a text has at most 65534 bytes');
  return bytes;
}

/** Throws for a number that is not whole or outside the type. */
function integerBytes(
  type: 'int8' | 'int16' | 'int32' | 'uint8' | 'uint16' | 'uint32',
  value: number,
): Uint8Array {
  const byteLength = 1 << (attributeType[type] & 3);
  const span = 2 ** (8 * byteLength);
  const minimum = type.startsWith('u') ? 0 : -span / 2;
  if (!Number.isInteger(value) || value < minimum || value >= minimum + span)
    throw refused(`${value} is no ${type}`);
  return littleEndian(byteLength, value);
}

function littleEndian(byteLength: number, value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value | 0, true);
  return bytes.slice(0, byteLength);
}

function floatBytes({ type, value }: Extract<AttributeValue, { readonly value: number }>): Uint8Array {
  const bytes = new Uint8Array(type === 'float32' ? 4 : 8);
  const view = new DataView(bytes.buffer);
  if (type === 'float32') view.setFloat32(0, value, true);
  else view.setFloat64(0, value, true);
  return bytes;
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}

function refused(why: string): SensorError {
  return new SensorError('SENSOR_BAD_PACKET', `attribute container: ${why}`);
}
