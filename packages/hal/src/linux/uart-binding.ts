import { read, write } from 'node:fs';
import { createRequire } from 'node:module';

export interface SerialOptions {
  readonly path: string;
  readonly baudRate: number;
  readonly dataBits: 7 | 8;
  readonly parity: 'none' | 'even' | 'odd';
  readonly stopBits: 1 | 2;
  readonly rtscts: boolean;
}

/** What is used of an open port of the package `serialport`. */
export interface SerialPortBinding {
  /** Null once it is closed. */
  readonly fd: number | null;
  readonly poller: { once(event: 'readable', callback: (error: Error | null) => void): unknown };
  /** tcdrain(3). */
  drain(): Promise<void>;
  /** tcflush(3), both ways. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** What opens ports: `SerialPort.binding` of the package `serialport`, or what stands for it in tests. */
export interface SerialBinding {
  open(options: SerialOptions): Promise<SerialPortBinding>;
}

/** read(2) and write(2) of a descriptor that never blocks. Undefined: not now. */
export interface SerialTransfer {
  read(fileDescriptor: number, buffer: Uint8Array): Promise<number | undefined>;
  write(fileDescriptor: number, bytes: Uint8Array): Promise<number | undefined>;
}

export const MISSING_SERIALPORT =
  'serial ports need the optional package "serialport", which is not installed here or does not fit this machine';

/** Throws an Error with what to install. May be called in the main thread only: see `serveUartPorts`. */
export function loadSerialBinding(): SerialBinding {
  try {
    const { SerialPort } = createRequire(import.meta.url)('serialport') as {
      SerialPort: { binding: SerialBinding };
    };
    return SerialPort.binding;
  } catch (cause) {
    throw new Error(`${MISSING_SERIALPORT}; install again without --omit=optional`, { cause });
  }
}

/**
 * Bytes go past the package's own `read` and `write`. Its `read` of a port that was hung up gets 0 bytes and calls itself for
 * ever (serialport/bindings-cpp issue 162); its `write` to a full port leaves a wait behind that wakes the thread all the time.
 */
export const fileTransfer: SerialTransfer = {
  read: (fileDescriptor, buffer) =>
    transfer((done) => read(fileDescriptor, buffer, 0, buffer.length, null, done)),
  write: (fileDescriptor, bytes) => transfer((done) => write(fileDescriptor, bytes, done)),
};

function transfer(
  start: (done: (error: NodeJS.ErrnoException | null, count: number) => void) => void,
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    start((error, count) => {
      if (error === null) resolve(count);
      else if (error.code === 'EAGAIN' || error.code === 'EINTR') resolve(undefined);
      else reject(error);
    });
  });
}
