import type { SpiCapabilities, SpiDevice, SpiDeviceRequest, SpiOperation } from '../contract/spi.ts';
import { HalError } from '../error.ts';
import { busyError, closedError } from '../handle-set.ts';
import { withErrno } from './errno-error.ts';
import { DEFAULT_SPI_BYTES, MAX_SPI_BYTES, SPI_CLOCK_HZ, SPI_DELAY_US, SPI_OPERATIONS } from './limits.ts';
import { allocateAll, closeDescriptor, withMemory } from './native-resources.ts';
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
import { type NativeMemory, type Sys, SysError, type SysFiles } from './sys.ts';

/** Clock of devices that ask for none, as on the mock. */
const DEFAULT_CLOCK_HZ = 500_000;
/** spidev's limit, which the kernel's command line or modprobe can change. */
const BUFSIZ_PATH = '/sys/module/spidev/parameters/bufsiz';

const MODEL_PATH = '/proc/device-tree/model';

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
    if (isBootFlash(files, bus)) {
      throw busyError(`SPI bus ${bus}`, 'the flash memory that the board starts from');
    }
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
    const { maxTransactionBytes } = this.capabilities;
    [this.#transmit, this.#receive] = withErrno('open', this.#path, this.#details, () =>
      allocateAll(sys, [maxTransactionBytes, maxTransactionBytes]),
    );
    try {
      this.#fileDescriptor = withErrno('open', this.#path, this.#details, () =>
        sys.open(this.#path, O_RDWR | O_CLOEXEC),
      );
      this.#configure(this.#fileDescriptor, mode);
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
    if (transfers.length === 0) return;
    withErrno('spi', this.#path, this.#details, () =>
      withMemory(this.#sys, transfers.length * TRANSFER_BYTES, (memory) => {
        encodeSpiTransfers(memory.bytes, transfers);
        this.#message(fileDescriptor, transfers.length, memory);
      }),
    );
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

  #message(fileDescriptor: number, count: number, memory: NativeMemory): void {
    try {
      this.#sys.ioctl(fileDescriptor, spiMessageRequest(count), memory);
    } catch (error) {
      if (!(error instanceof SysError && error.errno === 'EMSGSIZE')) throw error;
      const value = this.capabilities.maxTransactionBytes;
      throw new HalError(
        'HAL_TOO_LONG',
        `${this.#path}: too many bytes for one SPI transaction of ${value}; the kernel rounds each part between two delays up to its DMA alignment (128 bytes on arm64)`,
        {
          details: { ...this.#details, limit: 'maxTransactionBytes', value },
          errno: error.errno,
          cause: error,
        },
      );
    }
  }

  /**
   * Operations without a delay between them are one transfer: spidev rounds each transfer up to the DMA alignment before it
   * counts it against `bufsiz` (spidev_message in drivers/spi/spidev.c), so that a few dozen short ones would not fit. A delay
   * belongs to the transfer before it; one that comes first gets a transfer without bytes.
   */
  #encode(operations: readonly SpiOperation[]): SpiTransfer[] {
    const transfers: SpiTransfer[] = [];
    let at = 0;
    for (const operation of operations) {
      const before = transfers.at(-1);
      if (operation.kind === 'delay') {
        const delayUs = Math.ceil(operation.delayNs / 1000);
        if (delayUs === 0) continue;
        if (before?.delayUs === 0) transfers[transfers.length - 1] = { ...before, delayUs };
        else transfers.push({ ...this.#transferAt(at), transmitAddress: 0n, receiveAddress: 0n, delayUs });
        continue;
      }
      const length = lengthOf(operation);
      if (length === 0) continue;
      if (operation.kind === 'read') this.#transmit.bytes.fill(0, at, at + length);
      else this.#transmit.bytes.set(operation.bytes, at);
      if (before?.delayUs === 0) {
        transfers[transfers.length - 1] = { ...before, length: before.length + length };
      } else {
        transfers.push({ ...this.#transferAt(at), length });
      }
      at += length;
    }
    return transfers;
  }

  /** A transfer without bytes at this place of the buffers. */
  #transferAt(at: number): SpiTransfer {
    return {
      transmitAddress: this.#transmit.address + BigInt(at),
      receiveAddress: this.#receive.address + BigInt(at),
      length: 0,
      clockHz: this.#clockHz,
      delayUs: 0,
    };
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
    withErrno('open', this.#path, this.#details, () =>
      withMemory(this.#sys, 4, (memory) => {
        const set = (request: number, value: number): void => {
          new DataView(memory.bytes.buffer, memory.bytes.byteOffset, 4).setUint32(0, value, true);
          this.#sys.ioctl(fileDescriptor, request, memory);
        };
        try {
          set(SPI_IOC_WR_MODE, mode);
          set(SPI_IOC_WR_BITS_PER_WORD, 8);
          set(SPI_IOC_WR_MAX_SPEED_HZ, this.#clockHz);
        } catch (error) {
          // spi_setup in drivers/spi/spi.c.
          if (error instanceof SysError && error.errno === 'EINVAL') throw this.#noSuchMode(mode, error);
          throw error;
        }
        // Some drivers take a mode that they do not have.
        set(SPI_IOC_RD_MODE, 0);
        if (((memory.bytes[0] as number) & 3) !== mode) throw this.#noSuchMode(mode);
      }),
    );
  }

  #noSuchMode(mode: number, cause?: SysError): HalError {
    return new HalError(
      'HAL_NOT_SUPPORTED',
      `${this.#path}: the controller has no mode ${mode} with ${this.#clockHz} Hz and 8 bits`,
      { details: this.#details, ...(cause === undefined ? {} : { errno: cause.errno, cause }) },
    );
  }

  #release(): void {
    const fileDescriptor = this.#fileDescriptor;
    this.#fileDescriptor = undefined;
    this.#sys.free(this.#transmit);
    this.#sys.free(this.#receive);
    if (fileDescriptor !== undefined) closeDescriptor(this.#sys, fileDescriptor);
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
  const value = Number(withErrno('open', BUFSIZ_PATH, {}, () => files.readText(BUFSIZ_PATH)));
  return Number.isInteger(value) && value > 0 ? Math.min(value, MAX_SPI_BYTES) : DEFAULT_SPI_BYTES;
}

/** Bus 10 of a Raspberry Pi 5 holds its boot loader (spi10 in bcm2712-rpi.dtsi): a wrong byte there and it does not start again. */
function isBootFlash(files: SysFiles, bus: number): boolean {
  if (bus !== 10 || !files.exists(MODEL_PATH)) return false;
  const model = withErrno('open', MODEL_PATH, {}, () => files.readText(MODEL_PATH));
  return /^Raspberry Pi (?:5|500|Compute Module 5)\b/u.test(model);
}

function missingDeviceText(path: string): string {
  return `there is no ${path}; on a Raspberry Pi write "dtparam=spi=on" in /boot/firmware/config.txt and start it again`;
}
