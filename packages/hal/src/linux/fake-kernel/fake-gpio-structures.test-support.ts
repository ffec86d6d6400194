import { SysError } from '../sys.ts';
import { ior, iowr, viewOf } from './fake-file.test-support.ts';

/** Sizes of the structures in linux/gpio.h, as the compiler has them. */
export const size = {
  chipInfo: 68,
  lineInfo: 256,
  lineRequest: 592,
  lineConfig: 272,
  lineValues: 16,
  lineEvent: 48,
} as const;

const MAGIC = 0xb4;
export const gpioRequest = {
  chipInfo: ior(MAGIC, 0x01, size.chipInfo),
  lineInfo: iowr(MAGIC, 0x05, size.lineInfo),
  line: iowr(MAGIC, 0x07, size.lineRequest),
  setConfig: iowr(MAGIC, 0x0d, size.lineConfig),
  getValues: iowr(MAGIC, 0x0e, size.lineValues),
  setValues: iowr(MAGIC, 0x0f, size.lineValues),
} as const;

/** `enum gpio_v2_line_flag`. */
export const flag = {
  used: 1n << 0n,
  activeLow: 1n << 1n,
  input: 1n << 2n,
  output: 1n << 3n,
  rising: 1n << 4n,
  falling: 1n << 5n,
  openDrain: 1n << 6n,
  openSource: 1n << 7n,
  pullUp: 1n << 8n,
  pullDown: 1n << 9n,
  noBias: 1n << 10n,
  realTimeClock: 1n << 11n,
  hardwareClock: 1n << 12n,
} as const;

const directionFlags = flag.input | flag.output;
const biasFlags = flag.pullUp | flag.pullDown | flag.noBias;
const driveFlags = flag.openDrain | flag.openSource;
const edgeFlags = flag.rising | flag.falling;
/** All but `used`, which the kernel only reports. */
const validFlags =
  flag.activeLow |
  directionFlags |
  edgeFlags |
  driveFlags |
  biasFlags |
  flag.realTimeClock |
  flag.hardwareClock;

const MAX_LINES = 64;
const MAX_ATTRIBUTES = 10;
const attributeId = { flags: 1, outputValues: 2, debounce: 3 } as const;

/** What is asked of one line. */
export interface LineSettings {
  readonly flags: bigint;
  readonly value: 0 | 1;
  readonly debounceUs: number;
}

export interface LineRequestFields {
  readonly offsets: readonly number[];
  readonly consumer: string;
  readonly lines: readonly LineSettings[];
  readonly eventBufferSize: number;
}

function has(flags: bigint, some: bigint): boolean {
  return (flags & some) !== 0n;
}

function invalid(): SysError {
  return new SysError('EINVAL', 'ioctl');
}

export function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

export function putText(bytes: Uint8Array, at: number, text: string): void {
  // 32 bytes with the zero at the end.
  bytes.set(new TextEncoder().encode(text).subarray(0, 31), at);
}

/** `gpio_v2_line_flags_validate`: what contradicts itself is EINVAL. */
function checkFlags(flags: bigint, isDebounced: boolean): void {
  const biasCount = [flag.pullUp, flag.pullDown, flag.noBias].filter((each) => has(flags, each)).length;
  const wrong =
    (flags & ~validFlags) !== 0n ||
    (has(flags, flag.input) && has(flags, flag.output)) ||
    (has(flags, flag.realTimeClock) && has(flags, flag.hardwareClock)) ||
    (has(flags, edgeFlags) && !has(flags, flag.input)) ||
    (has(flags, flag.openDrain) && has(flags, flag.openSource)) ||
    (has(flags, driveFlags) && !has(flags, flag.output)) ||
    (biasCount > 0 && !has(flags, directionFlags)) ||
    biasCount > 1 ||
    (isDebounced && !has(flags, flag.input));
  if (wrong) throw invalid();
}

/** `struct gpio_v2_line_config`: the settings of each of `count` lines. */
export function parseLineConfig(bytes: Uint8Array, count: number): LineSettings[] {
  const view = viewOf(bytes);
  const attributeCount = view.getUint32(8, true);
  if (attributeCount > MAX_ATTRIBUTES) throw invalid();
  if (bytes.subarray(12, 32).some((byte) => byte !== 0)) throw invalid();
  const attributes = Array.from({ length: attributeCount }, (_, index) => {
    const at = 32 + index * 24;
    return {
      id: view.getUint32(at, true),
      value: view.getBigUint64(at + 8, true),
      mask: view.getBigUint64(at + 16, true),
    };
  });
  return Array.from({ length: count }, (_, index) => {
    const bit = 1n << BigInt(index);
    const find = (id: number) => attributes.find((each) => each.id === id && (each.mask & bit) !== 0n)?.value;
    const debounce = find(attributeId.debounce);
    const settings = {
      flags: find(attributeId.flags) ?? view.getBigUint64(0, true),
      value: (((find(attributeId.outputValues) ?? 0n) & bit) === 0n ? 0 : 1) as 0 | 1,
      debounceUs: Number((debounce ?? 0n) & 0xffff_ffffn),
    };
    checkFlags(settings.flags, debounce !== undefined);
    return settings;
  });
}

/** `struct gpio_v2_line_request`. */
export function parseLineRequest(bytes: Uint8Array): LineRequestFields {
  const view = viewOf(bytes);
  const count = view.getUint32(560, true);
  if (count === 0 || count > MAX_LINES) throw invalid();
  if (bytes.subarray(568, 588).some((byte) => byte !== 0)) throw invalid();
  const lines = parseLineConfig(bytes.subarray(288, 288 + size.lineConfig), count);
  const wanted = view.getUint32(564, true);
  return {
    offsets: Array.from({ length: count }, (_, index) => view.getUint32(index * 4, true)),
    // `kstrndup` of 31 bytes.
    consumer: textOf(bytes.subarray(256, 287)),
    lines,
    eventBufferSize: wanted === 0 ? count * 16 : Math.min(wanted, MAX_LINES * 16),
  };
}
