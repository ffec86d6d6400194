import type { EdgeWatchOptions } from '../contract/gpio.ts';
import type { I2cOperation } from '../contract/i2c.ts';
import type { SpiOperation } from '../contract/spi.ts';
import { fromHex, type JsonRecord, type JsonValue, toHex } from './recording-entry.ts';

// What the recorder writes down of a call, and what the replay compares. Both make it with these functions only.

/** A request without its consumer, which is kept apart. */
export function requestArguments(request: object): JsonRecord {
  const { consumer: _, ...rest } = request as Record<string, JsonValue>;
  return rest;
}

export function edgeWatchArguments({ edges, debounceUs }: EdgeWatchOptions): JsonRecord {
  return { edges, debounceUs };
}

export function i2cArguments(address: number, operations: readonly I2cOperation[]): JsonRecord {
  return { address, operations: operations.map(operationArguments) };
}

export function spiArguments(operations: readonly SpiOperation[]): JsonRecord {
  return { operations: operations.map(operationArguments) };
}

function operationArguments(operation: SpiOperation): JsonRecord {
  switch (operation.kind) {
    case 'read':
      return { read: operation.buffer.length };
    case 'write':
      return { write: toHex(operation.bytes) };
    case 'transfer':
      return { transfer: toHex(operation.bytes), read: operation.buffer.length };
    case 'delay':
      return { delayNs: operation.delayNs };
  }
}

/** What the read buffers hold after a transaction, in order. */
export function readBytes(operations: readonly SpiOperation[]): JsonValue {
  return operations.flatMap((operation) =>
    operation.kind === 'read' || operation.kind === 'transfer' ? [toHex(operation.buffer)] : [],
  );
}

/** Fills the read buffers with what `readBytes` gave; false when it does not fit them. */
export function fillReadBuffers(operations: readonly SpiOperation[], result: JsonValue | undefined): boolean {
  const buffers = operations.flatMap((operation) =>
    operation.kind === 'read' || operation.kind === 'transfer' ? [operation.buffer] : [],
  );
  const texts = Array.isArray(result) ? (result as readonly JsonValue[]) : [];
  if (texts.length !== buffers.length) return false;
  return buffers.every((buffer, index) => {
    const bytes = fromHex(texts[index]);
    if (bytes?.length !== buffer.length) return false;
    buffer.set(bytes);
    return true;
  });
}
