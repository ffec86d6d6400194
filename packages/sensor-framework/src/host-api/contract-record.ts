import type { SensorOutline } from '../hub/sensor-port.ts';
import type { Contract, ContractRequest } from '../scheduler/contract.ts';
import type { FilterSpecification } from '../stream/filter-specification.ts';
import type { ReportMode } from '../stream/report-mode.ts';

/** Bytes of the record "sensor_contract" of `packages/guest-sdk/spec`, and its alignment. */
export const CONTRACT_RECORD_BYTES = 80;
export const CONTRACT_RECORD_ALIGNMENT = 8;

const FLAG_FIRST_AT_ONCE = 1;
const limitedBy = { nothing: 0, sensor: 1, permission: 2 } as const;

/** What stands in a guest's contract record. */
export interface ContractRecord {
  readonly request: Omit<ContractRequest, 'channels'>;
  /** Bit n: channel n of the sensor. 0: every channel that the app may have. */
  readonly channelMask: bigint;
}

/** Reads a record of the guest, whose bytes were copied. A text tells what is wrong with it. */
export function decodeContract(bytes: Uint8Array): ContractRecord | string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const mode = decodeMode(view.getUint32(48, true), view.getFloat64(24, true), view.getFloat64(32, true));
  if (typeof mode === 'string') return mode;
  const filters = decodeFilters(view.getUint32(60, true), view.getFloat64(64, true));
  if (typeof filters === 'string') return filters;
  const flags = view.getUint32(56, true);
  if ((flags & ~FLAG_FIRST_AT_ONCE) !== 0) return `flags has unknown bits: 0x${flags.toString(16)}`;
  if (view.getUint32(76, true) !== 0) return 'reserved must be 0';
  const queueRecords = view.getUint32(52, true);
  return {
    request: {
      intervalNs: view.getBigInt64(0, true),
      toleranceNs: view.getBigInt64(8, true),
      maximumReportLatencyNs: view.getBigInt64(16, true),
      mode,
      filters,
      firstReading: (flags & FLAG_FIRST_AT_ONCE) === 0 ? 'on-grid' : 'at-once',
      ...(queueRecords === 0 ? {} : { queueRecords }),
    },
    channelMask: view.getBigUint64(40, true),
  };
}

/** The names that a mask stands for, in the sensor's order, or undefined when it has a bit that is no channel. */
export function maskedChannels(mask: bigint, outline: SensorOutline): string[] | undefined {
  const names = outline.channels.map((channel) => channel.name);
  if (mask >> BigInt(names.length) !== 0n) return undefined;
  return names.filter((_, index) => ((mask >> BigInt(index)) & 1n) === 1n);
}

/** What is written back into the guest's record: what it was granted. */
export function encodeGranted(bytes: Uint8Array, contract: Contract, outline: SensorOutline): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setBigInt64(0, contract.intervalNs, true);
  view.setBigInt64(16, contract.maximumReportLatencyNs, true);
  const mask = outline.channels.reduce(
    (bits, channel, index) =>
      contract.channels.includes(channel.name) ? bits | (1n << BigInt(index)) : bits,
    0n,
  );
  view.setBigUint64(40, mask, true);
  view.setUint32(52, contract.queueRecords, true);
  view.setUint32(72, limitedBy[contract.limitedBy], true);
}

function decodeMode(mode: number, level: number, band: number): ReportMode | string {
  switch (mode) {
    case 0:
      return { kind: 'every' };
    case 1:
      return { kind: 'on-change', minimumChange: band };
    case 2:
      return { kind: 'threshold', level, hysteresis: band };
    default:
      return `mode is 0 (every), 1 (on change) or 2 (threshold), not ${mode}`;
  }
}

function decodeFilters(filter: number, parameter: number): readonly FilterSpecification[] | string {
  switch (filter) {
    case 0:
      return [];
    case 1:
      return [{ kind: 'delta', minimumChange: parameter }];
    case 2:
      return Number.isFinite(parameter) && parameter >= 1
        ? [{ kind: 'throttle', intervalNs: BigInt(Math.round(parameter)) }]
        : 'filter_parameter of a throttle is nanoseconds, 1 or more';
    case 3:
      return [{ kind: 'median', window: parameter }];
    case 4:
      return [{ kind: 'moving-average', window: parameter }];
    case 5:
      return [{ kind: 'exponential', weight: parameter }];
    default:
      return `filter is 0 to 5, not ${filter}`;
  }
}
