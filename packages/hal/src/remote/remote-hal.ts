import type { GpioLine, GpioLineRequest } from '../contract/gpio.ts';
import type { Hal, HalCapabilities, HalInfo } from '../contract/hal.ts';
import type { I2cBus, I2cBusRequest } from '../contract/i2c.ts';
import type { MmioWindow, MmioWindowRequest } from '../contract/mmio.ts';
import type { PwmChannel, PwmChannelRequest } from '../contract/pwm.ts';
import type { SpiDevice, SpiDeviceRequest } from '../contract/spi.ts';
import type { UartPort, UartPortRequest } from '../contract/uart.ts';
import type { RemoteChannelBuffers } from './channel.ts';
import { wakeWord } from './channel.ts';
import { EventRingReader } from './event-ring.ts';
import { decodeJson, encodeJson } from './protocol.ts';
import { DEFAULT_CALL_TIMEOUT_MS, RemoteCaller } from './remote-caller.ts';
import { RemoteGpioLine } from './remote-gpio-line.ts';
import type { RemoteConnection, RemoteHandle } from './remote-handle.ts';
import { RemoteI2cBus } from './remote-i2c-bus.ts';
import { RemoteMmioWindow } from './remote-mmio-window.ts';
import { RemotePwmChannel } from './remote-pwm-channel.ts';
import { RemoteSpiDevice } from './remote-spi-device.ts';
import { RemoteUartPort } from './remote-uart-port.ts';
import { RemoteWatches } from './remote-watches.ts';

export interface RemoteHalOptions {
  /** Longest time that one call waits for the broker, milliseconds. Default DEFAULT_CALL_TIMEOUT_MS. */
  readonly callTimeoutMs?: number;
  /** Keeps `stopBetweenNs`, which reads the clock at each look for a request to stop. Default false. */
  readonly timesStop?: boolean;
}

interface RemoteDescription {
  readonly info: HalInfo;
  readonly capabilities: HalCapabilities;
}

/**
 * The hardware of another thread, in a thread that owns no device. Every call blocks until the broker has answered:
 * besides what the contract says, all of them throw HAL_TIMEOUT when it does not, HAL_DISCONNECTED once it has let go of
 * this client, and HAL_TOO_LONG for more bytes than the channel holds (nothing has moved then).
 *
 * Events wait in a bounded ring (the oldest is dropped, counted by `droppedEventCount`, visible as a gap in `sequence`)
 * until `drainEvents`, which the waits of `RemoteClock` call.
 */
export class RemoteHal implements Hal {
  /** Who this client is, for messages. */
  readonly name: string;
  readonly #connection: RemoteConnection;
  readonly #ring: EventRingReader;
  #description: RemoteDescription | undefined;
  #lastGoNs: bigint | undefined;
  #stopSeenNs: bigint | undefined;
  #wakesSeen = 0;

