import type { I2cBus, I2cBusRequest, I2cCapabilities, I2cOperation } from '../contract/i2c.ts';
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
import { checkI2cNode, checkI2cTransaction, i2cAddressName, i2cDriverOf } from './i2c-check.ts';
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
    checkI2cNode(files, bus);
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
    checkI2cTransaction(this.bus, address, operations, I2C_OPERATIONS);
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
    const what = i2cAddressName(this.bus, address);
    const details = { bus: this.bus, address };
    const done = withErrno('i2c', what, details, () =>
      this.#sys.ioctl(fileDescriptor, I2C_RDWR, this.#transaction),
    );
    if (done === count) return;
    throw new HalError('HAL_I2C_BUS', `${what}: the controller did ${done} of ${count} operations`, {
      details,
    });
  }

  /**
   * I2C_RDWR does not ask who has an address, I2C_SLAVE does; it moves nothing on the bus. Asked every time, as a driver may come
   * later (a module, an overlay): about 1 us, where the shortest transaction at 400 kHz takes 25.
   */
  #checkNoDriver(fileDescriptor: number, address: number): void {
    try {
      this.#sys.ioctl(fileDescriptor, I2C_SLAVE, address);
    } catch (error) {
      if (error instanceof SysError && error.errno === 'EBUSY') {
        throw busyError(i2cAddressName(this.bus, address), i2cDriverOf(this.#files, this.bus, address));
      }
      throw halErrorOf(error, 'i2c', i2cAddressName(this.bus, address), { bus: this.bus, address });
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
