import type { I2cBus, I2cBusRequest, I2cCapabilities, I2cOperation } from '../contract/i2c.ts';
import { HalError } from '../error.ts';
import { busyError, closedError } from '../handle-set.ts';
import { halErrorOf, withErrno } from './errno-error.ts';
import { checkI2cNode, checkI2cTransaction, i2cAddressName, i2cDriverOf } from './i2c-check.ts';
import { I2C_OPERATION_BYTES } from './limits.ts';
import type { LinuxDriver } from './linux-driver.ts';
import { packageError } from './package-module.ts';
import { SysError, type SysFiles } from './sys.ts';

/** What is used of the package `i2c-bus`. It takes a Buffer only, and blocks. */
export interface I2cPackage {
  openSync(bus: number): I2cPackageHandle;
}

export interface I2cPackageHandle {
  i2cReadSync(address: number, length: number, buffer: Buffer): number;
  i2cWriteSync(address: number, length: number, buffer: Buffer): number;
  /** A write of one byte and a read, with a repeated start between them. */
  readI2cBlockSync(address: number, command: number, length: number, buffer: Buffer): number;
  writeQuickSync(address: number, bit: 0 | 1): unknown;
  closeSync(): void;
}

export interface I2cPackageParts {
  readonly i2c: I2cPackage;
  readonly files: SysFiles;
  /** Opens the node and closes it again. Throws SysError. */
  readonly tryOpen: (path: string) => void;
}

/** A write and a read. */
const MAX_OPERATIONS = 2;
/** I2C_SMBUS_BLOCK_MAX of linux/i2c.h: the read after a write. */
const MAX_COMBINED_READ_BYTES = 32;

/**
 * The second driver of I2C buses, where system calls cannot be made. `load` is called when the first bus is opened: only one thread
 * of the process can have the package.
 */
export function i2cPackageDriver(
  load: () => I2cPackage,
  parts: Omit<I2cPackageParts, 'i2c'>,
): LinuxDriver<I2cBusRequest, I2cBus> {
  return {
    name: 'i2c-bus',
    isThere: true,
    open: (request, onClose) => new I2cPackageBus({ ...parts, i2c: load() }, request, onClose),
  };
}

/**
 * A bus by the package `i2c-bus`. One transaction is one read, one write, or a write of one byte and a read of up to 32;
 * others, which the package could only do with a stop in between, are HAL_NOT_SUPPORTED.
 *
 * The package keeps a descriptor for each address, also when the kernel refused to give it the address, and its next call then goes
 * to whatever address the descriptor has. So after any failure everything that it has open is closed and not used again.
 */
export class I2cPackageBus implements I2cBus {
  readonly bus: number;
  readonly description: string;
  readonly capabilities: I2cCapabilities = {
    maxOperationBytes: I2C_OPERATION_BYTES,
    maxOperations: MAX_OPERATIONS,
    tenBitAddresses: false,
    tellsAcknowledgeSource: false,
  };
  readonly #parts: I2cPackageParts;
  readonly #path: string;
  readonly #onClose: (bus: I2cPackageBus) => void;
  #handle: I2cPackageHandle | undefined;
  #closed = false;

  /** Throws HAL_NO_SUCH_DEVICE, HAL_PERMISSION: the package itself opens nothing until it is used. */
  constructor(
    parts: I2cPackageParts,
    { bus, consumer }: I2cBusRequest,
    onClose: (bus: I2cPackageBus) => void,
  ) {
    this.bus = bus;
    this.#parts = parts;
    this.#path = `/dev/i2c-${bus}`;
    this.#onClose = onClose;
    this.description = `I2C bus ${bus} (${consumer})`;
    checkI2cNode(parts.files, bus);
    withErrno('open', this.#path, { bus }, () => parts.tryOpen(this.#path));
  }

  transaction(address: number, operations: readonly I2cOperation[]): void {
    // The package would open the node again.
    if (this.#closed) throw closedError(this.description);
    checkI2cTransaction(this.bus, address, operations, MAX_OPERATIONS);
    const transfer = this.#transferOf(address, operations);
    let isDone = false;
    try {
      this.#handle ??= this.#parts.i2c.openSync(this.bus);
      transfer(this.#handle);
      isDone = true;
    } catch (error) {
      throw this.#explained(address, packageError(error, this.#path));
    } finally {
      if (!isDone) this.#drop();
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose(this);
    this.#drop();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** How the package does it in one transaction. Throws HAL_NOT_SUPPORTED. */
  #transferOf(address: number, operations: readonly I2cOperation[]): (handle: I2cPackageHandle) => void {
    const [first, second] = operations as readonly [I2cOperation, I2cOperation?];
    if (second === undefined) {
      if (first.kind === 'read') {
        return (handle) =>
          this.#read(address, first.buffer, (buffer) => handle.i2cReadSync(address, buffer.length, buffer));
      }
      // Its write would be write(2) of 0 bytes, which moves nothing.
      if (first.bytes.length === 0) return (handle) => void handle.writeQuickSync(address, 0);
      return (handle) => {
        const bytes = Buffer.from(first.bytes);
        this.#checkCount(address, handle.i2cWriteSync(address, bytes.length, bytes), bytes.length);
      };
    }
    if (
      first.kind === 'write' &&
      first.bytes.length === 1 &&
      second.kind === 'read' &&
      second.buffer.length <= MAX_COMBINED_READ_BYTES
    ) {
      const command = first.bytes[0] as number;
      return (handle) =>
        this.#read(address, second.buffer, (buffer) =>
          handle.readI2cBlockSync(address, command, buffer.length, buffer),
        );
    }
    throw new HalError(
      'HAL_NOT_SUPPORTED',
      `${i2cAddressName(this.bus, address)}: the package i2c-bus joins only a write of 1 byte and a read of up to ` +
        `${MAX_COMBINED_READ_BYTES} bytes; the package "koffi" can do the others`,
      {
        details: {
          bus: this.bus,
          address,
          limit: 'MAX_COMBINED_READ_BYTES',
          value: MAX_COMBINED_READ_BYTES,
        },
      },
    );
  }

  #read(address: number, target: Uint8Array, transfer: (buffer: Buffer) => number): void {
    const buffer = Buffer.alloc(target.length);
    this.#checkCount(address, transfer(buffer), buffer.length);
    target.set(buffer);
  }

  #checkCount(address: number, count: number, wanted: number): void {
    if (count === wanted) return;
    const text = `${i2cAddressName(this.bus, address)}: the controller did ${count} of ${wanted} bytes`;
    throw new HalError('HAL_I2C_BUS', text, { details: { bus: this.bus, address } });
  }

  #explained(address: number, error: unknown): unknown {
    const name = i2cAddressName(this.bus, address);
    const details = { bus: this.bus, address };
    if (!(error instanceof SysError)) return error;
    // From I2C_SLAVE; in a transfer the same number means that the bus stayed busy.
    if (error.errno === 'EBUSY' && error.call.startsWith('setAddr')) {
      return busyError(name, i2cDriverOf(this.#parts.files, this.bus, address));
    }
    return halErrorOf(error, error.call === 'open' ? 'open' : 'i2c', name, details);
  }

  #drop(): void {
    const handle = this.#handle;
    this.#handle = undefined;
    try {
      handle?.closeSync();
    } catch {
      // close(2) gave the descriptors up all the same.
    }
  }
}
