import type { WorldClock } from '../../contract/clock.ts';
import { SysError } from '../sys.ts';
import { type FakeFile, type FakeIoctl, POLLERR, POLLHUP, POLLIN, viewOf } from './fake-file.test-support.ts';
import type { FakeGpioChip } from './fake-gpio-chip.test-support.ts';
import {
  flag,
  gpioRequest,
  type LineRequestFields,
  type LineSettings,
  parseLineConfig,
  size,
} from './fake-gpio-structures.test-support.ts';
import type { FakeLevel } from './fake-pads.test-support.ts';

const RISING = 1;
const FALLING = 2;
const NS_PER_US = 1_000n;

interface RequestedLine {
  readonly offset: number;
  settings: LineSettings;
  /** Level after debouncing; undefined while there is no debouncer. */
  debounced: FakeLevel | undefined;
  cancel: (() => void) | undefined;
  sequence: number;
}

/** Lines that were requested together: what the descriptor of GPIO_V2_GET_LINE stands for (`struct linereq` of gpiolib-cdev.c). */
export class FakeLineRequest implements FakeFile {
  readonly #chip: FakeGpioChip;
  readonly #clock: WorldClock;
  readonly #capacity: number;
  readonly #lines: RequestedLine[];
  readonly #events: Uint8Array[] = [];
  readonly #stopListening: () => void;
  #sequence = 0;

  /** The lines are the request's already. */
  constructor(chip: FakeGpioChip, clock: WorldClock, fields: LineRequestFields) {
    this.#chip = chip;
    this.#clock = clock;
    this.#capacity = fields.eventBufferSize;
    this.#lines = fields.offsets.map((offset, index) => ({
      offset,
      settings: fields.lines[index] as LineSettings,
      debounced: undefined,
      cancel: undefined,
      sequence: 0,
    }));
    this.#stopListening = chip.pads.listen((offset, level) => this.#changed(offset, level));
    for (const line of this.#lines) this.#apply(line, line.settings);
  }

  ioctl({ request, argument, memory }: FakeIoctl): number {
    if (this.#chip.isRemoved) throw new SysError('ENODEV', 'ioctl');
    switch (request) {
      case gpioRequest.getValues:
        this.#getValues(memory.at(argument, size.lineValues));
        return 0;
      case gpioRequest.setValues:
        this.#setValues(memory.at(argument, size.lineValues));
        return 0;
      case gpioRequest.setConfig: {
        const settings = parseLineConfig(memory.at(argument, size.lineConfig), this.#lines.length);
        for (const [index, line] of this.#lines.entries()) this.#apply(line, settings[index] as LineSettings);
        return 0;
      }
      default:
        throw new SysError('EINVAL', 'ioctl');
    }
  }

  read(byteLength: number): Uint8Array {
    if (this.#chip.isRemoved) throw new SysError('ENODEV', 'read');
    if (byteLength < size.lineEvent) throw new SysError('EINVAL', 'read');
    const taken = this.#events.splice(0, Math.floor(byteLength / size.lineEvent));
    const bytes = new Uint8Array(taken.length * size.lineEvent);
    for (const [index, event] of taken.entries()) bytes.set(event, index * size.lineEvent);
    return bytes;
  }

  poll(): number {
    if (this.#chip.isRemoved) return POLLERR | POLLHUP;
    return this.#events.length > 0 ? POLLIN : 0;
  }

  release(): void {
    this.#stopListening();
    for (const line of this.#lines) {
      line.cancel?.();
      this.#chip.releaseLine(line.offset);
    }
  }

  #getValues(bytes: Uint8Array): void {
    const lines = this.#masked(bytes);
    let bits = 0n;
    for (const { line, bit } of lines) if (this.#logical(line) === 1) bits |= bit;
    viewOf(bytes).setBigUint64(0, bits, true);
  }

  #setValues(bytes: Uint8Array): void {
    const lines = this.#masked(bytes);
    if (lines.some(({ line }) => (line.settings.flags & flag.output) === 0n)) {
      throw new SysError('EPERM', 'ioctl');
    }
    const bits = viewOf(bytes).getBigUint64(0, true);
    for (const { line, bit } of lines) {
      this.#chip.drive(line.offset, line.settings.flags, (bits & bit) === 0n ? 0 : 1);
    }
  }

  #masked(bytes: Uint8Array) {
    const mask = viewOf(bytes).getBigUint64(8, true);
    const lines = this.#lines
      .map((line, index) => ({ line, bit: 1n << BigInt(index) }))
      .filter(({ bit }) => (mask & bit) !== 0n);
    if (lines.length === 0) throw new SysError('EINVAL', 'ioctl');
    return lines;
  }

  #apply(line: RequestedLine, settings: LineSettings): void {
    const wantsEdges = (settings.flags & (flag.rising | flag.falling)) !== 0n;
    // gpiod_to_irq of a chip that has no interrupts.
    const lacksInterrupts = !this.#chip.hasInterrupts && (wantsEdges || settings.debounceUs > 0);
    this.#chip.configure(line.offset, settings.flags, settings.value);
    if (lacksInterrupts) throw new SysError('ENXIO', 'ioctl');
    line.settings = settings;
    line.cancel?.();
    line.cancel = undefined;
    line.debounced = settings.debounceUs > 0 ? this.#chip.pads.level(line.offset) : undefined;
  }

  #logical(line: RequestedLine): FakeLevel {
    const level = line.debounced ?? this.#chip.pads.level(line.offset);
    return (line.settings.flags & flag.activeLow) === 0n ? level : ((1 - level) as FakeLevel);
  }

  #changed(offset: number, level: FakeLevel): void {
    const line = this.#lines.find((each) => each.offset === offset);
    if (line === undefined || this.#chip.isRemoved) return;
    if (line.debounced === undefined) {
      this.#edge(line, level);
      return;
    }
    line.cancel?.();
    const settledNs = this.#clock.nowNs() + BigInt(line.settings.debounceUs) * NS_PER_US;
    line.cancel = this.#clock.schedule(settledNs, () => {
      const settled = this.#chip.pads.level(offset);
      if (settled === line.debounced) return;
      line.debounced = settled;
      this.#edge(line, settled);
    });
  }

  #edge(line: RequestedLine, level: FakeLevel): void {
    const { flags } = line.settings;
    const isRising = (level === 1) === ((flags & flag.activeLow) === 0n);
    if ((flags & (isRising ? flag.rising : flag.falling)) === 0n) return;
    line.sequence += 1;
    this.#sequence += 1;
    const event = new Uint8Array(size.lineEvent);
    const view = viewOf(event);
    view.setBigUint64(0, this.#clock.nowNs(), true);
    view.setUint32(8, isRising ? RISING : FALLING, true);
    view.setUint32(12, line.offset, true);
    view.setUint32(16, this.#sequence, true);
    view.setUint32(20, line.sequence, true);
    if (this.#events.length >= this.#capacity) this.#events.shift();
    this.#events.push(event);
  }
}
