import type { I2cBusRequest, I2cOperation } from '@kanchi/hal';
import { i2cPermits, i2cPermitsOpen, i2cRefusal } from '../permission/i2c.ts';
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

type I2cResource = Extract<AppResource, { readonly kind: 'i2c' }>;

/** Bytes of one operation in guest memory: u8 kind, 3 reserved, u32 pointer, u32 length. */
const OPERATION_BYTES = 12;
const OPERATION_READ = 0;
const OPERATION_WRITE = 1;
/** `address` of a device handle: the device's own. */
const DEVICE_ADDRESS = -1;

/** `kanchi_i2c`: devices and buses by label. See docs/host-api/kanchi-i2c.md. */
export const i2cApi: HostApi = {
  module: 'kanchi_i2c',
  signatures: {
    open: '(ii)i',
    read: '(iii)i',
    write: '(iii)i',
    write_read: '(iiiii)i',
    transaction: '(iiii)i',
    close: '(i)i',
  },
  create(context) {
    const { memory } = context;
    return {
      open: (labelPointer: number, labelLength: number): number => open(context, labelPointer, labelLength),

      read: (handle: number, pointer: number, length: number): number =>
        onDevice(context, 'kanchi_i2c.read', handle, (call) => {
          memory.check(call, pointer, length);
          if (length >>> 0 > MAX_TRANSACTION_BYTES) {
            return length >>> 0;
          }
          return [{ kind: 'read', buffer: new Uint8Array(length >>> 0), pointer }];
        }),

      write: (handle: number, pointer: number, length: number): number =>
        onDevice(context, 'kanchi_i2c.write', handle, (call) => {
          memory.check(call, pointer, length);
          if (length >>> 0 > MAX_TRANSACTION_BYTES) {
            return length >>> 0;
          }
          return [{ kind: 'write', bytes: memory.read(call, pointer, length) }];
        }),

      write_read: (
        handle: number,
        writePointer: number,
        writeLength: number,
        readPointer: number,
        readLength: number,
      ): number =>
        onDevice(context, 'kanchi_i2c.write_read', handle, (call) => {
          memory.check(call, writePointer, writeLength);
          memory.check(call, readPointer, readLength);
          const total = (writeLength >>> 0) + (readLength >>> 0);
          if (total > MAX_TRANSACTION_BYTES) {
            return total;
          }
          return [
            { kind: 'write', bytes: memory.read(call, writePointer, writeLength) },
            { kind: 'read', buffer: new Uint8Array(readLength >>> 0), pointer: readPointer },
          ];
        }),

      transaction: (
        handle: number,
        address: number,
        operationsPointer: number,
        operationCount: number,
      ): number => transaction(context, handle, address, operationsPointer, operationCount >>> 0),

      close: (handle: number): number => closeHandle(context, 'kanchi_i2c.close', 'i2c', handle),
    };
  },
};

/** A HAL operation; a read also knows where in guest memory its bytes go. */
type GuestOperation = I2cOperation & { readonly pointer?: number };

function open(context: AppContext, labelPointer: number, labelLength: number): number {
  const call = 'kanchi_i2c.open';
  const label = readLabel(context, call, labelPointer, labelLength);
  const { i2cDevices, i2cBuses } = context.board;
  const device = label === undefined ? undefined : i2cDevices.get(label);
  const bus = label === undefined ? undefined : i2cBuses.get(label);
  const number = device?.bus ?? bus?.bus;
  if (label === undefined || number === undefined) {
    return noSuchLabel(context, call, label, '"i2c"', [...i2cDevices.keys(), ...i2cBuses.keys()]);
  }
  const grant = context.grants.i2c.get(label);
  if (grant === undefined || !i2cPermitsOpen(grant)) {
    const target = { label, isBus: device === undefined, addressing: device?.registerAddressing };
    return deny(context, call, i2cRefusal(target, grant, undefined, []));
  }
  const request: I2cBusRequest = { bus: number, consumer: context.appName };
  return openHandle(
    context,
    call,
    `i2c "${label}"`,
    () => context.hal.openI2cBus(request),
    (opened) => context.handles.add({ kind: 'i2c', label, grant, bus: opened, address: device?.address }),
  );
}

