import type { Clock } from '../contract/clock.ts';
import type { GpioLine, GpioLineRequest } from '../contract/gpio.ts';
import type { Hal, HalCapabilities, HalInfo } from '../contract/hal.ts';
import type { I2cBus, I2cBusRequest } from '../contract/i2c.ts';
import type { MmioWindow, MmioWindowRequest } from '../contract/mmio.ts';
import type { PwmChannel, PwmChannelRequest } from '../contract/pwm.ts';
import type { SpiDevice, SpiDeviceRequest } from '../contract/spi.ts';
import type { UartPort, UartPortRequest } from '../contract/uart.ts';
import { requestArguments } from './call-arguments.ts';
import {
  RecordedGpioLine,
  RecordedI2cBus,
  RecordedMmioWindow,
  RecordedPwmChannel,
  RecordedSpiDevice,
  RecordedUartPort,
} from './recorded-handles.ts';
import type { JsonRecord } from './recording-entry.ts';
import { type RecordingOptions, type RecordingSink, RecordingWriter } from './recording-writer.ts';

/** A backend whose calls and events are written down. */
export interface RecordingHal extends Hal {
  /** Calls and events that are written. */
  readonly entryCount: number;
  /** Calls and events that are not. Above 0 the recording is incomplete. */
  readonly droppedCount: number;
  /** Takes this moment for the start of the recording; otherwise its first call is. Idempotent. */
  begin(): void;
  /**
   * Notes when the app was asked to stop, so that its replay is asked then: after the one moment, when it did not know, and not after
   * the other, when it saw the request (default: the moment of the request is known). The first note counts.
   */
  noteStop(afterNs: bigint, seenNs?: bigint): void;
  /**
   * Writes the last line; what is called after it is not recorded. Idempotent. Throws RecordingError RECORDING_INCOMPLETE, each
   * time, when a limit was reached or the sink threw.
   */
  finish(): void;
}

/**
 * Records everything that is done with `hal` into `sink`, as JSON Lines: each call with its arguments, what it returned or
 * threw, its time on `clock` and how long it took, and each event as it is handed out. Behaves as `hal` does. Owns
 * neither of the three. The format is in docs/how-to/record-and-replay.md.
 */
export function recordHal(
  hal: Hal,
  clock: Clock,
  sink: RecordingSink,
  options: RecordingOptions = {},
): RecordingHal {
  return new WritingHal(hal, new RecordingWriter(hal, clock, sink, options));
}

class WritingHal implements RecordingHal {
  readonly #hal: Hal;
  readonly #writer: RecordingWriter;

  constructor(hal: Hal, writer: RecordingWriter) {
    this.#hal = hal;
    this.#writer = writer;
  }

  get capabilities(): HalCapabilities {
    return this.#hal.capabilities;
  }

  get entryCount(): number {
    return this.#writer.entryCount;
  }

  get droppedCount(): number {
    return this.#writer.droppedCount;
  }

  info(): HalInfo {
    return this.#hal.info();
  }

  begin(): void {
    this.#writer.begin();
  }

  noteStop(afterNs: bigint, seenNs?: bigint): void {
    this.#writer.noteStop(afterNs, seenNs);
  }

  finish(): void {
    this.#writer.finish();
  }

  openGpioLine(request: GpioLineRequest): GpioLine {
    const { device, handle } = this.#open(
      'openGpioLine',
      request,
      () => this.#hal.openGpioLine(request),
      (line) => ({
        offset: line.offset,
        direction: line.direction,
      }),
    );
    return new RecordedGpioLine(device, handle, this.#writer);
  }

  openI2cBus(request: I2cBusRequest): I2cBus {
    const { device, handle } = this.#open(
      'openI2cBus',
      request,
      () => this.#hal.openI2cBus(request),
      (bus) => ({
        bus: bus.bus,
        capabilities: { ...bus.capabilities },
      }),
    );
    return new RecordedI2cBus(device, handle, this.#writer);
  }

  openSpiDevice(request: SpiDeviceRequest): SpiDevice {
    const { device, handle } = this.#open(
      'openSpiDevice',
      request,
      () => this.#hal.openSpiDevice(request),
      (spi) => ({
        capabilities: { ...spi.capabilities },
      }),
    );
    return new RecordedSpiDevice(device, handle, this.#writer);
  }

  openUartPort(request: UartPortRequest): UartPort {
    const { device, handle } = this.#open(
      'openUartPort',
      request,
      () => this.#hal.openUartPort(request),
      () => ({}),
    );
    return new RecordedUartPort(device, handle, this.#writer);
  }

  openMmioWindow(request: MmioWindowRequest): MmioWindow {
    const { device, handle } = this.#open(
      'openMmioWindow',
      request,
      () => this.#hal.openMmioWindow(request),
      (window) => ({ byteLength: window.byteLength, widths: [...window.widths] }),
    );
    return new RecordedMmioWindow(device, handle, this.#writer);
  }

  openPwmChannel(request: PwmChannelRequest): PwmChannel {
    const { device, handle } = this.#open(
      'openPwmChannel',
      request,
      () => this.#hal.openPwmChannel(request),
      ({ channel, polarity }) => ({ channel, polarity }),
    );
    return new RecordedPwmChannel(device, handle, this.#writer);
  }

  openHandleCount(): number {
    return this.#hal.openHandleCount();
  }

  close(): void {
    this.#writer.call({ call: 'close', args: {} }, () => this.#hal.close());
  }

  #open<Device>(
    call: string,
    request: { readonly consumer: string },
    open: () => Device,
    properties: (device: Device) => JsonRecord,
  ): { readonly device: Device; readonly handle: number } {
    let handle = 0;
    const recorded = { call, consumer: request.consumer, args: requestArguments(request) };
    const device = this.#writer.call(recorded, open, (opened) => {
      handle = this.#writer.nextHandle(request.consumer);
      return { handle, result: properties(opened) };
    });
    return { device, handle };
  }
}
