import type { I2cBus, I2cBusRequest, I2cCapabilities, I2cOperation } from '../contract/i2c.ts';
import { I2C_FIRST_ADDRESS, I2C_LAST_ADDRESS } from '../contract/i2c.ts';
import { HalError } from '../error.ts';
import { busyError, closedError } from '../handle-set.ts';
import { halErrorOf, withErrno } from './errno-error.ts';
import {
  encodeI2cMessages,
  encodeI2cTransaction,
  I2C_FUNC_I2C,
  I2C_FUNCS,
  I2C_RDWR,
  I2C_SLAVE,
  type I2cMessage,
  i2cLayout,
} from './i2c-abi.ts';
import { I2C_OPERATION_BYTES, I2C_OPERATIONS, I2C_TRANSACTION_BYTES } from './limits.ts';
import { allocateAll, closeDescriptor, withMemory } from './native-resources.ts';
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
  readonly #files: SysFiles;
  readonly #messages: NativeMemory;
  readonly #transaction: NativeMemory;
  readonly #data: NativeMemory;
  /** Addresses that no driver of the kernel has. */
  readonly #ownAddresses = new Set<number>();
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
    this.#files = files;
    this.#onClose = onClose;
    this.#path = `/dev/i2c-${bus}`;
    this.description = `I2C bus ${bus} (${consumer})`;
    if (!files.exists(this.#path)) {
      throw new HalError('HAL_NO_SUCH_DEVICE', missingBusText(bus), {
        details: { bus },
        errno: 'ENOENT',
      });
    }
    const { messageBytes, dataBytes } = i2cLayout(sys.pointerBytes);
    [this.#data, this.#messages, this.#transaction] = withErrno('open', this.#path, { bus }, () =>
      allocateAll(sys, [I2C_TRANSACTION_BYTES, I2C_OPERATIONS * messageBytes, dataBytes]),
    );
    try {
      this.#fileDescriptor = withErrno('open', this.#path, { bus }, () =>
        sys.open(this.#path, O_RDWR | O_CLOEXEC),
      );
      this.#checkFunctions(this.#fileDescriptor);
    } catch (error) {
      this.#release();
      throw error;
    }
  }

  transaction(address: number, operations: readonly I2cOperation[]): void {
    const fileDescriptor = this.#fileDescriptor;
    if (fileDescriptor === undefined) throw closedError(this.description);
    this.#check(address, operations);
    this.#checkNoDriver(fileDescriptor, address);
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
    this.#transfer(fileDescriptor, address, messages.length);
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

  #transfer(fileDescriptor: number, address: number, count: number): void {
    const what = this.#nameOf(address);
    const details = { bus: this.bus, address };
    const done = withErrno('i2c', what, details, () =>
      this.#sys.ioctl(fileDescriptor, I2C_RDWR, this.#transaction),
    );
    if (done === count) return;
    throw new HalError('HAL_I2C_BUS', `${what}: the controller did ${done} of ${count} operations`, {
      details,
    });
  }

  /** I2C_RDWR does not ask who has an address, I2C_SLAVE does; it moves nothing on the bus. */
  #checkNoDriver(fileDescriptor: number, address: number): void {
    if (this.#ownAddresses.has(address)) return;
    try {
      this.#sys.ioctl(fileDescriptor, I2C_SLAVE, address);
    } catch (error) {
      if (error instanceof SysError && error.errno === 'EBUSY') {
        throw busyError(this.#nameOf(address), this.#driverOf(address));
      }
      throw halErrorOf(error, 'i2c', this.#nameOf(address), { bus: this.bus, address });
    }
    this.#ownAddresses.add(address);
  }

  #driverOf(address: number): string {
    const device = `${this.bus}-${address.toString(16).padStart(4, '0')}`;
    const link = `/sys/bus/i2c/devices/${device}/driver`;
    const advice = `to use the address here: echo ${device} > /sys/bus/i2c/drivers/<driver>/unbind`;
    try {
      const name = this.#files.realPath(link).split('/').at(-1);
      return `the kernel's driver ${name}; ${advice.replace('<driver>', name ?? '<driver>')}`;
    } catch (error) {
      if (!(error instanceof SysError)) throw error;
      return `a driver of the kernel; ${advice}`;
    }
  }

  #nameOf(address: number): string {
    return `I2C bus ${this.bus}, address 0x${address.toString(16).padStart(2, '0')}`;
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

  #checkFunctions(fileDescriptor: number): void {
    const functions = withErrno('i2c', this.#path, { bus: this.bus }, () =>
      withMemory(this.#sys, this.#sys.pointerBytes, (memory) => {
        this.#sys.ioctl(fileDescriptor, I2C_FUNCS, memory);
        return memory.bytes[0] as number;
      }),
    );
    if ((functions & I2C_FUNC_I2C) !== 0) return;
    throw new HalError('HAL_NOT_SUPPORTED', `I2C bus ${this.bus} does SMBus only, no plain transactions`, {
      details: { bus: this.bus },
    });
  }

  #release(): void {
    const fileDescriptor = this.#fileDescriptor;
    this.#fileDescriptor = undefined;
    for (const memory of [this.#data, this.#messages, this.#transaction]) this.#sys.free(memory);
    if (fileDescriptor !== undefined) closeDescriptor(this.#sys, fileDescriptor);
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
