/** One part of a transaction. The caller owns the arrays; the backend keeps no reference after the call. */
export type I2cOperation =
  | { readonly kind: 'read'; readonly buffer: Uint8Array }
  | { readonly kind: 'write'; readonly bytes: Uint8Array };

export interface I2cBusRequest {
  /** Bus number: `/dev/i2c-<bus>`. */
  readonly bus: number;
  readonly consumer: string;
}

export interface I2cCapabilities {
  /** Longest single operation, bytes. */
  readonly maxOperationBytes: number;
  /** Most operations in one transaction (Linux I2C_RDWR_IOCTL_MAX_MSGS is 42). */
  readonly maxOperations: number;
  readonly tenBitAddresses: boolean;
  /** False where the controller cannot tell an address NACK from a data NACK: then the kind is `…-unknown`. */
  readonly tellsAcknowledgeSource: boolean;
}

/**
 * An I2C bus; several consumers may hold one bus, transactions never interleave.
 *
 * `transaction` is the whole contract, everything else is defined on top of it: start, address, the operations in
 * order with a repeated start between them, one stop at the end, also after a failure. Bounded in time by the
 * backend (HAL_TIMEOUT). 7-bit addresses are 0x08 to 0x77 (I2C-bus specification UM10204 section 3.1.12; the others are
 * reserved); outside it is HAL_BAD_ARGUMENT, and the general call 0x00 never reaches the bus.
 *
 * Errors: HAL_I2C_*, HAL_TIMEOUT, HAL_BAD_ARGUMENT (no operations, too many), HAL_TOO_LONG, HAL_CLOSED. A zero-length
 * write probes the address; a zero-length read is HAL_BAD_ARGUMENT.
 * On an error the content of the read buffers is undefined.
 */
export interface I2cBus {
  readonly bus: number;
  readonly capabilities: I2cCapabilities;
  transaction(address: number, operations: readonly I2cOperation[]): void;
  /**
   * How long the last transaction had the bus, also one that failed, nanoseconds, where the backend knows it better than who calls:
   * a call from another thread also waits for those of others. Undefined: measure the call.
   */
  readonly lastTransactionNs?: number | undefined;
  close(): void;
  [Symbol.dispose](): void;
}

/** First and last 7-bit address that a transaction may use, UM10204 section 3.1.12 (table 4). */
export const I2C_FIRST_ADDRESS = 0x08;
export const I2C_LAST_ADDRESS = 0x77;

export function i2cWrite(bus: I2cBus, address: number, bytes: Uint8Array): void {
  bus.transaction(address, [{ kind: 'write', bytes }]);
}

export function i2cRead(bus: I2cBus, address: number, buffer: Uint8Array): void {
  bus.transaction(address, [{ kind: 'read', buffer }]);
}

export function i2cWriteRead(bus: I2cBus, address: number, bytes: Uint8Array, buffer: Uint8Array): void {
  bus.transaction(address, [
    { kind: 'write', bytes },
    { kind: 'read', buffer },
  ]);
}
