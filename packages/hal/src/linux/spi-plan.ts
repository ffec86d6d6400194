import { type SpiOperation, spiOperationBytes } from '../contract/spi.ts';

/** One transfer of spidev: `length` bytes from `at` of the transaction, then a delay. */
export interface SpiPart {
  readonly at: number;
  readonly length: number;
  readonly delayUs: number;
}

/**
 * Operations without a delay between them are one transfer: spidev rounds each transfer up to the DMA alignment before it
 * counts it against `bufsiz` (spidev_message in drivers/spi/spidev.c), so that a few dozen short ones would not fit. A delay
 * belongs to the transfer before it; one that comes first gets a transfer without bytes.
 */
export function planSpiTransfers(operations: readonly SpiOperation[]): readonly SpiPart[] {
  const parts: SpiPart[] = [];
  let at = 0;
  for (const operation of operations) {
    const before = parts.at(-1);
    const length = spiOperationBytes(operation);
    const delayUs = operation.kind === 'delay' ? Math.ceil(operation.delayNs / 1000) : 0;
    if (length === 0 && delayUs === 0) continue;
    if (before?.delayUs === 0) {
      parts[parts.length - 1] = { ...before, length: before.length + length, delayUs };
    } else {
      parts.push({ at, length, delayUs });
    }
    at += length;
  }
  return parts;
}

/** What is sent, operation by operation; a read sends zeros. */
export function fillSpiBytes(operations: readonly SpiOperation[], target: Uint8Array): void {
  let at = 0;
  for (const operation of operations) {
    const length = spiOperationBytes(operation);
    if (operation.kind === 'read') target.fill(0, at, at + length);
    else if (operation.kind !== 'delay') target.set(operation.bytes, at);
    at += length;
  }
}

/** What came, into the buffers of the operations. */
export function takeSpiBytes(operations: readonly SpiOperation[], source: Uint8Array): void {
  let at = 0;
  for (const operation of operations) {
    const length = spiOperationBytes(operation);
    if (operation.kind === 'read' || operation.kind === 'transfer') {
      operation.buffer.set(source.subarray(at, at + length));
    }
    at += length;
  }
}
