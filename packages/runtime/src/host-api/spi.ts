import { type SpiDeviceRequest, type SpiOperation, spiOperationBytes } from '@kanchi/hal';
import { spiPermits, spiPermitsOpen, spiRefusal } from '../permission/spi.ts';
import type { AppContext, AppResource } from './app-context.ts';
import { onBus } from './bus-budget.ts';
import {
  badHandle,
  closeHandle,
  deny,
  fail,
  failFromHal,
  MAX_OPERATIONS,
  MAX_TRANSACTION_BYTES,
  noSuchLabel,
  openHandle,
  readLabel,
} from './call-result.ts';
import type { HostApi } from './host-api.ts';

type SpiResource = Extract<AppResource, { readonly kind: 'spi' }>;

/** Bytes of one operation in guest memory: u8 kind, 3 reserved, u32 tx, u32 rx, u32 length, u32 delay in ns. */
const OPERATION_BYTES = 20;
/** Longest delay inside a transaction, ns: chip select is held meanwhile (spidev takes 16-bit microseconds). */
const MAX_DELAY_NS = 65_535_000;

/** A HAL operation; one that receives also knows where in guest memory its bytes go. */
interface GuestOperation {
  readonly operation: SpiOperation;
  readonly receivePointer?: number;
}

/** `kanchi_spi`: chip selects by label. See docs/host-api/kanchi-spi.md. */
export const spiApi: HostApi = {
  module: 'kanchi_spi',
  signatures: {
    open: '(ii)i',
    transfer: '(iiii)i',
    transaction: '(iii)i',
    close: '(i)i',
  },
  create(context) {
    return {
      open: (labelPointer: number, labelLength: number): number => open(context, labelPointer, labelLength),

      transfer: (handle: number, transmitPointer: number, receivePointer: number, length: number): number => {
        const call = 'kanchi_spi.transfer';
        const resource = context.handles.get('spi', handle);
        if (resource === undefined) {
          return badHandle(context, call, handle);
        }
        const { memory } = context;
        memory.check(call, transmitPointer, length);
        memory.check(call, receivePointer, length);
        if (length >>> 0 > MAX_TRANSACTION_BYTES) {
          return tooLong(context, call, resource, length >>> 0);
        }
        const bytes = memory.read(call, transmitPointer, length);
        const operation = { kind: 'transfer', bytes, buffer: new Uint8Array(length >>> 0) } as const;
        return run(context, call, resource, [{ operation, receivePointer }]);
      },

      transaction: (handle: number, operationsPointer: number, operationCount: number): number =>
        transaction(context, handle, operationsPointer, operationCount >>> 0),

      close: (handle: number): number => closeHandle(context, 'kanchi_spi.close', 'spi', handle),
    };
  },
};

function open(context: AppContext, labelPointer: number, labelLength: number): number {
  const call = 'kanchi_spi.open';
  const label = readLabel(context, call, labelPointer, labelLength);
  const wiring = label === undefined ? undefined : context.board.spiDevices.get(label);
  if (label === undefined || wiring === undefined) {
    return noSuchLabel(context, call, label, '"spi"', context.board.spiDevices.keys());
  }
  const grant = context.grants.spi.get(label);
  if (grant === undefined || !spiPermitsOpen(grant, wiring.clockHz, wiring.mode)) {
    return deny(context, call, spiRefusal(label, grant, { clockHz: wiring.clockHz, mode: wiring.mode }));
  }
  const request: SpiDeviceRequest = {
    bus: wiring.bus,
    chipSelect: wiring.chipSelect,
    consumer: context.appName,
    mode: wiring.mode,
    clockHz: wiring.clockHz,
  };
  return openHandle(
    context,
    call,
    `spi "${label}"`,
    () => context.hal.openSpiDevice(request),
    (device) => context.handles.add({ kind: 'spi', label, grant, device }),
  );
}

