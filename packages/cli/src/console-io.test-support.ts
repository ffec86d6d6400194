import type { ConsoleIo, TerminalSize } from './console-io.ts';

/** A console that keeps what a command writes; what an app writes is dropped. */
export function keepingIo(
  isTerminal = false,
  terminalSize: () => TerminalSize | undefined = () => undefined,
): {
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
    terminalSize,
    afterWritten: (action) => action(),
    onOutputLost: () => () => {},
  };
  return { io, written };
}
