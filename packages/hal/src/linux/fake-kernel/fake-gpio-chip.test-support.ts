import type { WorldClock } from '../../contract/clock.ts';
import { SysError } from '../sys.ts';
import { type FakeDevice, type FakeFile, type FakeIoctl, viewOf } from './fake-file.test-support.ts';
import { FakeLineRequest } from './fake-gpio-request.test-support.ts';
import { flag, gpioRequest, parseLineRequest, putText, size } from './fake-gpio-structures.test-support.ts';
import { type FakeLevel, FakePads } from './fake-pads.test-support.ts';

export interface FakeGpioChipOptions {
  readonly clock: WorldClock;
  readonly name?: string;
  readonly label: string;
  readonly lineCount: number;
  /** By offset. Default `GPIO<offset>`. */
  readonly lineNames?: readonly string[];
  /** False for chips such as raspberrypi-exp-gpio. Default true. */
  readonly hasInterrupts?: boolean;
  /** Outputs stay outputs when they are released, as on the Raspberry Pi's own kernels. Default false (mainline). */
  readonly keepsOutputs?: boolean;
}

interface LineState {
  name: string;
  consumer: string;
  isUsed: boolean;
  /** Of the last request: the kernel goes on reporting it after the release. */
  flags: bigint;
}

/** A GPIO chip with its character device, second version of the interface. */
export class FakeGpioChip implements FakeDevice {
  readonly pads: FakePads;
  readonly hasInterrupts: boolean;
  isRemoved = false;
  readonly #options: FakeGpioChipOptions;
  readonly #lines: LineState[];

  constructor(options: FakeGpioChipOptions) {
    this.#options = options;
    this.hasInterrupts = options.hasInterrupts ?? true;
    this.pads = new FakePads(options.lineCount);
    this.#lines = Array.from({ length: options.lineCount }, (_, offset) => ({
      name: options.lineNames === undefined ? `GPIO${offset}` : (options.lineNames[offset] ?? ''),
      consumer: '',
      isUsed: false,
      flags: flag.input,
    }));
  }

  /** Takes a line for a driver of the kernel. */
  claim(offset: number, consumer: string): void {
    Object.assign(this.#line(offset), { consumer, isUsed: true });
  }

  isUsed(offset: number): boolean {
    return this.#line(offset).isUsed;
  }

  get usedCount(): number {
    return this.#lines.filter(({ isUsed }) => isUsed).length;
  }

  open(): FakeFile {
    if (this.isRemoved) throw new SysError('ENODEV', 'open');
    return { ioctl: (call) => this.#ioctl(call) };
  }

  /** Sets direction, bias and, for an output, the first level. */
  configure(offset: number, flags: bigint, value: FakeLevel): void {
    const line = this.#line(offset);
    // Neither direction: the line stays as it is.
    if ((flags & (flag.input | flag.output)) === 0n) return;
    line.flags = flags;
    if ((flags & flag.pullUp) !== 0n) this.pads.configure(offset, { pull: 1 });
    else if ((flags & flag.pullDown) !== 0n) this.pads.configure(offset, { pull: 0 });
    else if ((flags & flag.noBias) !== 0n) this.pads.configure(offset, { pull: undefined });
    if ((flags & flag.output) === 0n) this.pads.configure(offset, { driven: undefined });
    else this.drive(offset, flags, value);
  }

  drive(offset: number, flags: bigint, value: FakeLevel): void {
    const level = (flags & flag.activeLow) === 0n ? value : ((1 - value) as FakeLevel);
    const letsGo =
      ((flags & flag.openDrain) !== 0n && level === 1) || ((flags & flag.openSource) !== 0n && level === 0);
    this.pads.configure(offset, { driven: letsGo ? undefined : level });
  }

  releaseLine(offset: number): void {
    Object.assign(this.#line(offset), { consumer: '', isUsed: false });
    if (this.#options.keepsOutputs !== true) this.pads.configure(offset, { driven: undefined });
  }

  #ioctl({ request, argument, memory, install }: FakeIoctl): number {
    if (this.isRemoved) throw new SysError('ENODEV', 'ioctl');
    switch (request) {
      case gpioRequest.chipInfo:
        this.#chipInfo(memory.at(argument, size.chipInfo));
        return 0;
      case gpioRequest.lineInfo:
        this.#lineInfo(memory.at(argument, size.lineInfo));
        return 0;
      case gpioRequest.line: {
        const bytes = memory.at(argument, size.lineRequest);
        const descriptor = install(this.#request(bytes));
        viewOf(bytes).setInt32(588, descriptor, true);
        return 0;
      }
      default:
        throw new SysError('EINVAL', 'ioctl');
    }
  }

  #chipInfo(bytes: Uint8Array): void {
    bytes.fill(0);
    putText(bytes, 0, this.#options.name ?? 'gpiochip0');
    putText(bytes, 32, this.#options.label);
    viewOf(bytes).setUint32(64, this.#options.lineCount, true);
  }

  #lineInfo(bytes: Uint8Array): void {
    const offset = viewOf(bytes).getUint32(64, true);
    if (bytes.subarray(240).some((byte) => byte !== 0)) throw new SysError('EINVAL', 'ioctl');
    const line = this.#line(offset);
    bytes.fill(0);
    putText(bytes, 0, line.name);
    putText(bytes, 32, line.consumer);
    viewOf(bytes).setUint32(64, offset, true);
    viewOf(bytes).setBigUint64(72, line.flags | (line.isUsed ? flag.used : 0n), true);
  }

  #request(bytes: Uint8Array): FakeLineRequest {
    const fields = parseLineRequest(bytes);
    const taken: number[] = [];
    try {
      for (const offset of fields.offsets) {
        const line = this.#line(offset);
        if (line.isUsed) throw new SysError('EBUSY', 'ioctl');
        // A line without a consumer shows as "?" since 5.x: `gpiod_request_user` takes the label as it is.
        Object.assign(line, { isUsed: true, consumer: fields.consumer });
        taken.push(offset);
      }
      return new FakeLineRequest(this, this.#options.clock, fields);
    } catch (error) {
      for (const offset of taken) this.releaseLine(offset);
      throw error;
    }
  }

  #line(offset: number): LineState {
    const line = this.#lines[offset];
    if (line === undefined) throw new SysError('EINVAL', 'ioctl');
    return line;
  }
}
