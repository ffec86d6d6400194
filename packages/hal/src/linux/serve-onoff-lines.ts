import { isMainThread, type MessagePort } from 'node:worker_threads';
import { HalError } from '../error.ts';
import { EventRingWriter } from '../remote/event-ring.ts';
import { nodeFiles } from './node-files.ts';
import type { OnoffAnswer, OnoffCall, OnoffRequest } from './onoff-call.ts';
import { type OnoffPackage, OnoffServedLine, type ServedLineParts } from './onoff-served-line.ts';
import { loadPackage } from './package-module.ts';
import type { SysFiles } from './sys.ts';

export interface ServeOnoffLinesOptions {
  /** Default the package `onoff`, loaded when the first line is opened. */
  readonly onoff?: OnoffPackage;
  readonly files?: Pick<SysFiles, 'writeText'>;
}

export interface OnoffLineService {
  readonly lineCount: number;
  /** Closes all lines, safe levels first, and serves no more. Idempotent. Throws what closing them threw. */
  close(): void;
}

/**
 * Opens lines by the package `onoff` for a broker's thread, whose Linux backend has the other end of `port` (`onoffPort` of
 * `createLinuxBackend`). The package may be used in the main thread only: the process crashes when another thread that has it ends.
 * Without open lines it does not keep the process alive. When the broker's thread ends, its lines are closed, safe levels first.
 *
 * The main thread must not wait for a call to such a line: it would wait for itself. Throws TypeError in another thread, unless
 * it is given a package.
 */
export function serveOnoffLines(port: MessagePort, options: ServeOnoffLinesOptions = {}): OnoffLineService {
  const { onoff, files = nodeFiles } = options;
  if (onoff === undefined && !isMainThread) {
    throw new TypeError(
      'serveOnoffLines works in the main thread only: onoff crashes the process in another',
    );
  }
  const lines = new Map<number, OnoffServedLine>();
  const sleeper = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  let words = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  let parts: Omit<ServedLineParts, 'onoff'> | undefined;

  const attach = ({ shared }: Extract<OnoffCall, { kind: 'attach' }>): void => {
    const ring = new EventRingWriter(shared.ring);
    const wake = new Int32Array(shared.wake);
    words = new Int32Array(shared.words);
    parts = {
      files,
      nowNs: () => process.hrtime.bigint(),
      sleep: (durationMs) => void Atomics.wait(sleeper, 0, 0, durationMs),
      push: (event) => {
        ring.push(event);
        Atomics.add(wake, shared.wakeIndex, 1);
        Atomics.notify(wake, shared.wakeIndex);
      },
    };
  };
  const lineOf = (number: number): OnoffServedLine => {
    const line = lines.get(number);
    if (line === undefined) throw new HalError('HAL_CLOSED', `the main thread has no line ${number}`);
    return line;
  };
  const obey = (call: OnoffCall): Pick<OnoffAnswer, 'level'> => {
    switch (call.kind) {
      case 'attach':
        attach(call);
        return {};
      case 'open': {
        if (parts === undefined) throw new TypeError('a line was opened before anybody was attached');
        const opened = new OnoffServedLine(
          { ...parts, onoff: onoff ?? (loadPackage('onoff') as OnoffPackage) },
          call,
        );
        lines.set(call.line, opened);
        return {};
      }
      case 'read':
        return { level: lineOf(call.line).read() };
      case 'write':
        lineOf(call.line).write(call.level);
        return {};
      case 'watch':
        lineOf(call.line).watch(call);
        return {};
      case 'unwatch':
        lineOf(call.line).unwatch();
        return {};
      case 'close': {
        const line = lines.get(call.line);
        lines.delete(call.line);
        line?.close();
        return {};
      }
    }
  };
  const answer = ({ ticket, call }: OnoffRequest): OnoffAnswer => {
    try {
      return { ticket, ...obey(call) };
    } catch (error) {
      const { code, message, details, errno } =
        error instanceof HalError ? error : new HalError('HAL_OTHER', String(error));
      return { ticket, error: { code, message, details, errno } };
    }
  };
  const closeAll = (): void => {
    const faults: unknown[] = [];
    for (const [number, line] of lines) {
      lines.delete(number);
      try {
        line.close();
      } catch (error) {
        faults.push(error);
      }
    }
    if (faults.length > 0) throw faults[0];
  };

  port.on('message', (request: OnoffRequest) => {
    port.postMessage(answer(request));
    Atomics.add(words, 0, 1);
    Atomics.notify(words, 0);
  });
  port.on('close', () => {
    try {
      closeAll();
    } catch {
      // Nobody is left to be told.
    }
  });
  port.unref();
  return {
    get lineCount() {
      return lines.size;
    },
    close: () => {
      port.close();
      closeAll();
    },
  };
}
