import { type NativeMemory, SysError } from './sys.ts';
import type { SerialBinding, SerialOptions, SerialPortBinding, SerialTransfer } from './uart-binding.ts';
import type { TerminalCalls } from './uart-line-settings.ts';

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

const ignoreParityErrors = 0o4;
const checkParity = 0o20;
const parityBit = 0x100;

/**
 * The terminal of the kernel below a `FakeSerial` that was opened without parity. Written from asm-generic/termbits.h; shares neither
 * constants nor codec with the backend.
 */
export class FakeTerminal implements TerminalCalls {
  /** Words of `struct termios2`: IGNPAR, and CS8 with CREAD and CLOCAL, as the package leaves them. */
  input = ignoreParityErrors;
  control = 0x8b0;
  baud = 9600;
  /** What the hardware makes of the control flags that it is asked for. */
  driver: (control: number) => number = (control) => control;
  failure: SysError | undefined;
  memoryCount = 0;
  flushCount = 0;

  /** What comes of a character with a wrong parity bit: the rule of uart_insert_char and pl011_setup_status_masks. */
  get wrongParity(): 'dropped' | 'taken as good' {
    const isSeen = (this.input & checkParity) !== 0 && (this.control & parityBit) !== 0;
    return isSeen && (this.input & ignoreParityErrors) !== 0 ? 'dropped' : 'taken as good';
  }

  async ioctlLater(
    fileDescriptor: number,
    request: number,
    argument: NativeMemory | number,
  ): Promise<number> {
    if (this.failure !== undefined) throw this.failure;
    if (fileDescriptor !== 7) throw new SysError('EBADF', 'ioctl');
    if (typeof argument === 'number') this.#flush(request, argument);
    else this.#settings(request, argument.bytes);
    return 0;
  }

  allocate(byteLength: number): NativeMemory {
    this.memoryCount += 1;
    return { address: 1n, bytes: new Uint8Array(byteLength) };
  }

  free(): void {
    this.memoryCount -= 1;
  }

  #flush(request: number, queue: number): void {
    if (request !== 0x540b || queue !== 0) throw new SysError('ENOTTY', 'ioctl');
    this.flushCount += 1;
  }

  #settings(request: number, bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.length !== 44) throw new SysError('EFAULT', 'ioctl');
    if (request === 0x802c_542a) {
      view.setUint32(0, this.input, true);
      view.setUint32(8, this.control, true);
      view.setUint32(40, this.baud, true);
    } else if (request === 0x402c_542b) {
      this.input = view.getUint32(0, true);
      this.control = this.driver(view.getUint32(8, true));
    } else {
      throw new SysError('ENOTTY', 'ioctl');
    }
  }
}
