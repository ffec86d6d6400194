import type { Socket } from 'node:net';
import { QMP_LIMIT_MS } from '../limits.ts';
import { PiError } from '../pi-error.ts';

interface QmpMessage {
  readonly id?: number;
  readonly return?: unknown;
  readonly error?: { readonly class: string; readonly desc: string };
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: PiError) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * QEMU's monitor protocol (QEMU: docs/interop/qmp-spec.rst): one JSON text a line, answers carry the id of their
 * command. Events are not kept.
 */
export class QmpClient {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #rest = '';
  #closed = false;

  /** Takes over a connected socket. */
  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.#receive(text));
    socket.on('error', () => this.close());
    socket.on('close', () => this.close());
  }

  /** Leaves the negotiation of capabilities, which is the first thing that QEMU wants. */
  async start(): Promise<void> {
    await this.execute('qmp_capabilities');
  }

  /** Runs a command and gives what it returns. PI_QMP_FAILED with QEMU's words when it is refused or unanswered. */
  execute(command: string, parameters: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(new PiError('PI_QMP_FAILED', `${command}: not connected`));
        return;
      }
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new PiError('PI_QMP_FAILED', `${command}: no answer within ${QMP_LIMIT_MS} ms`));
      }, QMP_LIMIT_MS);
      this.#waiting.set(id, { resolve, reject, timer });
      this.#socket.write(`${JSON.stringify({ execute: command, arguments: parameters, id })}\n`);
    });
  }

  /** Ends the connection; commands without an answer fail. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.destroy();
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(new PiError('PI_QMP_FAILED', 'QEMU ended before it answered'));
    }
    this.#waiting.clear();
  }

  #receive(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.trim() !== '') this.#take(JSON.parse(line) as QmpMessage);
    }
  }

  #take(message: QmpMessage): void {
    const waiting = message.id === undefined ? undefined : this.#waiting.get(message.id);
    if (message.id === undefined || waiting === undefined) return;
    this.#waiting.delete(message.id);
    clearTimeout(waiting.timer);
    if (message.error === undefined) {
      waiting.resolve(message.return);
    } else {
      waiting.reject(new PiError('PI_QMP_FAILED', `${message.error.class}: ${message.error.desc}`));
    }
  }
}
