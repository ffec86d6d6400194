import type { AppContext } from '@kanchi/runtime/extension';
import {
  closeHandle,
  errorNumber,
  onUartPort,
  openUart,
  uartPermits,
  writeToPort,
} from '@kanchi/runtime/extension';
import { MAX_CHUNK_BYTES, MAX_CHUNKS_PER_ROUND } from '../connections/limits.ts';

/** A deadline that has always passed: nothing here waits for a port. */
const PAST_NS = 0n;
const RECEIVING = 'on_connection_data';
/** Of a port that gives no more. */
const lastErrors: ReadonlySet<number> = new Set([
  errorNumber.disconnected,
  errorNumber.closed,
  errorNumber.denied,
]);

/**
 * The serial ports that an app has open as connections, by their handles in the app's handle table. The ports, their board
 * file and their permission are those of `kanchi_uart`.
 */
export class UartConnections {
  readonly #context: AppContext;
  /** Ports that may have bytes, since an event said so. */
  readonly #readable = new Set<number>();

  constructor(context: AppContext) {
    this.#context = context;
  }

  /**
   * Opens the port with that label, or the one of that device file. The handle, or a negative error number, with the reason in
   * the app's log.
   */
  open(call: string, device: string, baud: number): number {
    const { board, events, handles } = this.#context;
    const [label = device] =
      [...board.uartPorts].find(([each, { port }]) => each === device || port === device) ?? [];
    const handle = openUart(this.#context, call, label, baud);
    const opened = handle < 0 ? undefined : handles.get('uart', handle);
    if (opened === undefined) {
      if (handle !== errorNumber.denied) this.#tell('warning');
      return handle;
    }
    if (!uartPermits(opened.grant, 'read')) return handle;
    const isWatched = onUartPort(this.#context, call, handle, 'read', ({ port }) => {
      port.watch({ sink: events.sink, token: handle });
      return 0;
    });
    if (isWatched !== 0) this.#tell('warning');
    this.#readable.add(handle);
    return handle;
  }

  /** Bytes that were taken, -1 for none. */
  send(call: string, handle: number, bytes: Uint8Array): number {
    if (bytes.length === 0) return 0;
    const taken = onUartPort(this.#context, call, handle, 'write', (resource) =>
      writeToPort(this.#context, call, resource, bytes, PAST_NS),
    );
    if (taken < 0 && taken !== errorNumber.denied) this.#tell('error');
    return taken <= 0 ? -1 : taken;
  }

  /** An event of the app's queue; of a port it says that there is something to read. */
  note(handle: number): void {
    if (this.#context.handles.get('uart', handle) !== undefined) this.#readable.add(handle);
  }

  /** Pieces of at most MAX_CHUNK_BYTES bytes. What fails stands in the app's log. */
  *collect(): Generator<{ readonly handle: number; readonly bytes: Uint8Array }, void, void> {
    for (const handle of this.#readable) {
      for (let count = 0; count < MAX_CHUNKS_PER_ROUND && this.#readable.has(handle); count += 1) {
        const bytes = this.#read(handle);
        if (bytes !== undefined) yield { handle, bytes };
      }
    }
  }

  close(call: string, handle: number): void {
    this.#readable.delete(handle);
    if (closeHandle(this.#context, call, 'uart', handle) < 0) this.#tell('error');
  }

  #read(handle: number): Uint8Array | undefined {
    const buffer = new Uint8Array(MAX_CHUNK_BYTES);
    const count = onUartPort(this.#context, RECEIVING, handle, 'read', ({ port }) =>
      port.read(buffer, PAST_NS),
    );
    if (count > 0) {
      this.#context.counters.add('busBytes', count);
      return buffer.subarray(0, count);
    }
    if (count < 0 && count !== errorNumber.denied) this.#tell('error');
    // After other errors, e.g. lost bytes, there may be more.
    if (count === 0 || lastErrors.has(count)) this.#readable.delete(handle);
    return undefined;
  }

  #tell(level: 'warning' | 'error'): void {
    this.#context.log.write(level, new TextEncoder().encode(this.#context.lastError.text));
  }
}