/** `decode` gives the operations, or the byte count when it is over the limit. */
function onDevice(
  context: AppContext,
  call: string,
  handle: number,
  decode: (call: string) => readonly GuestOperation[] | number,
): number {
  const resource = context.handles.get('i2c', handle);
  if (resource === undefined) {
    return badHandle(context, call, handle);
  }
  const operations = decode(call);
  if (resource.address === undefined) {
    return fail(
      context,
      call,
      'bad-argument',
      `"${resource.label}" is a bus, not a device: use kanchi_i2c.transaction with an address`,
    );
  }
  if (typeof operations === 'number') {
    return tooLong(context, call, resource, operations);
  }
  return run(context, call, resource, resource.address, operations);
}

function transaction(
  context: AppContext,
  handle: number,
  address: number,
  operationsPointer: number,
  operationCount: number,
): number {
  const call = 'kanchi_i2c.transaction';
  const resource = context.handles.get('i2c', handle);
  if (resource === undefined) {
    return badHandle(context, call, handle);
  }
  if (operationCount === 0 || operationCount > MAX_OPERATIONS) {
    return fail(context, call, 'bad-argument', `1 to ${MAX_OPERATIONS} operations, not ${operationCount}`);
  }
  const { memory } = context;
  const start = memory.checkAligned(call, operationsPointer, operationCount * OPERATION_BYTES, 4);
  const operations: GuestOperation[] = [];
  let total = 0;
  // Every operation is decoded and its range checked before any of them reaches the bus.
  for (let index = 0; index < operationCount; index += 1) {
    const at = start + index * OPERATION_BYTES;
    const kindAndReserved = memory.readU32(call, at);
    const pointer = memory.readU32(call, at + 4);
    const length = memory.readU32(call, at + 8);
    if (kindAndReserved !== OPERATION_READ && kindAndReserved !== OPERATION_WRITE) {
      return fail(
        context,
        call,
        'bad-argument',
        `operation ${index}: kind must be 0 (read) or 1 (write) and reserved bytes 0`,
      );
    }
    memory.check(call, pointer, length);
    total += length;
    if (total > MAX_TRANSACTION_BYTES) {
      return tooLong(context, call, resource, total);
    }
    operations.push(
      kindAndReserved === OPERATION_READ
        ? { kind: 'read', buffer: new Uint8Array(length), pointer }
        : { kind: 'write', bytes: memory.read(call, pointer, length) },
    );
  }
  const target = resource.address ?? address;
  if (address !== target && !(address === DEVICE_ADDRESS && resource.address !== undefined)) {
    return fail(
      context,
      call,
      'bad-argument',
      `"${resource.label}" is the device at 0x${target.toString(16)}; address must be that or -1`,
    );
  }
  return run(context, call, resource, target, operations);
}

function run(
  context: AppContext,
  call: string,
  resource: I2cResource,
  address: number,
  operations: readonly GuestOperation[],
): number {
  if (!i2cPermits(resource.grant, address, operations)) {
    const target = {
      label: resource.label,
      isBus: resource.address === undefined,
      addressing: resource.grant.addressing,
    };
    return deny(context, call, i2cRefusal(target, resource.grant, address, operations));
  }
  const { bus } = resource;
  const place = `i2c "${resource.label}" address 0x${(address >>> 0).toString(16)}`;
  try {
    const refused = onBus(context, call, { bus: `I2C bus ${bus.bus}`, resource: place }, bus, () =>
      bus.transaction(address, operations),
    );
    if (refused !== 0) {
      return refused;
    }
  } catch (error) {
    return failFromHal(context, call, place, error);
  }
  let byteCount = 0;
  for (const operation of operations) {
    if (operation.kind === 'read') {
      context.memory.write(call, operation.pointer ?? 0, operation.buffer);
      byteCount += operation.buffer.length;
    } else {
      byteCount += operation.bytes.length;
    }
  }
  context.counters.add('busTransactions');
  context.counters.add('busBytes', byteCount);
  return 0;
}

function tooLong(context: AppContext, call: string, resource: I2cResource, byteCount: number): number {
  return fail(
    context,
    call,
    'too-long',
    `i2c "${resource.label}": ${byteCount} bytes, a transaction has at most ${MAX_TRANSACTION_BYTES}`,
  );
}
