/**
 * Structures and requests of the GPIO character device, second version (include/uapi/linux/gpio.h, kernel 5.10 and newer).
 * The layout is the same for 32 and 64 bits; fields are in the byte order of the machine, which is little-endian on all
 * that Kanchi is for. Padding is zero.
 */
export const GPIO_GET_CHIPINFO = 0x8044b401;
export const GPIO_V2_GET_LINEINFO = 0xc100b405;
export const GPIO_V2_GET_LINE = 0xc250b407;
export const GPIO_V2_LINE_SET_CONFIG = 0xc110b40d;
export const GPIO_V2_LINE_GET_VALUES = 0xc010b40e;
export const GPIO_V2_LINE_SET_VALUES = 0xc010b40f;

export const CHIP_INFO_BYTES = 68;
export const LINE_INFO_BYTES = 256;
export const LINE_REQUEST_BYTES = 592;
export const LINE_CONFIG_BYTES = 272;
export const LINE_VALUES_BYTES = 16;
export const LINE_EVENT_BYTES = 48;

/** Flags of a line. */
export const lineFlag = {
  used: 0x1n,
  activeLow: 0x2n,
  input: 0x4n,
  output: 0x8n,
  edgeRising: 0x10n,
  edgeFalling: 0x20n,
  openDrain: 0x40n,
  openSource: 0x80n,
  pullUp: 0x100n,
  pullDown: 0x200n,
  biasDisabled: 0x400n,
} as const;

const ATTRIBUTE_OUTPUT_VALUES = 2;
const ATTRIBUTE_DEBOUNCE = 3;
export const EVENT_RISING = 1;

const NAME_BYTES = 32;
/** In `gpio_v2_line_request`. */
const requestOffset = {
  consumer: 256,
  config: 288,
  lineCount: 560,
  eventBufferSize: 564,
  fileDescriptor: 588,
};
/** In `gpio_v2_line_config`. */
const configOffset = { flags: 0, attributeCount: 8, attributes: 32 };
/** In `gpio_v2_line_config_attribute`. */
const attributeOffset = { id: 0, value: 8, mask: 16 };
const ATTRIBUTE_BYTES = 24;

export interface LineConfig {
  readonly flags: bigint;
  /** Logical level that an output starts with. */
  readonly level?: 0 | 1;
  readonly debounceUs?: number;
}

export interface LineRequest extends LineConfig {
  readonly offset: number;
  readonly consumer: string;
  /** Edge events that the kernel keeps. */
  readonly eventBufferSize: number;
}

export interface ChipInfo {
  readonly name: string;
  readonly label: string;
  readonly lineCount: number;
}

export interface LineInfo {
  readonly name: string;
  /** Empty when nobody is named. */
  readonly consumer: string;
  readonly flags: bigint;
}

export interface LineEvent {
  /** CLOCK_MONOTONIC. */
  readonly timeNs: bigint;
  readonly isRising: boolean;
  /** Counts the events of this request from 1. */
  readonly sequence: number;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function textAt(bytes: Uint8Array, offset: number): string {
  const field = bytes.subarray(offset, offset + NAME_BYTES);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end === -1 ? field : field.subarray(0, end));
}

export function decodeChipInfo(bytes: Uint8Array): ChipInfo {
  return {
    name: textAt(bytes, 0),
    label: textAt(bytes, NAME_BYTES),
    lineCount: viewOf(bytes).getUint32(2 * NAME_BYTES, true),
  };
}

/** Asks for the line with this offset. */
export function encodeLineInfo(bytes: Uint8Array, offset: number): void {
  bytes.fill(0);
  viewOf(bytes).setUint32(64, offset, true);
}

export function decodeLineInfo(bytes: Uint8Array): LineInfo {
  return {
    name: textAt(bytes, 0),
    consumer: textAt(bytes, NAME_BYTES),
    flags: viewOf(bytes).getBigUint64(72, true),
  };
}

export function encodeLineRequest(bytes: Uint8Array, request: LineRequest): void {
  bytes.fill(0);
  const view = viewOf(bytes);
  view.setUint32(0, request.offset, true);
  // 31 bytes and the zero that ends them; a character that does not fit as a whole is left out.
  new TextEncoder().encodeInto(
    request.consumer,
    bytes.subarray(requestOffset.consumer, requestOffset.consumer + NAME_BYTES - 1),
  );
  encodeLineConfig(bytes.subarray(requestOffset.config, requestOffset.config + LINE_CONFIG_BYTES), request);
  view.setUint32(requestOffset.lineCount, 1, true);
  view.setUint32(requestOffset.eventBufferSize, request.eventBufferSize, true);
}

export function decodeRequestedDescriptor(bytes: Uint8Array): number {
  return viewOf(bytes).getInt32(requestOffset.fileDescriptor, true);
}

/** For a request of one line: bit 0 stands for it. */
export function encodeLineConfig(bytes: Uint8Array, { flags, level, debounceUs = 0 }: LineConfig): void {
  bytes.fill(0);
  const view = viewOf(bytes);
  view.setBigUint64(configOffset.flags, flags, true);
  const attributes: { readonly id: number; readonly value: bigint }[] = [];
  if (level !== undefined) attributes.push({ id: ATTRIBUTE_OUTPUT_VALUES, value: BigInt(level) });
  if (debounceUs > 0) attributes.push({ id: ATTRIBUTE_DEBOUNCE, value: BigInt(debounceUs) });
  view.setUint32(configOffset.attributeCount, attributes.length, true);
  attributes.forEach(({ id, value }, index) => {
    const at = configOffset.attributes + index * ATTRIBUTE_BYTES;
    view.setUint32(at + attributeOffset.id, id, true);
    view.setBigUint64(at + attributeOffset.value, value, true);
    view.setBigUint64(at + attributeOffset.mask, 1n, true);
  });
}

export function decodeLineEvent(bytes: Uint8Array, offset: number): LineEvent {
  const view = viewOf(bytes);
  return {
    timeNs: view.getBigUint64(offset, true),
    isRising: view.getUint32(offset + 8, true) === EVENT_RISING,
    sequence: view.getUint32(offset + 16, true),
  };
}
