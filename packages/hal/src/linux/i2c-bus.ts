import type { I2cBus, I2cBusRequest, I2cCapabilities, I2cOperation } from '../contract/i2c.ts';
import { I2C_FIRST_ADDRESS, I2C_LAST_ADDRESS } from '../contract/i2c.ts';
import { HalError } from '../error.ts';
import { closedError } from '../handle-set.ts';
import { withErrno } from './errno-error.ts';
import {
  encodeI2cMessages,
  encodeI2cTransaction,
  I2C_FUNC_I2C,
  I2C_FUNCS,
  I2C_RDWR,
  type I2cMessage,
  i2cLayout,
} from './i2c-abi.ts';
import { I2C_OPERATION_BYTES, I2C_OPERATIONS, I2C_TRANSACTION_BYTES } from './limits.ts';
import { O_CLOEXEC, O_RDWR } from './open-flags.ts';
import { type NativeMemory, type Sys, SysError, type SysFiles } from './sys.ts';

/**
 * A bus of i2c-dev, by combined transactions (I2C_RDWR) only: the address is in each message, so that none can go to the
 * address of an earlier one. The kernel keeps transactions of several holders apart.
 */
export class LinuxI2cBus implements I2cBus {
  readonly bus: number;
  readonly description: string;
  readonly capabilities: I2cCapabilities = {
    maxOperationBytes: I2C_OPERATION_BYTES,
    maxOperations: I2C_OPERATIONS,
    // A controller that says it has none takes such a message all the same, as 7 bits.
    tenBitAddresses: false,
    tellsAcknowledgeSource: false,
  };
  readonly #sys: Sys;
  readonly #path: string;
  readonly #onClose: (bus: LinuxI2cBus) => void;
  readonly #messages: NativeMemory;
  readonly #transaction: NativeMemory;
  readonly #data: NativeMemory;
  #fileDescriptor: number | undefined;

