/** Clock polarity and phase as mode 0 to 3: CPOL is bit 1, CPHA is bit 0 (linux/spi/spi.h). */
export type SpiMode = 0 | 1 | 2 | 3;

export interface SpiDeviceRequest {
  /** `/dev/spidev<bus>.<chipSelect>`. */
  readonly bus: number;
  readonly chipSelect: number;
  readonly consumer: string;
  readonly mode?: SpiMode;
  readonly clockHz?: number;
}

/** One part of a transaction. The caller owns the arrays; the backend keeps no reference after the call. */
export type SpiOperation =
  | { readonly kind: 'read'; readonly buffer: Uint8Array }
  | { readonly kind: 'write'; readonly bytes: Uint8Array }
  /** Full duplex: both arrays have the same length; they may be the same array. */
  | { readonly kind: 'transfer'; readonly bytes: Uint8Array; readonly buffer: Uint8Array }
  | { readonly kind: 'delay'; readonly delayNs: number };

export interface SpiCapabilities {
  /** Most bytes in one transaction (spidev `bufsiz`, 4096 unless the kernel was told otherwise). */
  readonly maxTransactionBytes: number;
  readonly maxOperations: number;
  readonly maxClockHz: number;
}

/**
 * One chip select, owned by one consumer. Chip select is asserted before the first operation and held until the last
 * one ended. During `read` the controller sends zeros.
 *
 * Errors: HAL_SPI_*, HAL_TOO_LONG (names the limit; nothing was sent), HAL_BAD_ARGUMENT, HAL_CLOSED.
 */
export interface SpiDevice {
  readonly capabilities: SpiCapabilities;
  transaction(operations: readonly SpiOperation[]): void;
  /** As that of an I2C bus. */
  readonly lastTransactionNs?: number | undefined;
  close(): void;
  [Symbol.dispose](): void;
}

export function spiTransfer(device: SpiDevice, bytes: Uint8Array, buffer: Uint8Array): void {
  device.transaction([{ kind: 'transfer', bytes, buffer }]);
}

/** Bytes that an operation puts on the bus, 0 for a delay. */
export function spiOperationBytes(operation: SpiOperation): number {
  switch (operation.kind) {
    case 'read':
      return operation.buffer.length;
    case 'write':
    case 'transfer':
      return operation.bytes.length;
    case 'delay':
      return 0;
  }
}
