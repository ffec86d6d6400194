import type { GpioLine, GpioLineRequest } from '../contract/gpio.ts';
import type { Hal, HalCapabilities, HalInfo } from '../contract/hal.ts';
import type { I2cBus, I2cBusRequest } from '../contract/i2c.ts';
import type { MmioWindow, MmioWindowRequest } from '../contract/mmio.ts';
import type { PwmChannel, PwmChannelRequest } from '../contract/pwm.ts';
import type { SpiDevice, SpiDeviceRequest } from '../contract/spi.ts';
import type { UartPort, UartPortRequest } from '../contract/uart.ts';
import { VirtualClock } from '../mock/virtual-clock.ts';
import { requestArguments } from './call-arguments.ts';
import type { Recording } from './parse-recording.ts';
import type { CallEntry, JsonRecord } from './recording-entry.ts';
import { RecordingError } from './recording-error.ts';
import { ReplaySession, throwRecorded } from './replay-session.ts';
import {
  type OpenedHandle,
  ReplayedGpioLine,
  ReplayedI2cBus,
  ReplayedMmioWindow,
  ReplayedPwmChannel,
  ReplayedSpiDevice,
} from './replayed-handles.ts';
import { ReplayedUartPort } from './replayed-uart-port.ts';

export interface ReplayOptions {
  /** Replays what there is of an incomplete recording; the first call after it is RECORDING_INCOMPLETE. Default false. */
  readonly allowIncomplete?: boolean;
}

/** A recording as a backend. */
export interface ReplayHal extends Hal {
  /** Virtual time that begins with that of the recording. Waiting and calls move it, events come with it. */
  readonly clock: VirtualClock;
  /** When the app was asked to stop (`noteStop`), or else when the recording ended, ns since the start. */
  readonly stopNs: number;
  /** The first difference, once there was one. Every call after it throws it again; closing does not. */
  readonly difference: RecordingError | undefined;
  /**
   * Ends the replay. Throws the first difference, RECORDING_DIFFERS also when a recorded call was not made. Calls that close
   * may be missing.
   */
  finish(): void;
}

/**
 * Plays a recording back: the same calls in the same order get the recorded answers and errors, and events come at
 * their recorded times, on a virtual clock. Each consumer has its own order. A call that differs throws RecordingError
 * RECORDING_DIFFERS with the first difference: its index, what was recorded, what was called. Deadlines and event tokens
 * are not compared. Throws RECORDING_INCOMPLETE for a recording that lacks something.
 */
export function createReplayHal(recording: Recording, options: ReplayOptions = {}): ReplayHal {
  if (recording.incomplete !== undefined && options.allowIncomplete !== true) {
    throw new RecordingError('RECORDING_INCOMPLETE', `the recording is incomplete: ${recording.incomplete}`);
  }
  const { startNs, wallNs } = recording;
  const clock = new VirtualClock({ wallStartNs: wallNs - startNs });
  clock.advanceTo(startNs);
  return new PlayingHal(new ReplaySession(recording, clock));
}

class PlayingHal implements ReplayHal {
  readonly clock: VirtualClock;
  readonly stopNs: number;
  readonly #session: ReplaySession;
  readonly #open = new Set<{ readonly isClosed: boolean }>();

  constructor(session: ReplaySession) {
    this.#session = session;
    this.clock = session.clock;
    const { stopNs, endNs } = session.recording;
    this.stopNs = stopNs ?? endNs;
  }

  get capabilities(): HalCapabilities {
    return this.#session.recording.capabilities;
  }

  get difference(): RecordingError | undefined {
    return this.#session.failure;
  }

  info(): HalInfo {
    return this.#session.recording.info;
  }

  finish(): void {
    this.#session.end();
  }

  openGpioLine(request: GpioLineRequest): GpioLine {
    return this.#kept('openGpioLine', request, (opened) => new ReplayedGpioLine(opened));
  }

  openI2cBus(request: I2cBusRequest): I2cBus {
    return this.#kept('openI2cBus', request, (opened) => new ReplayedI2cBus(opened));
  }

  openSpiDevice(request: SpiDeviceRequest): SpiDevice {
    return this.#kept('openSpiDevice', request, (opened) => new ReplayedSpiDevice(opened));
  }

  openUartPort(request: UartPortRequest): UartPort {
    return this.#kept('openUartPort', request, (opened) => {
      return new ReplayedUartPort(opened, `serial port ${request.port} (${request.consumer})`);
    });
  }

  openMmioWindow(request: MmioWindowRequest): MmioWindow {
    return this.#kept('openMmioWindow', request, (opened) => new ReplayedMmioWindow(opened));
  }

  openPwmChannel(request: PwmChannelRequest): PwmChannel {
    return this.#kept('openPwmChannel', request, (opened) => new ReplayedPwmChannel(opened));
  }

  openHandleCount(): number {
    return this.#open.size;
  }

  close(): void {
    this.#open.clear();
    const entry = this.#session.takeClose();
    if (entry !== undefined && this.#session.failure === undefined) throwRecorded(entry);
  }

  #kept<Handle extends { readonly isClosed: boolean }>(
    call: string,
    request: { readonly consumer: string },
    make: (opened: OpenedHandle) => Handle,
  ): Handle {
    const { consumer } = request;
    const replayed = { call, on: undefined, consumer, args: requestArguments(request) };
    const entry: CallEntry = this.#session.take(replayed);
    throwRecorded(entry);
    const { handle } = entry;
    const properties = entry.result as JsonRecord | undefined;
    if (handle === undefined || properties === undefined) return this.#session.misfit(replayed, entry);
    const opened: OpenedHandle = {
      session: this.#session,
      handle,
      consumer,
      properties,
      onClose: () => this.#open.delete(device),
    };
    const device = make(opened);
    this.#open.add(device);
    return device;
  }
}
