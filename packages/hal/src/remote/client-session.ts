import { type HalEventSink, HOST_WATCH_TOKEN } from '../contract/event.ts';
import type { GpioLineRequest, LineEdges } from '../contract/gpio.ts';
import type { Hal } from '../contract/hal.ts';
import type { I2cBusRequest } from '../contract/i2c.ts';
import type { MmioWidth, MmioWindow, MmioWindowRequest } from '../contract/mmio.ts';
import type { PwmChannel, PwmChannelRequest } from '../contract/pwm.ts';
import type { SpiDeviceRequest } from '../contract/spi.ts';
import type { UartPort, UartPortRequest } from '../contract/uart.ts';
import { HalError } from '../error.ts';
import type { SharedInputs } from '../sharing/shared-inputs.ts';
import type { ChannelViews, RemoteChannelBuffers } from './channel.ts';
import { channelState, controlWord, TRANSACTION_NS_VALUE, viewChannel, wakeClient } from './channel.ts';
import type { ClientService, ConnectService } from './client-service.ts';
import { EventRingWriter } from './event-ring.ts';
import {
  decodeJson,
  encodeError,
  encodeJson,
  isRecord,
  remoteOperation,
  responseStatus,
} from './protocol.ts';
import type { Revocations } from './revoked-resource.ts';
import { ServedHandles } from './served-handle.ts';
import { asI2cOperations, decodeOperations } from './transaction-codec.ts';

/** A deadline that has always passed: the broker never waits for a serial port. */
const PAST_NS = 0n;

/**
 * The broker's side of one client. Everything that comes out of the shared memory is checked, and all data is copied
 * to memory of its own before it is looked at: a client that died in the middle of a write, or that writes garbage,
 * gets an error and cannot harm the broker.
 */
export class ClientSession {
  readonly #hal: Hal;
  readonly #lines: SharedInputs;
  readonly #views: ChannelViews;
  readonly #ring: EventRingWriter;
  readonly #sink: HalEventSink;
  readonly #scratch: Uint8Array;
  readonly #handles = new ServedHandles();
  readonly #service: ClientService | undefined;
  #served: number;
  #responseBytes = 0;

