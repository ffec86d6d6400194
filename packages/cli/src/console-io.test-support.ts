import type { ConsoleIo } from './console-io.ts';

/** A console that keeps what a command writes; what an app writes is dropped. */
export function keepingIo(isTerminal = false): {
  readonly io: ConsoleIo;
  readonly written: { stdout: string; stderr: string };
} {
  const written = { stdout: '', stderr: '' };
  const io: ConsoleIo = {
    out: (text) => {
      written.stdout += text;
    },
    outBytes: () => {},
    error: (text) => {
      written.stderr += text;
    },
    errorBytes: () => {},
    isTerminal,
    afterWritten: (action) => action(),
    onOutputLost: () => () => {},
  };
  return { io, written };
}