  /** Does not block; the first call waits until the broker has attached the channel. Throws HAL_BAD_ARGUMENT. */
  constructor(buffers: RemoteChannelBuffers, name: string, options: RemoteHalOptions = {}) {
    const caller = new RemoteCaller(buffers, options.callTimeoutMs ?? DEFAULT_CALL_TIMEOUT_MS);
    this.name = name;
    this.#ring = new EventRingReader(buffers.events);
    this.#connection = {
      caller,
      watches: new RemoteWatches(),
      openHandles: new Set<RemoteHandle>(),
      stopRequested: () => {
        const isAsked = Atomics.load(caller.views.wake, wakeWord.stop) !== 0;
        if (options.timesStop === true) {
          if (isAsked) this.#stopSeenNs ??= process.hrtime.bigint();
          else this.#lastGoNs = process.hrtime.bigint();
        }
        return isAsked;
      },
    };
  }

  get capabilities(): HalCapabilities {
    return this.#describe().capabilities;
  }

  info(): HalInfo {
    return this.#describe().info;
  }

  openGpioLine(request: GpioLineRequest): GpioLine {
    this.#open('openGpioLine', request);
    return new RemoteGpioLine(this.#connection, request);
  }

  openI2cBus(request: I2cBusRequest): I2cBus {
    this.#open('openI2cBus', request);
    return new RemoteI2cBus(this.#connection, request);
  }

  openSpiDevice(request: SpiDeviceRequest): SpiDevice {
    this.#open('openSpiDevice', request);
    return new RemoteSpiDevice(this.#connection, request);
  }

  openUartPort(request: UartPortRequest): UartPort {
    this.#open('openUartPort', request);
    return new RemoteUartPort(this.#connection, request);
  }

  openMmioWindow(request: MmioWindowRequest): MmioWindow {
    this.#open('openMmioWindow', request);
    return new RemoteMmioWindow(this.#connection, request);
  }

  openPwmChannel(request: PwmChannelRequest): PwmChannel {
    this.#open('openPwmChannel', request);
    return new RemotePwmChannel(this.#connection, request);
  }

  /** Handles of this client; other clients of the broker have their own count. */
  openHandleCount(): number {
    return this.#connection.openHandles.size;
  }

  /** Closes the handles of this client; the broker goes on. */
  close(): void {
    for (const handle of this.#connection.openHandles) handle.close();
  }

  /**
   * Gives what arrived to the sinks of the watches, oldest first; returns how many. Does not block. Takes at most one
   * ring full, so that a storm of edges cannot keep the caller in here.
   */
  drainEvents(): number {
    for (let count = 0; count < this.#ring.capacity; count += 1) {
      const event = this.#ring.next();
      if (event === undefined) return count;
      this.#connection.watches.deliver(event);
    }
    return this.#ring.capacity;
  }

  /** Events that were dropped because this client did not drain them in time. */
  droppedEventCount(): number {
    return this.#ring.droppedCount();
  }

  /** True once `requestStop` was called on this channel. */
  stopRequested(): boolean {
    return this.#connection.stopRequested();
  }

  /** When `stopRequested` was false last and when it was true first, monotonic ns; undefined unless it was both, and without `timesStop`. */
  get stopBetweenNs(): readonly [bigint, bigint] | undefined {
    if (this.#lastGoNs === undefined || this.#stopSeenNs === undefined) return undefined;
    return [this.#lastGoNs, this.#stopSeenNs];
  }

  /**
   * Blocks until the deadline or until something happened since the last call of this method (an event, a stop
   * request); drains events before it returns. What `RemoteClock.waitUntil` does.
   */
  waitForWake(deadlineNs: bigint): void {
    const { wake } = this.#connection.caller.views;
    const remainingNs = deadlineNs - process.hrtime.bigint();
    if (remainingNs > 0n) {
      // Compared with the last wake that was seen, not with the word now: a wake between two waits is not lost.
      Atomics.wait(wake, wakeWord.wake, this.#wakesSeen, Number(remainingNs) / 1e6);
    }
    this.#wakesSeen = Atomics.load(wake, wakeWord.wake);
    this.drainEvents();
  }

  /**
   * Asks the service that the broker has for this client. Request and answer are JSON values.
   * Throws HAL_NOT_SUPPORTED when it has none, and what the service threw.
   */
  callService(request: Readonly<Record<string, unknown>>): unknown {
    const { caller } = this.#connection;
    caller.call('service', 0, caller.put(encodeJson(request)));
    return decodeJson(caller.responseBytes);
  }

  #open(operation: RemoteOpenOperation, request: object): void {
    const { caller } = this.#connection;
    caller.call(operation, 0, caller.put(encodeJson(request)));
  }

  #describe(): RemoteDescription {
    if (this.#description === undefined) {
      const { caller } = this.#connection;
      caller.call('info');
      this.#description = decodeJson(caller.responseBytes) as RemoteDescription;
    }
    return this.#description;
  }
}

type RemoteOpenOperation =
  | 'openGpioLine'
  | 'openI2cBus'
  | 'openSpiDevice'
  | 'openUartPort'
  | 'openMmioWindow'
  | 'openPwmChannel';
