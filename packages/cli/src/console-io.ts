import type { Writable } from 'node:stream';
import { PrintableOutput } from './printable-output.ts';

/** Characters in a line, and lines. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** What a command may touch of the process: tests give it strings and see what it wrote. */
export interface ConsoleIo {
  out(text: string): void;
  /** Of an app: as they are, but to a terminal as text that does not steer it. */
  outBytes(bytes: Uint8Array): void;
  error(text: string): void;
  errorBytes(bytes: Uint8Array): void;
  /** Runs `action` when all that was written so far has left the process, or never will; at once when nothing waits. */
  afterWritten(action: () => void): void;
  /** Whether `out` is a terminal on which a line can be rewritten. */
  readonly isTerminal: boolean;
  /** Of that terminal now; undefined elsewhere, and where it does not say. */
  terminalSize(): TerminalSize | undefined;
  /** Runs `action` once when `out` or `error` cannot be written any more. Returns what calls that off. */
  onOutputLost(action: () => void): () => void;
}

/** A stream of the process. */
export type OutputStream = Writable & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

/**
 * The process's own streams. A stream whose reader is gone (EPIPE) or whose terminal is gone (EIO) takes nothing more
 * and is no crash: whoever runs something ends it in order.
 */
export function processIo(
  stdout: OutputStream = process.stdout,
  stderr: OutputStream = process.stderr,
): ConsoleIo {
  const actions = new Set<() => void>();
  let lost = false;
  const lose = (): void => {
    lost = true;
    for (const action of actions) {
      action();
    }
    actions.clear();
  };
  const writerTo = (stream: OutputStream): ((content: string | Uint8Array) => void) => {
    let open = true;
    stream.on('error', () => {
      open = false;
      lose();
    });
    return (content) => {
      if (open) {
        stream.write(content);
      }
    };
  };
  const out = writerTo(stdout);
  const error = writerTo(stderr);
  return {
    out,
    outBytes: appWriter(stdout, out),
    error,
    errorBytes: appWriter(stderr, error),
    afterWritten: (action) => afterStream(stdout, () => afterStream(stderr, action)),
    isTerminal: stdout.isTTY === true,
    terminalSize: () => {
      const { isTTY, columns = 0, rows = 0 } = stdout;
      // A pseudo terminal that nobody gave a size has 0.
      return isTTY === true && columns > 0 && rows > 0 ? { columns, rows } : undefined;
    },
    onOutputLost: (action) => {
      if (lost) {
        action();
        return () => {};
      }
      actions.add(action);
      return () => {
        actions.delete(action);
      };
    },
  };
}

function appWriter(
  stream: OutputStream,
  write: (content: string | Uint8Array) => void,
): (bytes: Uint8Array) => void {
  if (stream.isTTY !== true) return write;
  const output = new PrintableOutput();
  return (bytes) => write(output.push(bytes));
}

/** Writes come out in order, so a write of nothing is done when those before it are. */
function afterStream(stream: OutputStream, action: () => void): void {
  if (stream.writableLength === 0 || !stream.writable) action();
  else stream.write('', () => action());
}