function transaction(
  context: AppContext,
  handle: number,
  operationsPointer: number,
  operationCount: number,
): number {
  const call = 'kanchi_spi.transaction';
  const resource = context.handles.get('spi', handle);
  if (resource === undefined) {
    return badHandle(context, call, handle);
  }
  if (operationCount === 0 || operationCount > MAX_OPERATIONS) {
    return fail(context, call, 'bad-argument', `1 to ${MAX_OPERATIONS} operations, not ${operationCount}`);
  }
  const start = context.memory.checkAligned(call, operationsPointer, operationCount * OPERATION_BYTES, 4);
  const operations: GuestOperation[] = [];
  let total = 0;
  for (let index = 0; index < operationCount; index += 1) {
    const decoded = decode(
      context,
      call,
      start + index * OPERATION_BYTES,
      index,
      MAX_TRANSACTION_BYTES - total,
    );
    if (typeof decoded === 'string') {
      return fail(context, call, 'bad-argument', decoded);
    }
    if (typeof decoded === 'number') {
      return tooLong(context, call, resource, total + decoded);
    }
    total += spiOperationBytes(decoded.operation);
    operations.push(decoded);
  }
  return run(context, call, resource, operations);
}

/** The operation at `at`; a text when it is malformed, its byte count when that is more than `bytesLeft`. */
function decode(
  context: AppContext,
  call: string,
  at: number,
  index: number,
  bytesLeft: number,
): GuestOperation | string | number {
  const { memory } = context;
  const kind = memory.readU32(call, at);
  const transmitPointer = memory.readU32(call, at + 4);
  const receivePointer = memory.readU32(call, at + 8);
  const length = memory.readU32(call, at + 12);
  const delayNs = memory.readU32(call, at + 16);
  const transmits = kind === 1 || kind === 2;
  const receives = kind === 0 || kind === 2;
  if (transmits) {
    memory.check(call, transmitPointer, length);
  }
  if (receives) {
    memory.check(call, receivePointer, length);
  }
  if ((transmits || receives) && length > bytesLeft) {
    return length;
  }
  switch (kind) {
    case 0:
      return { operation: { kind: 'read', buffer: new Uint8Array(length) }, receivePointer };
    case 1:
      return { operation: { kind: 'write', bytes: memory.read(call, transmitPointer, length) } };
    case 2: {
      const bytes = memory.read(call, transmitPointer, length);
      return { operation: { kind: 'transfer', bytes, buffer: new Uint8Array(length) }, receivePointer };
    }
    case 3:
      return delayNs > MAX_DELAY_NS
        ? `operation ${index}: a delay is at most ${MAX_DELAY_NS} ns, not ${delayNs}`
        : { operation: { kind: 'delay', delayNs } };
    default:
      return `operation ${index}: kind must be 0 (read), 1 (write), 2 (transfer) or 3 (delay) and reserved bytes 0`;
  }
}

function run(
  context: AppContext,
  call: string,
  resource: SpiResource,
  operations: readonly GuestOperation[],
): number {
  const byteCount = operations.reduce((sum, { operation }) => sum + spiOperationBytes(operation), 0);
  if (!spiPermits(resource.grant, byteCount)) {
    return deny(context, call, spiRefusal(resource.label, resource.grant, { byteCount }));
  }
  const { device } = resource;
  const place = `spi "${resource.label}"`;
  try {
    const bus = `SPI bus ${context.board.spiDevices.get(resource.label)?.bus}`;
    const refused = onBus(context, call, { bus, resource: place }, device, () =>
      device.transaction(operations.map(({ operation }) => operation)),
    );
    if (refused !== 0) {
      return refused;
    }
  } catch (error) {
    return failFromHal(context, call, place, error);
  }
  for (const { operation, receivePointer } of operations) {
    if (receivePointer !== undefined && (operation.kind === 'read' || operation.kind === 'transfer')) {
      context.memory.write(call, receivePointer, operation.buffer);
    }
  }
  context.counters.add('busTransactions');
  context.counters.add('busBytes', byteCount);
  return 0;
}

function tooLong(context: AppContext, call: string, resource: SpiResource, byteCount: number): number {
  return fail(
    context,
    call,
    'too-long',
    `spi "${resource.label}": ${byteCount} bytes, a transaction has at most ${MAX_TRANSACTION_BYTES}`,
  );
}
