import type { SpiCapabilities, SpiDevice, SpiDeviceRequest, SpiOperation } from '../contract/spi.ts';
import { HalError } from '../error.ts';
import { closedError } from '../handle-set.ts';
import { withErrno } from './errno-error.ts';
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
import { checkSpiTransaction, findSpiNode, type SpiNode } from './spi-check.ts';
import { fillSpiBytes, planSpiTransfers, takeSpiBytes } from './spi-plan.ts';
import { type NativeMemory, type Sys, SysError, type SysFiles } from './sys.ts';

/** One chip select of spidev. A transaction is one SPI_IOC_MESSAGE: chip select is held from its first to its last byte. */
export class LinuxSpiDevice implements SpiDevice {
  readonly capabilities: SpiCapabilities;
  readonly description: string;
  readonly #sys: Sys;
  readonly #node: SpiNode;
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
    const node = findSpiNode(files, request);
    const { mode } = node;
    this.#sys = sys;
    this.#node = node;
    this.#path = node.path;
    this.#details = node.details;
    this.#clockHz = node.clockHz;
    this.#onClose = onClose;
    this.description = `spi ${node.path} (${request.consumer})`;
    this.capabilities = node.capabilities;
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
    checkSpiTransaction(this.#node, operations);
    const transfers = this.#encode(operations);
    if (transfers.length === 0) return;
    withErrno('spi', this.#path, this.#details, () =>
      withMemory(this.#sys, transfers.length * TRANSFER_BYTES, (memory) => {
        encodeSpiTransfers(memory.bytes, transfers);
        this.#message(fileDescriptor, transfers.length, memory);
      }),
    );
    takeSpiBytes(operations, this.#receive.bytes);
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

  #encode(operations: readonly SpiOperation[]): SpiTransfer[] {
    fillSpiBytes(operations, this.#transmit.bytes);
    return planSpiTransfers(operations).map(({ at, length, delayUs }) => ({
      transmitAddress: length === 0 ? 0n : this.#transmit.address + BigInt(at),
      receiveAddress: length === 0 ? 0n : this.#receive.address + BigInt(at),
      length,
      clockHz: this.#clockHz,
      delayUs,
    }));
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
