import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { HalEventSink } from '../contract/event.ts';
import type { GpioLineRequest, Level } from '../contract/gpio.ts';
import { HalError } from '../error.ts';
import type { OpenHandle } from '../handle-set.ts';
import { EVENT_HEADER_BYTES, EVENT_RECORD_BYTES } from '../remote/channel.ts';
import { EventRingReader } from '../remote/event-ring.ts';
import { MAX_WAITING_EDGES } from './limits.ts';
import type { GpioDriver } from './linux-driver.ts';
import type { OnoffAnswer, OnoffCall, OnoffRequest } from './onoff-call.ts';
import { OnoffLine } from './onoff-line.ts';
import type { SysFiles } from './sys.ts';
import { findSysfsLine } from './sysfs-lines.ts';

/** How long a call waits for the main thread, milliseconds. The package itself waits for udev, and an app for 5 s. */
const ONOFF_ANSWER_MS = 3000;

export interface OnoffLinesOptions {
  /** To `serveOnoffLines` in the main thread. */
  readonly port: MessagePort;
  readonly files: SysFiles;
  /** Notified when edges wait: see `RealTimeClockOptions.wake`. */
  readonly wake: Int32Array;
  readonly wakeIndex: number;
  /** Default ONOFF_ANSWER_MS. */
  readonly answerMs?: number;
}

/** Lines of sysfs, from the thread of the broker. Calls block until the main thread has done them. */
export class OnoffLines {
  readonly #options: OnoffLinesOptions;
  readonly #words = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #ring = new SharedArrayBuffer(EVENT_HEADER_BYTES + MAX_WAITING_EDGES * EVENT_RECORD_BYTES);
  readonly #reader = new EventRingReader(this.#ring);
  readonly #watches = new Map<number, { readonly sink: HalEventSink; readonly token: number }>();
  /** By the number in sysfs. */
  readonly #owners = new Map<number, string>();
  #isAttached = false;
  #ticket = 0;
  #lastLine = 0;
  #lastWatch = 0;

  constructor(options: OnoffLinesOptions) {
    this.#options = options;
  }

  get driver(): GpioDriver {
    return {
      name: 'sysfs (onoff)',
      isThere: true,
      tellsEdges: true,
      setsBias: false,
      open: (request, onClose) => this.#open(request, onClose),
    };
  }

  /** Throws what the main thread threw, HAL_TIMEOUT when it does not answer. */
  call(call: OnoffCall): Level | undefined {
    const { port, answerMs = ONOFF_ANSWER_MS } = this.#options;
    this.#ticket += 1;
    const ticket = this.#ticket;
    const deadlineNs = process.hrtime.bigint() + BigInt(answerMs) * 1_000_000n;
    port.postMessage({ ticket, call } satisfies OnoffRequest);
    for (;;) {
      const seen = Atomics.load(this.#words, 0);
      const received = receiveMessageOnPort(port) as { readonly message: OnoffAnswer } | undefined;
      if (received === undefined) {
        const remainingMs = Number(deadlineNs - process.hrtime.bigint()) / 1e6;
        if (remainingMs <= 0) {
          throw new HalError('HAL_TIMEOUT', `the main thread did not do "${call.kind}" in ${answerMs} ms`, {
            details: { peer: 'main thread' },
          });
        }
        Atomics.wait(this.#words, 0, seen, remainingMs);
        continue;
      }
      const { message } = received;
      // An answer that came too late for an earlier call.
      if (message.ticket !== ticket) continue;
      if (message.error === undefined) return message.level;
      const { code, message: text, details, errno } = message.error;
      throw new HalError(code, text, { details, ...(errno === undefined ? {} : { errno }) });
    }
  }

  /** The number of a new watch, whose edges go to the sink. */
  addWatch(sink: HalEventSink, token: number): number {
    this.#lastWatch += 1;
    this.#watches.set(this.#lastWatch, { sink, token });
    return this.#lastWatch;
  }

  /** Nothing of the watch is pushed after it returns. */
  removeWatch(watch: number): void {
    this.#watches.delete(watch);
  }

  /** Hands what has come to the sinks. */
  drain(): void {
    for (let event = this.#reader.next(); event !== undefined; event = this.#reader.next()) {
      const watch = this.#watches.get(event.token);
      if (watch !== undefined) watch.sink.push({ ...event, token: watch.token });
    }
  }

  #open(request: GpioLineRequest, onClose: (line: OpenHandle) => void): OnoffLine {
    const { bias = 'as-is', drive = 'push-pull', direction, activeLow = false, initialLevel = 0 } = request;
    if (bias !== 'as-is' || drive !== 'push-pull') {
      throw new HalError(
        'HAL_NOT_SUPPORTED',
        `GPIO line ${request.offset}: sysfs, which the package "onoff" uses, has no bias and no drive; the package "koffi" has`,
        { details: { offset: request.offset } },
      );
    }
    const { sysfsNumber, label } = findSysfsLine(this.#options.files, request, (number) =>
      this.#owners.get(number),
    );
    if (!this.#isAttached) {
      const { wake, wakeIndex } = this.#options;
      this.call({
        kind: 'attach',
        shared: {
          words: this.#words.buffer as SharedArrayBuffer,
          ring: this.#ring,
          wake: wake.buffer as SharedArrayBuffer,
          wakeIndex,
        },
      });
      this.#isAttached = true;
    }
    this.#lastLine += 1;
    const line = this.#lastLine;
    const name = `gpio ${label}/${request.offset}`;
    const isOutput = direction === 'output' && request.safeLevel !== undefined;
    try {
      this.call({
        kind: 'open',
        line,
        sysfsNumber,
        name,
        direction,
        activeLow,
        initialLevel,
        ...(isOutput ? { safeLevel: request.safeLevel } : {}),
      });
    } catch (error) {
      // It may still be opened later.
      if (error instanceof HalError && error.code === 'HAL_TIMEOUT') this.#forget(line);
      throw error;
    }
    this.#owners.set(sysfsNumber, request.consumer);
    return new OnoffLine(this, line, name, request, (closed) => {
      this.#owners.delete(sysfsNumber);
      onClose(closed);
    });
  }

  /** Closes a line without waiting for it. */
  #forget(line: number): void {
    this.#ticket += 1;
    this.#options.port.postMessage({ ticket: this.#ticket, call: { kind: 'close', line } });
  }
}
