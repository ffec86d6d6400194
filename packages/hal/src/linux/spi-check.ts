import {
  type SpiCapabilities,
  type SpiDeviceRequest,
  type SpiMode,
  type SpiOperation,
  spiOperationBytes,
} from '../contract/spi.ts';
import { HalError } from '../error.ts';
import { busyError } from '../handle-set.ts';
import { withErrno } from './errno-error.ts';
import { DEFAULT_SPI_BYTES, MAX_SPI_BYTES, SPI_CLOCK_HZ, SPI_DELAY_US, SPI_OPERATIONS } from './limits.ts';
import type { SysFiles } from './sys.ts';

/** Clock of devices that ask for none, as on the mock. */
const DEFAULT_CLOCK_HZ = 500_000;
/** spidev's limit, which the kernel's command line or modprobe can change. */
const BUFSIZ_PATH = '/sys/module/spidev/parameters/bufsiz';

const MODEL_PATH = '/proc/device-tree/model';

/** A request that spidev can be asked for. */
export interface SpiNode {
  readonly path: string;
  readonly details: { readonly bus: number; readonly chipSelect: number };
  readonly mode: SpiMode;
  readonly clockHz: number;
  readonly capabilities: SpiCapabilities;
}

/** Throws HAL_BAD_ARGUMENT, HAL_BUSY for the flash that the board starts from, HAL_NO_SUCH_DEVICE with what to do. */
export function findSpiNode(files: SysFiles, request: SpiDeviceRequest): SpiNode {
  const { bus, chipSelect, mode = 0, clockHz = DEFAULT_CLOCK_HZ } = request;
  const path = `/dev/spidev${bus}.${chipSelect}`;
  const details = { bus, chipSelect };
  if (isBootFlash(files, bus)) {
    throw busyError(`SPI bus ${bus}`, 'the flash memory that the board starts from');
  }
  if (![0, 1, 2, 3].includes(mode)) {
    throw new HalError('HAL_BAD_ARGUMENT', `an SPI mode is 0 to 3, not ${String(mode)}`);
  }
  if (!(Number.isInteger(clockHz) && clockHz >= 1 && clockHz <= SPI_CLOCK_HZ)) {
    throw new HalError('HAL_BAD_ARGUMENT', `an SPI clock is 1 to ${SPI_CLOCK_HZ} Hz, not ${clockHz}`, {
      details: { limit: 'maxClockHz', value: SPI_CLOCK_HZ },
    });
  }
  if (!files.exists(path)) {
    throw new HalError('HAL_NO_SUCH_DEVICE', missingDeviceText(path), { details, errno: 'ENOENT' });
  }
  const capabilities = {
    maxTransactionBytes: bufferBytes(files),
    maxOperations: SPI_OPERATIONS,
    maxClockHz: SPI_CLOCK_HZ,
  };
  return { path, details, mode, clockHz, capabilities };
}

/** Throws HAL_BAD_ARGUMENT or HAL_TOO_LONG, before anything moves. */
export function checkSpiTransaction(
  { details, capabilities }: SpiNode,
  operations: readonly SpiOperation[],
): void {
  const { maxOperations, maxTransactionBytes } = capabilities;
  if (operations.length === 0 || operations.length > maxOperations) {
    throw new HalError(
      'HAL_BAD_ARGUMENT',
      `an SPI transaction has 1 to ${maxOperations} operations, not ${operations.length}`,
      { details: { ...details, limit: 'maxOperations', value: maxOperations } },
    );
  }
  let total = 0;
  for (const operation of operations) {
    if (operation.kind === 'transfer' && operation.bytes.length !== operation.buffer.length) {
      throw new HalError('HAL_BAD_ARGUMENT', 'a transfer sends as many bytes as it receives', {
        details,
      });
    }
    if (operation.kind === 'delay' && !(operation.delayNs >= 0 && operation.delayNs <= SPI_DELAY_US * 1000)) {
      throw new HalError(
        'HAL_BAD_ARGUMENT',
        `a delay is 0 to ${SPI_DELAY_US * 1000} ns, not ${operation.delayNs}`,
        {
          details,
        },
      );
    }
    total += spiOperationBytes(operation);
  }
  if (total > maxTransactionBytes) {
    throw new HalError(
      'HAL_TOO_LONG',
      `${total} bytes in one SPI transaction, at most ${maxTransactionBytes} (${BUFSIZ_PATH}; write "spidev.bufsiz=<bytes>" on the kernel's command line for more)`,
      {
        details: { ...details, limit: 'maxTransactionBytes', value: maxTransactionBytes },
        errno: 'EMSGSIZE',
      },
    );
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
