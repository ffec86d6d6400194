import type { MmioWidth, MmioWindow, MmioWindowRequest } from '../contract/mmio.ts';
import { HalError, type HalErrorDetails } from '../error.ts';
import { closedError } from '../handle-set.ts';
import { registerFileProblem } from '../raspberry-pi/register-files.ts';
import { withErrno } from './errno-error.ts';
import { MMIO_BYTES } from './limits.ts';
import { closeDescriptor } from './native-resources.ts';
import { O_CLOEXEC, O_RDWR, O_SYNC } from './open-flags.ts';
import type { MappedMemory, Sys, SysFiles } from './sys.ts';

/**
 * Registers of a device file, mapped. Accesses are 32 bits wide and atomic operations of JavaScript, which the engine neither
 * joins nor leaves out: that is what a register needs.
 */
export class LinuxMmioWindow implements MmioWindow {
  readonly byteLength: number;
  readonly widths: readonly MmioWidth[] = [32];
  readonly description: string;
  readonly #onClose: (window: LinuxMmioWindow) => void;
  readonly #mapped: MappedMemory;
  /** Undefined once closed: a register that is not mapped any more ends the process. */
  #registers: Uint32Array | undefined;

  /** Throws HAL_NO_SUCH_DEVICE, HAL_PERMISSION, HAL_BAD_ARGUMENT, also for a window that is longer than the device is known to be. */
  constructor(
    sys: Sys,
    files: SysFiles,
    { device, base, byteLength, consumer }: MmioWindowRequest,
    onClose: (window: LinuxMmioWindow) => void,
  ) {
    const details = { device, base, byteLength };
    this.byteLength = byteLength;
    this.description = `mmio ${device}+0x${base.toString(16)} (${consumer})`;
    this.#onClose = onClose;
    const fits =
      Number.isInteger(base) &&
      base >= 0 &&
      base % 4 === 0 &&
      Number.isInteger(byteLength) &&
      byteLength >= 1;
    if (!fits || byteLength > MMIO_BYTES) {
      throw new HalError(
        'HAL_BAD_ARGUMENT',
        `a window has 1 to ${MMIO_BYTES} bytes from a multiple of 4, not ${byteLength} from ${base}`,
        { details, errno: 'EINVAL' },
      );
    }
    if (!device.startsWith('/dev/') || !files.exists(device)) {
      throw new HalError('HAL_NO_SUCH_DEVICE', missingDeviceText(device), { details, errno: 'ENOENT' });
    }
    // Not by its name: a path with ".." or a link leads elsewhere.
    const path = withErrno('open', device, details, () => files.realPath(device));
    if (!path.startsWith('/dev/')) {
      throw new HalError('HAL_NO_SUCH_DEVICE', `${device} is ${path}, which is no device file`, { details });
    }
    const problem =
      registerFileProblem(path, base, byteLength) ?? fileProblem(files, { path, base, byteLength }, details);
    if (problem !== undefined) throw new HalError('HAL_BAD_ARGUMENT', problem, { details, errno: 'EINVAL' });
    const firstPage = base - (base % sys.pageBytes);
    const within = base - firstPage;
    this.#mapped = withErrno('mmio', device, details, () => {
      const fileDescriptor = sys.open(path, O_RDWR | O_SYNC | O_CLOEXEC);
      try {
        return sys.map(fileDescriptor, firstPage, roundUp(within + byteLength, sys.pageBytes));
      } finally {
        // The mapping stays without the descriptor.
        closeDescriptor(sys, fileDescriptor);
      }
    });
    this.#registers = new Uint32Array(this.#mapped.buffer, within, Math.ceil(byteLength / 4));
  }

  read(offset: number, width: MmioWidth): number {
    const registers = this.#check(offset, width);
    return Atomics.load(registers, offset >>> 2);
  }

  write(offset: number, width: MmioWidth, value: number): void {
    const registers = this.#check(offset, width);
    Atomics.store(registers, offset >>> 2, value >>> 0);
  }

  /** No other call of this backend comes between: all of them are made on one thread. */
  modify(offset: number, width: MmioWidth, mask: number, value: number): void {
    const registers = this.#check(offset, width);
    const before = Atomics.load(registers, offset >>> 2);
    Atomics.store(registers, offset >>> 2, ((before & ~mask) | (value & mask)) >>> 0);
  }

  close(): void {
    if (this.#registers === undefined) return;
    this.#registers = undefined;
    this.#onClose(this);
    this.#mapped.unmap();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #check(offset: number, width: MmioWidth): Uint32Array {
    if (this.#registers === undefined) throw closedError(this.description);
    if (width !== 32) {
      throw new HalError('HAL_NOT_SUPPORTED', `${this.description} takes accesses of 32 bits, not ${width}`, {
        details: { width },
      });
    }
    if (!Number.isInteger(offset) || offset < 0 || offset + 4 > this.byteLength) {
      throw new HalError(
        'HAL_MMIO_OUT_OF_RANGE',
        `4 bytes at ${offset} are not within the ${this.byteLength} bytes of ${this.description}`,
        { details: { offset, width, byteLength: this.byteLength } },
      );
    }
    if (offset % 4 !== 0) {
      throw new HalError('HAL_MMIO_MISALIGNED', `offset ${offset} is not a multiple of 4 bytes`, {
        details: { offset, width },
      });
    }
    return this.#registers;
  }
}

/** A page that is mapped beyond the end of a file ends the process when it is touched. */
function fileProblem(
  files: SysFiles,
  { path, base, byteLength }: { path: string; base: number; byteLength: number },
  details: HalErrorDetails,
): string | undefined {
  const bytes = withErrno('open', path, details, () => files.regularFileBytes(path));
  if (bytes === undefined || base + byteLength <= bytes) return undefined;
  return `${path} has ${bytes} bytes, the window goes to ${base + byteLength}`;
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}

function missingDeviceText(device: string): string {
  return `there is no ${device}; a Raspberry Pi's own system has /dev/gpiomem (Pi 5: /dev/gpiomem0), other systems only /dev/mem`;
}
