import type { SpiCapabilities, SpiDevice, SpiDeviceRequest, SpiOperation } from '../contract/spi.ts';
import { HalError } from '../error.ts';
import { closedError } from '../handle-set.ts';
import { halErrorOf, withErrno } from './errno-error.ts';
import type { LinuxDriver } from './linux-driver.ts';
import { packageError } from './package-module.ts';
import { checkSpiTransaction, findSpiNode, type SpiNode } from './spi-check.ts';
import { fillSpiBytes, planSpiTransfers, takeSpiBytes } from './spi-plan.ts';
import { SysError, type SysFiles } from './sys.ts';

/** What is used of the package `spi-device`. It takes a Buffer only, and blocks. */
export interface SpiPackage {
  openSync(
    bus: number,
    device: number,
    options: { readonly mode: number; readonly maxSpeedHz: number; readonly bitsPerWord: number },
  ): SpiPackageHandle;
}

export interface SpiPackageHandle {
  transferSync(message: SpiPackageTransfer[]): unknown;
  getOptionsSync(): { readonly mode: number };
  closeSync(): unknown;
}

export interface SpiPackageTransfer {
  readonly byteLength: number;
  readonly sendBuffer: Buffer;
  readonly receiveBuffer: Buffer;
  readonly speedHz: number;
  readonly microSecondDelay: number;
}

export interface SpiPackageParts {
  readonly spi: SpiPackage;
  readonly files: SysFiles;
}

/**
 * The second driver of SPI devices, where system calls cannot be made. `load` is called when the first device is opened: only one
 * thread of the process can have the package.
 */
export function spiPackageDriver(
  load: () => SpiPackage,
  files: SysFiles,
): LinuxDriver<SpiDeviceRequest, SpiDevice> {
  return {
    name: 'spi-device',
    isThere: true,
    open: (request, onClose) => new SpiPackageDevice({ spi: load(), files }, request, onClose),
  };
}

/** One chip select by the package `spi-device`, whose message is one SPI_IOC_MESSAGE. */
export class SpiPackageDevice implements SpiDevice {
  readonly capabilities: SpiCapabilities;
  readonly description: string;
  readonly #node: SpiNode;
  readonly #onClose: (device: SpiPackageDevice) => void;
  #handle: SpiPackageHandle | undefined;

  /** Throws as the system-call driver does. */
  constructor(
    { spi, files }: SpiPackageParts,
    request: SpiDeviceRequest,
    onClose: (device: SpiPackageDevice) => void,
  ) {
    // The package hides a missing node behind "device closed" (fivdi/spi-device issue 1), so it is looked for first.
    const node = findSpiNode(files, request);
    this.#node = node;
    this.#onClose = onClose;
    this.capabilities = node.capabilities;
    this.description = `spi ${node.path} (${request.consumer})`;
    const { bus, chipSelect } = node.details;
    const options = { mode: node.mode, maxSpeedHz: node.clockHz, bitsPerWord: 8 };
    this.#handle = this.#opened(() => spi.openSync(bus, chipSelect, options));
    try {
      // Some drivers take a mode that they do not have.
      if (this.#opened(() => (this.#handle as SpiPackageHandle).getOptionsSync()).mode !== node.mode) {
        throw this.#noSuchMode();
      }
    } catch (error) {
      this.#release();
      throw error;
    }
  }

  transaction(operations: readonly SpiOperation[]): void {
    const handle = this.#handle;
    if (handle === undefined) throw closedError(this.description);
    checkSpiTransaction(this.#node, operations);
    const parts = planSpiTransfers(operations);
    if (parts.length === 0) return;
    const { maxTransactionBytes } = this.capabilities;
    const sent = Buffer.alloc(maxTransactionBytes);
    const received = Buffer.alloc(maxTransactionBytes);
    fillSpiBytes(operations, sent);
    const message = parts.map(({ at, length, delayUs }) => ({
      byteLength: length,
      sendBuffer: sent.subarray(at, at + length),
      receiveBuffer: received.subarray(at, at + length),
      speedHz: this.#node.clockHz,
      microSecondDelay: delayUs,
    }));
    const { path, details } = this.#node;
    try {
      handle.transferSync(message);
    } catch (error) {
      throw halErrorOf(packageError(error, path), 'spi', path, details);
    }
    takeSpiBytes(operations, received);
  }

  close(): void {
    if (this.#handle === undefined) return;
    this.#onClose(this);
    this.#release();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #opened<T>(action: () => T): T {
    const { path, details } = this.#node;
    return withErrno('open', path, details, () => {
      try {
        return action();
      } catch (cause) {
        const error = packageError(cause, path);
        // spi_setup in drivers/spi/spi.c.
        throw error instanceof SysError && error.errno === 'EINVAL' ? this.#noSuchMode(error) : error;
      }
    });
  }

  #noSuchMode(cause?: SysError): HalError {
    const { path, mode, clockHz, details } = this.#node;
    return new HalError(
      'HAL_NOT_SUPPORTED',
      `${path}: the controller has no mode ${mode} with ${clockHz} Hz and 8 bits`,
      { details, ...(cause === undefined ? {} : { errno: cause.errno, cause }) },
    );
  }

  #release(): void {
    const handle = this.#handle;
    this.#handle = undefined;
    try {
      handle?.closeSync();
    } catch {
      // close(2) gave the descriptor up all the same.
    }
  }
}
