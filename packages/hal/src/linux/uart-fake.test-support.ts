import type { SerialBinding, SerialOptions, SerialPortBinding, SerialTransfer } from './uart-binding.ts';

/** A port of the package `serialport` and its descriptor, moved by a test. */
export class FakeSerial implements SerialPortBinding, SerialBinding, SerialTransfer {
  fd: number | null = 7;
  readonly calls: string[] = [];
  readonly sent: number[] = [];
  options: SerialOptions | undefined;
  openFailure: Error | undefined;
  /** Bytes that the kernel has; `end` is a hang-up. */
  readonly #waiting: (Uint8Array | 'end')[] = [];
  #readable: ((error: Error | null) => void) | undefined;
  /** How many bytes the next writes take; undefined: not now. */
  writeRoom: number | undefined = Number.POSITIVE_INFINITY;
  /** Set: reads, or waits for the line, stay under way until it is called. */
  releaseRead: (() => void) | undefined;
  #heldRead: Promise<void> | undefined;

  readonly poller = {
    once: (_event: 'readable', callback: (error: Error | null) => void): void => {
      this.#readable = callback;
      if (this.#waiting.length > 0) this.#wake(null);
    },
  };

  async open(options: SerialOptions): Promise<SerialPortBinding> {
    this.options = options;
    this.calls.push('open');
    if (this.openFailure !== undefined) throw this.openFailure;
    return this;
  }

  receive(bytes: Uint8Array | 'end'): void {
    this.#waiting.push(bytes);
    this.#wake(null);
  }

  /** What the package does when the kernel tells a hang-up. */
  fail(error: Error): void {
    this.#wake(error);
  }

  holdReads(): void {
    this.#heldRead = new Promise((resolve) => {
      this.releaseRead = resolve;
    });
  }

  async read(_fileDescriptor: number, buffer: Uint8Array): Promise<number | undefined> {
    await this.#heldRead;
    const next = this.#waiting[0];
    if (next === undefined) return undefined;
    if (next === 'end') return 0;
    const count = Math.min(next.length, buffer.length);
    buffer.set(next.subarray(0, count));
    if (count === next.length) this.#waiting.shift();
    else this.#waiting[0] = next.subarray(count);
    return count;
  }

  async write(_fileDescriptor: number, bytes: Uint8Array): Promise<number | undefined> {
    if (this.writeRoom === undefined) return undefined;
    const count = Math.min(this.writeRoom, bytes.length);
    this.sent.push(...bytes.subarray(0, count));
    return count;
  }

  async drain(): Promise<void> {
    this.calls.push('drain');
  }

  async flush(): Promise<void> {
    this.calls.push('flush');
  }

  async close(): Promise<void> {
    this.calls.push('close');
    this.fd = null;
    this.#wake(new Error('Canceled'));
  }

  #wake(error: Error | null): void {
    const callback = this.#readable;
    this.#readable = undefined;
    callback?.(error);
  }
}
