/** What a command may touch of the process: tests give it strings and see what it wrote. */
export interface ConsoleIo {
  out(text: string): void;
  outBytes(bytes: Uint8Array): void;
  error(text: string): void;
  errorBytes(bytes: Uint8Array): void;
  /** Whether `out` is a terminal on which a line can be rewritten. */
  readonly isTerminal: boolean;
}

export function processIo(): ConsoleIo {
  return {
    out: (text) => {
      process.stdout.write(text);
    },
    outBytes: (bytes) => {
      process.stdout.write(bytes);
    },
    error: (text) => {
      process.stderr.write(text);
    },
    errorBytes: (bytes) => {
      process.stderr.write(bytes);
    },
    isTerminal: process.stdout.isTTY === true,
  };
}
