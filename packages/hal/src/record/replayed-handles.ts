import type { EdgeWatchOptions, GpioLine, Level, LineDirection } from '../contract/gpio.ts';
import type { I2cBus, I2cCapabilities, I2cOperation } from '../contract/i2c.ts';
import type { MmioWidth, MmioWindow } from '../contract/mmio.ts';
import type { PwmChannel, PwmPolarity, PwmState } from '../contract/pwm.ts';
import type { SpiCapabilities, SpiDevice, SpiOperation } from '../contract/spi.ts';
import { edgeWatchArguments, fillReadBuffers, i2cArguments, spiArguments } from './call-arguments.ts';
import type { CallEntry, JsonRecord } from './recording-entry.ts';
import {
  type ReplayedCall,
  type ReplayedWatch,
  type ReplaySession,
  throwRecorded,
} from './replay-session.ts';

/** What a recorded open gave. */
export interface OpenedHandle {
  readonly session: ReplaySession;
  readonly handle: number;
  readonly consumer: string;
  /** What the handle tells about itself. */
  readonly properties: JsonRecord;
  onClose(): void;
}

/** What all replayed handles do. */
export abstract class ReplayedHandle {
  protected readonly opened: OpenedHandle;
  #closed = false;

  constructor(opened: OpenedHandle) {
    this.opened = opened;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Never fails because the replay has: whoever cleans up after a difference must come to its end. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const { session, handle } = this.opened;
    this.opened.onClose();
    if (session.failure !== undefined) return;
    try {
      throwRecorded(session.take(this.describe('close', {})));
    } finally {
      session.watches.delete(handle);
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  protected describe(call: string, args: JsonRecord): ReplayedCall {
    const { handle, consumer } = this.opened;
    return { call, on: handle, consumer, args };
  }

  /** Makes the call and throws what the recorded one threw. */
  protected take(call: string, args: JsonRecord): CallEntry {
    const entry = this.opened.session.take(this.describe(call, args));
    throwRecorded(entry);
    return entry;
  }

  protected takeNumber(call: string, args: JsonRecord): number {
    const entry = this.take(call, args);
    if (typeof entry.result === 'number') return entry.result;
    return this.opened.session.misfit(this.describe(call, args), entry);
  }

  protected transact(args: JsonRecord, operations: readonly SpiOperation[]): void {
    const entry = this.take('transaction', args);
    if (!fillReadBuffers(operations, entry.result)) {
      this.opened.session.misfit(this.describe('transaction', args), entry);
    }
  }

  /** The watch before goes on when the recorded call failed. */
  protected startWatch(args: JsonRecord, watch: ReplayedWatch): void {
    const { session, handle } = this.opened;
    this.take('watch', args);
    session.watches.set(handle, watch);
  }

  protected endWatch(): void {
    const { session, handle } = this.opened;
    this.take('unwatch', {});
    session.watches.delete(handle);
  }
}

export class ReplayedGpioLine extends ReplayedHandle implements GpioLine {
  get offset(): number {
    return this.opened.properties['offset'] as number;
  }

  get direction(): LineDirection {
    return this.opened.properties['direction'] as LineDirection;
  }

  read(): Level {
    return this.takeNumber('read', {}) as Level;
  }

  write(level: Level): void {
    this.take('write', { level });
  }

  watch(options: EdgeWatchOptions): void {
    const { sink, token } = options;
    this.startWatch(edgeWatchArguments(options), { sink, token });
  }

  unwatch(): void {
    this.endWatch();
  }
}

export class ReplayedI2cBus extends ReplayedHandle implements I2cBus {
  get bus(): number {
    return this.opened.properties['bus'] as number;
  }

  get capabilities(): I2cCapabilities {
    return this.opened.properties['capabilities'] as unknown as I2cCapabilities;
  }

  transaction(address: number, operations: readonly I2cOperation[]): void {
    this.transact(i2cArguments(address, operations), operations);
  }
}

export class ReplayedSpiDevice extends ReplayedHandle implements SpiDevice {
  get capabilities(): SpiCapabilities {
    return this.opened.properties['capabilities'] as unknown as SpiCapabilities;
  }

  transaction(operations: readonly SpiOperation[]): void {
    this.transact(spiArguments(operations), operations);
  }
}

export class ReplayedMmioWindow extends ReplayedHandle implements MmioWindow {
  get byteLength(): number {
    return this.opened.properties['byteLength'] as number;
  }

  get widths(): readonly MmioWidth[] {
    return this.opened.properties['widths'] as readonly MmioWidth[];
  }

  read(offset: number, width: MmioWidth): number {
    return this.takeNumber('read', { offset, width });
  }

  write(offset: number, width: MmioWidth, value: number): void {
    this.take('write', { offset, width, value });
  }

  modify(offset: number, width: MmioWidth, mask: number, value: number): void {
    this.take('modify', { offset, width, mask, value });
  }
}

export class ReplayedPwmChannel extends ReplayedHandle implements PwmChannel {
  get channel(): number {
    return this.opened.properties['channel'] as number;
  }

  get polarity(): PwmPolarity {
    return this.opened.properties['polarity'] as PwmPolarity;
  }

  state(): PwmState {
    const entry = this.take('state', {});
    const { periodNs, dutyNs, enabled } = (entry.result ?? {}) as JsonRecord;
    if (typeof periodNs === 'number' && typeof dutyNs === 'number' && typeof enabled === 'boolean') {
      return { periodNs, dutyNs, enabled };
    }
    return this.opened.session.misfit(this.describe('state', {}), entry);
  }

  setDutyNs(dutyNs: number): void {
    this.take('setDutyNs', { dutyNs });
  }

  setPeriod(periodNs: number, dutyNs: number): void {
    this.take('setPeriod', { periodNs, dutyNs });
  }

  enable(): void {
    this.take('enable', {});
  }

  disable(): void {
    this.take('disable', {});
  }
}