  /** Throws HAL_BAD_ARGUMENT for buffers that are no channel, or one that was served before. */
  constructor(
    hal: Hal,
    lines: SharedInputs,
    buffers: RemoteChannelBuffers,
    connect: ConnectService = () => undefined,
  ) {
    this.#hal = hal;
    this.#lines = lines;
    this.#views = viewChannel(buffers);
    const { words, payload, events, wake } = this.#views;
    if (
      Atomics.compareExchange(words, controlWord.state, channelState.waiting, channelState.served) !==
      channelState.waiting
    ) {
      throw new HalError('HAL_BAD_ARGUMENT', 'this channel was attached before; each client needs a new one');
    }
    this.#ring = new EventRingWriter(events);
    this.#sink = {
      push: (event) => {
        this.#ring.push(event);
        wakeClient(wake);
      },
    };
    this.#scratch = new Uint8Array(payload.length);
    this.#served = Atomics.load(words, controlWord.response);
    this.#service = connect(() => wakeClient(wake));
  }

  get handleCount(): number {
    return this.#handles.count;
  }

  /** Serves the call that waits, if there is one; returns whether there was. Never throws. */
  poll(): boolean {
    const { words, payload } = this.#views;
    const request = Atomics.load(words, controlWord.request);
    if (request === this.#served) return false;
    this.#responseBytes = 0;
    try {
      this.#serve();
      words[controlWord.status] = responseStatus.done;
    } catch (error) {
      const bytes = encodeError(error, payload.length);
      payload.set(bytes.subarray(0, payload.length));
      this.#responseBytes = Math.min(bytes.length, payload.length);
      words[controlWord.status] = responseStatus.failed;
    }
    words[controlWord.responseBytes] = this.#responseBytes;
    this.#served = request;
    Atomics.store(words, controlWord.response, request);
    Atomics.notify(words, controlWord.response);
    return true;
  }

  /**
   * Closes what the client has of these resources (safe levels are driven) and lets its service do its part; returns what
   * failed. The client goes on; its calls on what was closed throw HAL_CLOSED.
   */
  revoke({ resources, targets }: Revocations): unknown[] {
    const faults = this.#handles.closeOf(resources);
    try {
      this.#service?.revoke?.(targets);
    } catch (error) {
      faults.push(error);
    }
    wakeClient(this.#views.wake);
    return faults;
  }

  /** Closes everything that the client opened; returns what failed. The client's calls fail from now on. */
  close(): unknown[] {
    const faults = this.#handles.closeAll();
    try {
      this.#service?.close();
    } catch (error) {
      faults.push(error);
    }
    const { words, wake } = this.#views;
    Atomics.store(words, controlWord.state, channelState.detached);
    Atomics.notify(words, controlWord.response);
    wakeClient(wake);
    return faults;
  }

  #serve(): void {
    const { words, values } = this.#views;
    const handle = words[controlWord.handle] as number;
    switch (words[controlWord.operation] as number) {
      case remoteOperation.gpioWrite:
        this.#handles.get('gpio', handle).device.write(values[0] as 0 | 1);
        return;
      case remoteOperation.gpioRead:
        values[0] = this.#handles.get('gpio', handle).device.read();
        return;
      case remoteOperation.mmioRead:
        values[0] = this.#window(handle).read(values[0] as number, values[1] as MmioWidth);
        return;
      case remoteOperation.mmioWrite:
        this.#window(handle).write(values[0] as number, values[1] as MmioWidth, values[2] as number);
        return;
      case remoteOperation.mmioModify:
        this.#window(handle).modify(
          values[0] as number,
          values[1] as MmioWidth,
          values[2] as number,
          values[3] as number,
        );
        return;
      case remoteOperation.i2cTransaction: {
        const bytes = this.#requestBytes();
        const operations = asI2cOperations(decodeOperations(bytes));
        const { device } = this.#handles.get('i2c', handle);
        this.#timed(() => device.transaction(values[0] as number, operations));
        this.#answer(bytes);
        return;
      }
      case remoteOperation.spiTransaction: {
        const bytes = this.#requestBytes();
        const { device } = this.#handles.get('spi', handle);
        const operations = decodeOperations(bytes);
        this.#timed(() => device.transaction(operations));
        this.#answer(bytes);
        return;
      }
      case remoteOperation.uartRead: {
        const buffer = this.#scratch.subarray(0, this.#capacity(values[0] as number));
        const count = this.#port(handle).read(buffer, PAST_NS);
        values[0] = count;
        this.#answer(buffer.subarray(0, count));
        return;
      }
      case remoteOperation.uartWrite:
        values[0] = this.#port(handle).write(this.#requestBytes(), PAST_NS);
        return;
      case remoteOperation.uartFlush:
        this.#port(handle).flush(PAST_NS);
        return;
      case remoteOperation.uartAvailable:
        values[0] = this.#port(handle).available();
        return;
      case remoteOperation.uartWatch:
        this.#watchUart(this.#port(handle), values[0] as number);
        return;
      case remoteOperation.uartUnwatch:
        this.#watchUart(this.#port(handle), undefined);
        return;
      case remoteOperation.gpioWatch:
        this.#watchGpio(handle, this.#requestRecord());
        return;
      case remoteOperation.gpioUnwatch:
        this.#handles.get('gpio', handle).device.unwatch();
        return;
      case remoteOperation.pwmDuty:
        this.#channel(handle).setDutyNs(values[0] as number);
        return;
      case remoteOperation.pwmPeriod:
        this.#channel(handle).setPeriod(values[0] as number, values[1] as number);
        return;
      case remoteOperation.pwmSwitch:
        if (values[0] === 1) this.#channel(handle).enable();
        else this.#channel(handle).disable();
        return;
      case remoteOperation.pwmState: {
        const { periodNs, dutyNs, enabled } = this.#channel(handle).state();
        values.set([periodNs, dutyNs, enabled ? 1 : 0]);
        return;
      }
      case remoteOperation.close:
        this.#handles.close(handle);
        return;
      case remoteOperation.info:
        this.#answer(encodeJson({ info: this.#hal.info(), capabilities: this.#hal.capabilities }));
        return;
      case remoteOperation.service:
        this.#callService();
        return;
      default:
        this.#open(words[controlWord.operation] as number);
    }
  }

  /** Answers how long the transaction took here, whatever its client waited for before. */
  #timed(transaction: () => void): void {
    const startNs = process.hrtime.bigint();
    try {
      transaction();
    } finally {
      this.#views.values[TRANSACTION_NS_VALUE] = Number(process.hrtime.bigint() - startNs);
    }
  }

  #callService(): void {
    if (this.#service === undefined) {
      throw new HalError('HAL_NOT_SUPPORTED', 'the broker has no service for this client');
    }
    // Nothing to say is an answer too; JSON has no word for undefined.
    this.#answer(encodeJson(this.#service.serve(this.#requestRecord()) ?? null));
  }

  /** Requests are checked by the backend; here they only have to be an object. */
  #open(operation: number): void {
    const hal = this.#hal;
    const request = this.#requestRecord();
    this.#handles.checkRoom();
    switch (operation) {
      case remoteOperation.openGpioLine: {
        const device = this.#lines.open(request as unknown as GpioLineRequest);
        const { offset, direction } = device;
        this.#opened(this.#handles.add({ kind: 'gpio', device }, request), { offset, direction });
        return;
      }
      case remoteOperation.openI2cBus: {
        const device = hal.openI2cBus(request as unknown as I2cBusRequest);
        const { bus, capabilities } = device;
        this.#opened(this.#handles.add({ kind: 'i2c', device }, request), { bus, capabilities });
        return;
      }
      case remoteOperation.openSpiDevice: {
        const device = hal.openSpiDevice(request as unknown as SpiDeviceRequest);
        this.#opened(this.#handles.add({ kind: 'spi', device }, request), {
          capabilities: device.capabilities,
        });
        return;
      }
      case remoteOperation.openUartPort: {
        const device = hal.openUartPort(request as unknown as UartPortRequest);
        const number = this.#handles.add({ kind: 'uart', device }, request);
        try {
          this.#watchUart(device, undefined);
        } catch (error) {
          // Without events the client looks again every MAX_SLEEP_MS.
          if (!(error instanceof HalError && error.code === 'HAL_NOT_SUPPORTED')) {
            this.#handles.close(number);
            throw error;
          }
        }
        this.#opened(number, {});
        return;
      }
      case remoteOperation.openMmioWindow: {
        const device = hal.openMmioWindow(request as unknown as MmioWindowRequest);
        const { byteLength, widths } = device;
        this.#opened(this.#handles.add({ kind: 'mmio', device }, request), { byteLength, widths });
        return;
      }
      case remoteOperation.openPwmChannel: {
        const device = hal.openPwmChannel(request as unknown as PwmChannelRequest);
        this.#opened(this.#handles.add({ kind: 'pwm', device }, request), {});
        return;
      }
      default:
        throw new HalError('HAL_NOT_SUPPORTED', `the broker knows no operation ${operation}`);
    }
  }

  #opened(number: number, properties: Record<string, unknown>): void {
    this.#views.values[0] = number;
    this.#answer(encodeJson(properties));
  }

  #watchGpio(handle: number, request: Record<string, unknown>): void {
    const { edges, debounceUs, token } = request;
    this.#handles.get('gpio', handle).device.watch({
      edges: edges as LineEdges,
      ...(debounceUs === undefined ? {} : { debounceUs: debounceUs as number }),
      sink: this.#sink,
      token: Number(token),
    });
  }

  /**
   * Every open port is watched, so that a client that waits for bytes is woken; events go to the client only while it
   * asked for them.
   */
  #watchUart(port: UartPort, token: number | undefined): void {
    const { wake } = this.#views;
    const wakeOnly: HalEventSink = { push: () => wakeClient(wake) };
    port.watch(
      token === undefined ? { sink: wakeOnly, token: HOST_WATCH_TOKEN } : { sink: this.#sink, token },
    );
  }

  #port(handle: number): UartPort {
    return this.#handles.get('uart', handle).device;
  }

  #window(handle: number): MmioWindow {
    return this.#handles.get('mmio', handle).device;
  }

  #channel(handle: number): PwmChannel {
    return this.#handles.get('pwm', handle).device;
  }

  #capacity(wanted: number): number {
    return wanted >= 0 ? Math.min(Math.floor(wanted), this.#scratch.length) : 0;
  }

  /** The client's bytes, copied. Throws HAL_BAD_ARGUMENT. */
  #requestBytes(): Uint8Array {
    const { words, payload } = this.#views;
    const length = words[controlWord.requestBytes] as number;
    if (length < 0 || length > payload.length) {
      throw new HalError('HAL_BAD_ARGUMENT', `the client sent ${length} bytes in ${payload.length}`);
    }
    this.#scratch.set(payload.subarray(0, length));
    return this.#scratch.subarray(0, length);
  }

  #requestRecord(): Record<string, unknown> {
    let value: unknown;
    try {
      value = decodeJson(this.#requestBytes());
    } catch (cause) {
      throw new HalError('HAL_BAD_ARGUMENT', 'the client sent a request that cannot be read', { cause });
    }
    if (!isRecord(value)) throw new HalError('HAL_BAD_ARGUMENT', 'the client sent no request');
    return value;
  }

  #answer(bytes: Uint8Array): void {
    const { payload } = this.#views;
    if (bytes.length > payload.length) {
      throw new HalError('HAL_TOO_LONG', `an answer of ${bytes.length} bytes is over ${payload.length}`);
    }
    payload.set(bytes);
    this.#responseBytes = bytes.length;
  }
}
