import type { I2cOperation } from '../contract/i2c.ts';
import type { SpiOperation } from '../contract/spi.ts';
import { HalError } from '../error.ts';

/** Operations of both buses: a delay is SPI's only. */
export type BusOperation = I2cOperation | SpiOperation;

/** One operation in the payload: kind and length as 32-bit numbers, then the bytes (for a read: room for them). */
const HEADER_BYTES = 8;
const operationKind = { read: 0, write: 1, transfer: 2, delay: 3 } as const;

/**
 * Lays the operations out in `payload`; returns the bytes in use.
 * Throws HAL_TOO_LONG when they do not fit, HAL_BAD_ARGUMENT for lengths that differ in a transfer.
 */
export function encodeOperations(payload: Uint8Array, operations: readonly BusOperation[]): number {
  const byteLength = encodedLength(operations);
  if (byteLength > payload.length) {
    throw new HalError(
      'HAL_TOO_LONG',
      `a transaction of ${byteLength} bytes is over payloadBytes of the channel to the broker, ${payload.length}`,
      { details: { limit: 'payloadBytes', value: payload.length } },
    );
  }
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  let offset = 0;
  for (const operation of operations) {
    const length = dataLength(operation);
    view.setUint32(offset, operationKind[operation.kind], true);
    view.setUint32(offset + 4, length, true);
    offset += HEADER_BYTES;
    if (operation.kind === 'delay') view.setFloat64(offset, operation.delayNs, true);
    else if (operation.kind !== 'read') payload.set(operation.bytes, offset);
    offset += length;
  }
  return byteLength;
}

/** Copies what was read back into the caller's buffers. */
export function takeReadBytes(payload: Uint8Array, operations: readonly BusOperation[]): void {
  let offset = 0;
  for (const operation of operations) {
    offset += HEADER_BYTES;
    const length = dataLength(operation);
    if (operation.kind === 'read' || operation.kind === 'transfer') {
      operation.buffer.set(payload.subarray(offset, offset + length));
    }
    offset += length;
  }
}

/**
 * Operations on views of `bytes`, where a read leaves its answer in place. Throws HAL_BAD_ARGUMENT for anything that
 * `encodeOperations` does not write, so that garbage reaches no bus.
 */
export function decodeOperations(bytes: Uint8Array): SpiOperation[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const operations: SpiOperation[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    if (bytes.length - offset < HEADER_BYTES) throw malformed();
    const kind = view.getUint32(offset, true);
    const length = view.getUint32(offset + 4, true);
    offset += HEADER_BYTES;
    if (length > bytes.length - offset) throw malformed();
    const data = bytes.subarray(offset, offset + length);
    if (kind === operationKind.read) operations.push({ kind: 'read', buffer: data });
    else if (kind === operationKind.write) operations.push({ kind: 'write', bytes: data });
    else if (kind === operationKind.transfer)
      operations.push({ kind: 'transfer', bytes: data, buffer: data });
    else if (kind === operationKind.delay && length === Float64Array.BYTES_PER_ELEMENT) {
      operations.push({ kind: 'delay', delayNs: view.getFloat64(offset, true) });
    } else throw malformed();
    offset += length;
  }
  return operations;
}

/** I2C has no transfer and no delay. Throws HAL_BAD_ARGUMENT. */
export function asI2cOperations(operations: readonly SpiOperation[]): I2cOperation[] {
  return operations.map((operation) => {
    if (operation.kind === 'read' || operation.kind === 'write') return operation;
    throw malformed();
  });
}

function encodedLength(operations: readonly BusOperation[]): number {
  let byteLength = 0;
  for (const operation of operations) {
    if (operation.kind === 'transfer' && operation.bytes.length !== operation.buffer.length) {
      throw new HalError(
        'HAL_BAD_ARGUMENT',
        `a transfer sends ${operation.bytes.length} bytes into a buffer of ${operation.buffer.length}`,
      );
    }
    byteLength += HEADER_BYTES + dataLength(operation);
  }
  return byteLength;
}

function dataLength(operation: BusOperation): number {
  switch (operation.kind) {
    case 'delay':
      return Float64Array.BYTES_PER_ELEMENT;
    case 'read':
      return operation.buffer.length;
    case 'write':
    case 'transfer':
      return operation.bytes.length;
  }
}

function malformed(): HalError {
  return new HalError('HAL_BAD_ARGUMENT', 'the client sent a transaction that cannot be read');
}

/** Most bytes that one operation alone may have in a payload of this size. */
export function longestOperation(payloadBytes: number): number {
  return payloadBytes - HEADER_BYTES;
}
