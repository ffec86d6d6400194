import type { HalEventSink } from '../contract/event.ts';
import { HOST_WATCH_TOKEN } from '../contract/event.ts';
import type { EdgeWatchOptions, GpioLine, Level, LineDirection } from '../contract/gpio.ts';
import type { I2cBus, I2cCapabilities, I2cOperation } from '../contract/i2c.ts';
import type { MmioWidth, MmioWindow } from '../contract/mmio.ts';
import type { PwmChannel, PwmPolarity, PwmState } from '../contract/pwm.ts';
import type { SpiCapabilities, SpiDevice, SpiOperation } from '../contract/spi.ts';
import type { UartPort, UartWatchOptions } from '../contract/uart.ts';
import { edgeWatchArguments, i2cArguments, readBytes, spiArguments } from './call-arguments.ts';
import { type JsonRecord, type JsonValue, toHex } from './recording-entry.ts';
import type { RecordingWriter } from './recording-writer.ts';

/** What all recorded handles do. */
abstract class RecordedHandle {
  protected readonly handle: number;
  protected readonly writer: RecordingWriter;
  readonly #close: () => void;
  #closed = false;

  constructor(handle: number, writer: RecordingWriter, close: () => void) {
    this.handle = handle;
    this.writer = writer;
    this.#close = close;
  }

  /** Closing again does nothing, and how often it is done depends on who sits between: it is not recorded. */
  close(): void {
    if (this.#closed) {
      this.#close();
      return;
    }
    this.#closed = true;
    this.call('close', {}, this.#close);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  protected call<Returned>(
    call: string,
    args: JsonRecord,
    make: () => Returned,
    result?: (returned: Returned) => JsonValue,
  ): Returned {
    return this.writer.call({ call, on: this.handle, args }, make, (returned) =>
      result === undefined ? {} : { result: result(returned) },
    );
  }

  /** Writes each event down before the consumer gets it. */
  protected recorded(sink: HalEventSink): HalEventSink {
    return {
      push: (event) => {
        this.writer.event(this.handle, event);
        sink.push(event);
      },
    };
  }
}

export class RecordedGpioLine extends RecordedHandle implements GpioLine {
  readonly #line: GpioLine;

  constructor(line: GpioLine, handle: number, writer: RecordingWriter) {
    super(handle, writer, () => line.close());
    this.#line = line;
  }

  get offset(): number {
    return this.#line.offset;
  }

  get direction(): LineDirection {
    return this.#line.direction;
  }

