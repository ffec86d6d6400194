import type { SpiCapabilities, SpiDevice, SpiDeviceRequest, SpiOperation } from '../contract/spi.ts';
import { HalError } from '../error.ts';
import { closedError } from '../handle-set.ts';
import { withErrno } from './errno-error.ts';
import { DEFAULT_SPI_BYTES, SPI_CLOCK_HZ, SPI_DELAY_US, SPI_OPERATIONS } from './limits.ts';
import { O_CLOEXEC, O_RDWR } from './open-flags.ts';
import {
  encodeSpiTransfers,
  SPI_IOC_RD_MODE,
  SPI_IOC_WR_BITS_PER_WORD,
  SPI_IOC_WR_MAX_SPEED_HZ,
  SPI_IOC_WR_MODE,
  type SpiTransfer,
  spiMessageRequest,
  TRANSFER_BYTES,
} from './spi-abi.ts';
import type { NativeMemory, Sys, SysFiles } from './sys.ts';

/** Clock of devices that ask for none, as on the mock. */
const DEFAULT_CLOCK_HZ = 500_000;
/** spidev's limit, which the kernel's command line or modprobe can change. */
const BUFSIZ_PATH = '/sys/module/spidev/parameters/bufsiz';

/** One chip select of spidev. A transaction is one SPI_IOC_MESSAGE: chip select is held from its first to its last byte. */
export class LinuxSpiDevice implements SpiDevice {
  readonly capabilities: SpiCapabilities;
  readonly description: string;
  readonly #sys: Sys;
  readonly #path: string;
  readonly #details: { readonly bus: number; readonly chipSelect: number };
  readonly #clockHz: number;
  readonly #onClose: (device: LinuxSpiDevice) => void;
  readonly #transmit: NativeMemory;
  readonly #receive: NativeMemory;
  #fileDescriptor: number | undefined;

  /** Throws HAL_NO_SUCH_DEVICE, HAL_PERMISSION, HAL_BAD_ARGUMENT, HAL_NOT_SUPPORTED for a mode that the controller has not. */
  constructor(
    sys: Sys,
    files: SysFiles,
    request: SpiDeviceRequest,
    onClose: (device: LinuxSpiDevice) => void,
  ) {
    const { bus, chipSelect, consumer, mode = 0, clockHz = DEFAULT_CLOCK_HZ } = request;
    this.#sys = sys;
    this.#path = `/dev/spidev${bus}.${chipSelect}`;
    this.#details = { bus, chipSelect };
    this.#clockHz = clockHz;
    this.#onClose = onClose;
    this.description = `spi ${this.#path} (${consumer})`;
    this.capabilities = {
      maxTransactionBytes: bufferBytes(files),
      maxOperations: SPI_OPERATIONS,
      maxClockHz: SPI_CLOCK_HZ,
    };
    if (![0, 1, 2, 3].includes(mode)) {
      throw new HalError('HAL_BAD_ARGUMENT', `an SPI mode is 0 to 3, not ${String(mode)}`);
    }
    if (!(Number.isInteger(clockHz) && clockHz >= 1 && clockHz <= SPI_CLOCK_HZ)) {
      throw new HalError('HAL_BAD_ARGUMENT', `an SPI clock is 1 to ${SPI_CLOCK_HZ} Hz, not ${clockHz}`, {
        details: { limit: 'maxClockHz', value: SPI_CLOCK_HZ },
      });
    }
    if (!files.exists(this.#path)) {
      throw new HalError('HAL_NO_SUCH_DEVICE', missingDeviceText(this.#path), {
        details: this.#details,
        errno: 'ENOENT',
      });
    }
    this.#transmit = sys.allocate(this.capabilities.maxTransactionBytes);
    this.#receive = sys.allocate(this.capabilities.maxTransactionBytes);
    try {
      withErrno('open', this.#path, this.#details, () => {
        this.#fileDescriptor = sys.open(this.#path, O_RDWR | O_CLOEXEC);
        this.#configure(this.#fileDescriptor, mode);
      });
    } catch (error) {
      this.#release();
      throw error;
    }
  }

