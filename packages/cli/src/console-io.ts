/** What a command may touch of the process: tests give it strings and see what it wrote. */
export interface ConsoleIo {
  out(text: string): void;
  outBytes(bytes: Uint8Array): void;
  error(text: string): void;
  errorBytes(bytes: Uint8Array): void;
  /** Whether `out` is a terminal on which a line can be rewritten. */
  readonly isTerminal: boolean;
  /** Runs `action` once when `out` or `error` cannot be written any more. Returns what calls that off. */
  onOutputLost(action: () => void): () => void;
}

/**
 * The process's own streams. A stream whose reader is gone (EPIPE) or whose terminal is gone (EIO) takes nothing more
 * and is no crash: whoever runs something ends it in order.
 */
export function processIo(): ConsoleIo {
  const actions = new Set<() => void>();
  let lost = false;
  const lose = (): void => {
    lost = true;
    for (const action of actions) {
      action();
    }
    actions.clear();
  };
  const writerTo = (stream: NodeJS.WriteStream): ((content: string | Uint8Array) => void) => {
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
  const out = writerTo(process.stdout);
  const error = writerTo(process.stderr);
  return {
    out,
    outBytes: out,
    error,
    errorBytes: error,
    isTerminal: process.stdout.isTTY === true,
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