  read(): Level {
    return this.call('read', {}, () => this.#line.read(), asIs);
  }

  write(level: Level): void {
    this.call('write', { level }, () => this.#line.write(level));
  }

  watch(options: EdgeWatchOptions): void {
    const sink = this.recorded(options.sink);
    this.call('watch', edgeWatchArguments(options), () => this.#line.watch({ ...options, sink }));
  }

  unwatch(): void {
    this.call('unwatch', {}, () => this.#line.unwatch());
  }
}

export class RecordedI2cBus extends RecordedHandle implements I2cBus {
  readonly #bus: I2cBus;

  constructor(bus: I2cBus, handle: number, writer: RecordingWriter) {
    super(handle, writer, () => bus.close());
    this.#bus = bus;
  }

  get bus(): number {
    return this.#bus.bus;
  }

  get capabilities(): I2cCapabilities {
    return this.#bus.capabilities;
  }

  transaction(address: number, operations: readonly I2cOperation[]): void {
    this.call(
      'transaction',
      i2cArguments(address, operations),
      () => this.#bus.transaction(address, operations),
      () => readBytes(operations),
    );
  }
}

export class RecordedSpiDevice extends RecordedHandle implements SpiDevice {
  readonly #device: SpiDevice;

  constructor(device: SpiDevice, handle: number, writer: RecordingWriter) {
    super(handle, writer, () => device.close());
    this.#device = device;
  }

  get capabilities(): SpiCapabilities {
    return this.#device.capabilities;
  }

  transaction(operations: readonly SpiOperation[]): void {
    this.call(
      'transaction',
      spiArguments(operations),
      () => this.#device.transaction(operations),
      () => readBytes(operations),
    );
  }
}

export class RecordedUartPort extends RecordedHandle implements UartPort {
  readonly #port: UartPort;
  #hostWatched = false;

  constructor(port: UartPort, handle: number, writer: RecordingWriter) {
    super(handle, writer, () => port.close());
    this.#port = port;
  }

  read(buffer: Uint8Array, deadlineNs: bigint): number {
    return this.call(
      'read',
      { length: buffer.length, deadline: this.writer.relative(deadlineNs) },
      () => this.#port.read(buffer, deadlineNs),
      (count) => toHex(buffer.subarray(0, count)),
    );
  }

  write(bytes: Uint8Array, deadlineNs: bigint): number {
    return this.call(
      'write',
      { bytes: toHex(bytes), deadline: this.writer.relative(deadlineNs) },
      () => this.#port.write(bytes, deadlineNs),
      asIs,
    );
  }

  flush(deadlineNs: bigint): void {
    const args = { deadline: this.writer.relative(deadlineNs) };
    this.call('flush', args, () => this.#port.flush(deadlineNs));
  }

  available(): number {
    return this.call('available', {}, () => this.#port.available(), asIs);
  }

  /**
   * The broker watches each port for itself. The app never sees that, nor would its replay do it: the first such watch is left
   * out, and a later one, which ends that of the app, is what the app asked for.
   */
  watch(options: UartWatchOptions): void {
    const isHosts = options.token === HOST_WATCH_TOKEN;
    if (isHosts && !this.#hostWatched) {
      this.#hostWatched = true;
      this.#port.watch(options);
      return;
    }
    if (isHosts) {
      this.call('unwatch', {}, () => this.#port.watch(options));
      return;
    }
    const sink = this.recorded(options.sink);
    this.call('watch', {}, () => this.#port.watch({ ...options, sink }));
  }

  unwatch(): void {
    this.call('unwatch', {}, () => this.#port.unwatch());
  }
}

export class RecordedMmioWindow extends RecordedHandle implements MmioWindow {
  readonly #window: MmioWindow;

  constructor(window: MmioWindow, handle: number, writer: RecordingWriter) {
    super(handle, writer, () => window.close());
    this.#window = window;
  }

  get byteLength(): number {
    return this.#window.byteLength;
  }

  get widths(): readonly MmioWidth[] {
    return this.#window.widths;
  }

  read(offset: number, width: MmioWidth): number {
    return this.call('read', { offset, width }, () => this.#window.read(offset, width), asIs);
  }

  write(offset: number, width: MmioWidth, value: number): void {
    this.call('write', { offset, width, value }, () => this.#window.write(offset, width, value));
  }

  modify(offset: number, width: MmioWidth, mask: number, value: number): void {
    const args = { offset, width, mask, value };
    this.call('modify', args, () => this.#window.modify(offset, width, mask, value));
  }
}

export class RecordedPwmChannel extends RecordedHandle implements PwmChannel {
  readonly #channel: PwmChannel;

  constructor(channel: PwmChannel, handle: number, writer: RecordingWriter) {
    super(handle, writer, () => channel.close());
    this.#channel = channel;
  }

  get channel(): number {
    return this.#channel.channel;
  }

  get polarity(): PwmPolarity {
    return this.#channel.polarity;
  }

  state(): PwmState {
    return this.call(
      'state',
      {},
      () => this.#channel.state(),
      ({ periodNs, dutyNs, enabled }) => ({ periodNs, dutyNs, enabled }),
    );
  }

  setDutyNs(dutyNs: number): void {
    this.call('setDutyNs', { dutyNs }, () => this.#channel.setDutyNs(dutyNs));
  }

  setPeriod(periodNs: number, dutyNs: number): void {
    this.call('setPeriod', { periodNs, dutyNs }, () => this.#channel.setPeriod(periodNs, dutyNs));
  }

  enable(): void {
    this.call('enable', {}, () => this.#channel.enable());
  }

  disable(): void {
    this.call('disable', {}, () => this.#channel.disable());
  }
}

const asIs = (value: number): number => value;