  /** Throws HAL_NO_SUCH_DEVICE, HAL_PERMISSION, HAL_NOT_SUPPORTED for an SMBus-only adapter. */
  constructor(
    sys: Sys,
    files: SysFiles,
    { bus, consumer }: I2cBusRequest,
    onClose: (bus: LinuxI2cBus) => void,
  ) {
    this.bus = bus;
    this.#sys = sys;
    this.#onClose = onClose;
    this.#path = `/dev/i2c-${bus}`;
    this.description = `I2C bus ${bus} (${consumer})`;
    if (!files.exists(this.#path)) {
      throw new HalError('HAL_NO_SUCH_DEVICE', missingBusText(bus), {
        details: { bus },
        errno: 'ENOENT',
      });
    }
    this.#fileDescriptor = withErrno('open', this.#path, { bus }, () =>
      sys.open(this.#path, O_RDWR | O_CLOEXEC),
    );
    this.#data = sys.allocate(I2C_TRANSACTION_BYTES);
    const { messageBytes, dataBytes } = i2cLayout(sys.pointerBytes);
    this.#messages = sys.allocate(I2C_OPERATIONS * messageBytes);
    this.#transaction = sys.allocate(dataBytes);
    try {
      this.#checkFunctions();
    } catch (error) {
      this.#release();
      throw error;
    }
  }

  transaction(address: number, operations: readonly I2cOperation[]): void {
    const fileDescriptor = this.#fileDescriptor;
    if (fileDescriptor === undefined) throw closedError(this.description);
    this.#check(address, operations);
    const { bytes, address: dataAddress } = this.#data;
    let at = 0;
    const messages = operations.map((operation): I2cMessage => {
      const isRead = operation.kind === 'read';
      const buffer = isRead ? operation.buffer : operation.bytes;
      if (!isRead) bytes.set(buffer, at);
      const message = { address, isRead, length: buffer.length, bufferAddress: dataAddress + BigInt(at) };
      at += buffer.length;
      return message;
    });
    encodeI2cMessages(this.#messages.bytes, messages, this.#sys.pointerBytes);
    encodeI2cTransaction(
      this.#transaction.bytes,
      this.#messages.address,
      messages.length,
      this.#sys.pointerBytes,
    );
    this.#transfer(fileDescriptor, address, operations);
    at = 0;
    for (const operation of operations) {
      if (operation.kind === 'read') {
        operation.buffer.set(bytes.subarray(at, at + operation.buffer.length));
        at += operation.buffer.length;
      } else {
        at += operation.bytes.length;
      }
    }
  }

  close(): void {
    if (this.#fileDescriptor === undefined) return;
    this.#onClose(this);
    this.#release();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #transfer(fileDescriptor: number, address: number, operations: readonly I2cOperation[]): void {
    const what = `I2C bus ${this.bus}, address 0x${address.toString(16).padStart(2, '0')}`;
    const details = { bus: this.bus, address };
    withErrno('i2c', what, details, () => {
      try {
        this.#sys.ioctl(fileDescriptor, I2C_RDWR, this.#transaction);
      } catch (error) {
        // Nothing but the address was sent, so that it was the address that nobody acknowledged.
        const isProbe =
          operations.length === 1 && operations[0]?.kind === 'write' && operations[0].bytes.length === 0;
        if (isProbe && error instanceof SysError && ['EREMOTEIO', 'ENXIO'].includes(error.errno)) {
          throw new HalError('HAL_I2C_NO_ACKNOWLEDGE_ADDRESS', `${what}: nobody acknowledged`, {
            details,
            errno: error.errno,
            cause: error,
          });
        }
        throw error;
      }
    });
  }

  #check(address: number, operations: readonly I2cOperation[]): void {
    const details = { bus: this.bus, address };
    if (!Number.isInteger(address) || address < I2C_FIRST_ADDRESS || address > I2C_LAST_ADDRESS) {
      throw new HalError('HAL_BAD_ARGUMENT', `I2C addresses are 0x08 to 0x77, not ${address}`, { details });
    }
    if (operations.length === 0 || operations.length > I2C_OPERATIONS) {
      throw new HalError(
        'HAL_BAD_ARGUMENT',
        `an I2C transaction has 1 to ${I2C_OPERATIONS} operations, not ${operations.length}`,
        { details: { ...details, limit: 'maxOperations', value: I2C_OPERATIONS } },
      );
    }
    let total = 0;
    for (const operation of operations) {
      const length = operation.kind === 'read' ? operation.buffer.length : operation.bytes.length;
      total += length;
      if (operation.kind === 'read' && length === 0) {
        throw new HalError('HAL_BAD_ARGUMENT', 'an I2C read of 0 bytes', { details });
      }
      if (length > I2C_OPERATION_BYTES)
        throw tooLong(details, 'maxOperationBytes', I2C_OPERATION_BYTES, length);
    }
    if (total > I2C_TRANSACTION_BYTES) {
      throw tooLong(details, 'I2C_TRANSACTION_BYTES', I2C_TRANSACTION_BYTES, total);
    }
  }

  #checkFunctions(): void {
    const memory = this.#sys.allocate(this.#sys.pointerBytes);
    try {
      withErrno('i2c', this.#path, { bus: this.bus }, () =>
        this.#sys.ioctl(this.#fileDescriptor as number, I2C_FUNCS, memory),
      );
      if (((memory.bytes[0] as number) & I2C_FUNC_I2C) === 0) {
        throw new HalError(
          'HAL_NOT_SUPPORTED',
          `I2C bus ${this.bus} does SMBus only, no plain transactions`,
          {
            details: { bus: this.bus },
          },
        );
      }
    } finally {
      this.#sys.free(memory);
    }
  }

  #release(): void {
    const fileDescriptor = this.#fileDescriptor;
    this.#fileDescriptor = undefined;
    for (const memory of [this.#data, this.#messages, this.#transaction]) this.#sys.free(memory);
    if (fileDescriptor !== undefined) this.#sys.close(fileDescriptor);
  }
}

function tooLong(
  details: { bus: number; address: number },
  limit: string,
  value: number,
  length: number,
): HalError {
  return new HalError('HAL_TOO_LONG', `${length} bytes in an I2C transfer, at most ${value}`, {
    details: { ...details, limit, value },
  });
}

function missingBusText(bus: number): string {
  const advice =
    bus === 1
      ? 'on a Raspberry Pi write "dtparam=i2c_arm=on" in /boot/firmware/config.txt and start it again, and load the module i2c-dev'
      : 'load the module i2c-dev, and see /dev for the buses that there are';
  return `there is no /dev/i2c-${bus}; ${advice}`;
}
