import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SpiOperation } from '../contract/spi.ts';
import { HalError } from '../error.ts';
import { decodeOperations, encodeOperations, takeReadBytes } from './transaction-codec.ts';

const anyOperation: fc.Arbitrary<SpiOperation> = fc.oneof(
  fc.uint8Array({ maxLength: 20 }).map((bytes) => ({ kind: 'write' as const, bytes })),
  fc.nat({ max: 20 }).map((length) => ({ kind: 'read' as const, buffer: new Uint8Array(length) })),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => ({
    kind: 'transfer' as const,
    bytes,
    buffer: new Uint8Array(bytes.length),
  })),
  fc.double({ noNaN: true }).map((delayNs) => ({ kind: 'delay' as const, delayNs })),
);

/** What goes to the device, with zeros for what comes back; a delay has no bytes. */
function sentBytes(operation: SpiOperation): readonly number[] | undefined {
  if (operation.kind === 'delay') return undefined;
  return operation.kind === 'read' ? Array.from(operation.buffer, () => 0) : [...operation.bytes];
}

/** Garbage is either refused with the right code or read as operations that cover exactly the bytes. */
function isReadOrRefused(bytes: Uint8Array): boolean {
  let byteLength = 0;
  try {
    for (const operation of decodeOperations(bytes)) byteLength += 8 + (sentBytes(operation)?.length ?? 8);
  } catch (error) {
    return error instanceof HalError && error.code === 'HAL_BAD_ARGUMENT';
  }
  return byteLength === bytes.length;
}

describe('transaction codec', () => {
  it('carries operations there and read bytes back', () => {
    fc.assert(
      fc.property(fc.array(anyOperation, { maxLength: 8 }), (operations) => {
        const payload = new Uint8Array(1_024);
        const byteLength = encodeOperations(payload, operations);
        const decoded = decodeOperations(payload.subarray(0, byteLength));
        expect(decoded.map((operation) => operation.kind)).toEqual(
          operations.map((operation) => operation.kind),
        );
        expect(decoded.map(sentBytes)).toEqual(operations.map(sentBytes));
        decoded.forEach((operation, index) => {
          if ('buffer' in operation) operation.buffer.fill(index + 1);
        });
        takeReadBytes(payload, operations);
        const wrong = operations.filter(
          (operation, index) => 'buffer' in operation && operation.buffer.some((byte) => byte !== index + 1),
        );
        expect(wrong).toEqual([]);
      }),
    );
  });

  it('takes garbage for an error or for operations within it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(isReadOrRefused(bytes)).toBe(true);
      }),
    );
  });

  it('refuses what does not fit before it writes anything', () => {
    const payload = new Uint8Array(32).fill(7);
    const operations = [
      { kind: 'write' as const, bytes: Uint8Array.of(1) },
      { kind: 'read' as const, buffer: new Uint8Array(100) },
    ];
    expect(() => encodeOperations(payload, operations)).toThrow('over payloadBytes');
    expect(payload.every((byte) => byte === 7)).toBe(true);
  });
});