  transaction(operations: readonly SpiOperation[]): void {
    const fileDescriptor = this.#fileDescriptor;
    if (fileDescriptor === undefined) throw closedError(this.description);
    this.#check(operations);
    const transfers = this.#encode(operations);
    const memory = this.#sys.allocate(transfers.length * TRANSFER_BYTES);
    try {
      encodeSpiTransfers(memory.bytes, transfers);
      withErrno('spi', this.#path, this.#details, () =>
        this.#sys.ioctl(fileDescriptor, spiMessageRequest(transfers.length), memory),
      );
    } finally {
      this.#sys.free(memory);
    }
    let at = 0;
    for (const operation of operations) {
      if (operation.kind === 'read' || operation.kind === 'transfer') {
        operation.buffer.set(this.#receive.bytes.subarray(at, at + operation.buffer.length));
      }
      at += lengthOf(operation);
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

  /** A delay belongs to the transfer before it; one that comes first gets a transfer without bytes. */
  #encode(operations: readonly SpiOperation[]): SpiTransfer[] {
    const transfers: SpiTransfer[] = [];
    const clockHz = this.#clockHz;
    let at = 0;
    for (const operation of operations) {
      if (operation.kind === 'delay') {
        const delayUs = Math.ceil(operation.delayNs / 1000);
        const before = transfers.at(-1);
        if (before === undefined || before.delayUs > 0) {
          transfers.push({ transmitAddress: 0n, receiveAddress: 0n, length: 0, clockHz, delayUs });
        } else {
          transfers[transfers.length - 1] = { ...before, delayUs };
        }
        continue;
      }
      const length = lengthOf(operation);
      if (operation.kind === 'read') this.#transmit.bytes.fill(0, at, at + length);
      else this.#transmit.bytes.set(operation.bytes, at);
      transfers.push({
        transmitAddress: this.#transmit.address + BigInt(at),
        receiveAddress: this.#receive.address + BigInt(at),
        length,
        clockHz,
        delayUs: 0,
      });
      at += length;
    }
    return transfers;
  }

  #check(operations: readonly SpiOperation[]): void {
    const { maxOperations, maxTransactionBytes } = this.capabilities;
    if (operations.length === 0 || operations.length > maxOperations) {
      throw new HalError(
        'HAL_BAD_ARGUMENT',
        `an SPI transaction has 1 to ${maxOperations} operations, not ${operations.length}`,
        { details: { ...this.#details, limit: 'maxOperations', value: maxOperations } },
      );
    }
    let total = 0;
    for (const operation of operations) {
      if (operation.kind === 'transfer' && operation.bytes.length !== operation.buffer.length) {
        throw new HalError('HAL_BAD_ARGUMENT', 'a transfer sends as many bytes as it receives', {
          details: this.#details,
        });
      }
      if (
        operation.kind === 'delay' &&
        !(operation.delayNs >= 0 && operation.delayNs <= SPI_DELAY_US * 1000)
      ) {
        throw new HalError(
          'HAL_BAD_ARGUMENT',
          `a delay is 0 to ${SPI_DELAY_US * 1000} ns, not ${operation.delayNs}`,
          {
            details: this.#details,
          },
        );
      }
      total += lengthOf(operation);
    }
    if (total > maxTransactionBytes) {
      throw new HalError(
        'HAL_TOO_LONG',
        `${total} bytes in one SPI transaction, at most ${maxTransactionBytes} (${BUFSIZ_PATH}; write "spidev.bufsiz=<bytes>" on the kernel's command line for more)`,
        {
          details: { ...this.#details, limit: 'maxTransactionBytes', value: maxTransactionBytes },
          errno: 'EMSGSIZE',
        },
      );
    }
  }

  #configure(fileDescriptor: number, mode: number): void {
    const memory = this.#sys.allocate(4);
    const set = (request: number, value: number): void => {
      new DataView(memory.bytes.buffer, memory.bytes.byteOffset, 4).setUint32(0, value, true);
      this.#sys.ioctl(fileDescriptor, request, memory);
    };
    try {
      set(SPI_IOC_WR_MODE, mode);
      set(SPI_IOC_WR_BITS_PER_WORD, 8);
      set(SPI_IOC_WR_MAX_SPEED_HZ, this.#clockHz);
      // Some drivers take a mode that they do not have.
      set(SPI_IOC_RD_MODE, 0);
      const taken = (memory.bytes[0] as number) & 3;
      if (taken !== mode) {
        throw new HalError(
          'HAL_NOT_SUPPORTED',
          `${this.#path}: the controller has no mode ${mode}, it took ${taken}`,
          {
            details: this.#details,
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
    this.#sys.free(this.#transmit);
    this.#sys.free(this.#receive);
    if (fileDescriptor !== undefined) this.#sys.close(fileDescriptor);
  }
}

function lengthOf(operation: SpiOperation): number {
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

function bufferBytes(files: SysFiles): number {
  if (!files.exists(BUFSIZ_PATH)) return DEFAULT_SPI_BYTES;
  const value = Number(files.readText(BUFSIZ_PATH));
  return Number.isInteger(value) && value > 0 ? value : DEFAULT_SPI_BYTES;
}

function missingDeviceText(path: string): string {
  return `there is no ${path}; on a Raspberry Pi write "dtparam=spi=on" in /boot/firmware/config.txt and start it again`;
}
