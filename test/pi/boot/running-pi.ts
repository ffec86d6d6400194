import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { lastLines, PiError } from '../pi-error.ts';
import { connectSocket } from './connect-socket.ts';
import type { ConsoleText } from './console-text.ts';
import { QmpClient } from './qmp-client.ts';

/** How the script of a boot ended. */
export interface PiResult {
  readonly status: number;
  /** What it printed, standard output and standard error in the order of their writing. */
  readonly output: string;
}

interface RunOptions {
  readonly limitMs: number;
  readonly onConsole: ((text: string) => void) | undefined;
}

/** An emulated Pi between its start and its end. Made by `bootPi`. */
export class RunningPi implements AsyncDisposable {
  /**
   * The end of the script. PI_TIMED_OUT when it does not come in time, PI_QEMU_ENDED when QEMU ends first; both with what
   * the console showed last.
   */
  readonly ended: Promise<PiResult>;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #console: ConsoleText;
  readonly #exited: Promise<unknown>;
  readonly #waiting = new Set<() => void>();
  readonly #kill = (): void => {
    this.#child.kill('SIGKILL');
  };
  #qmp: QmpClient | undefined;
  #errors = '';
  #settled = false;

  constructor(child: ChildProcess, folder: string, text: ConsoleText, options: RunOptions) {
    this.#child = child;
    this.#folder = folder;
    this.#console = text;
    this.#exited = once(child, 'close').catch(() => undefined);
    // A test runner that stops early must not leave QEMU behind.
    process.once('exit', this.#kill);
    child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
      text.append(piece);
      options.onConsole?.(piece);
      for (const check of this.#waiting) check();
    });
    child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
      this.#errors += piece;
    });
    child.stdin?.on('error', () => undefined);
    this.ended = this.#end(options.limitMs);
    // Whoever only closes it has not asked how it ended.
    this.ended.catch(() => undefined);
  }

  /** All that the console has shown. */
  get consoleText(): string {
    return this.#console.text;
  }

  /** Connects to QEMU's monitor. PI_QEMU_ENDED with its words when it does not start. */
  async connect(): Promise<void> {
    const early = this.#exited.then(() => {
      throw this.#failure('PI_QEMU_ENDED', 'QEMU did not start');
    });
    early.catch(() => undefined);
    try {
      this.#qmp = new QmpClient(await Promise.race([connectSocket(join(this.#folder, 'qmp')), early]));
      await this.#qmp.start();
    } catch (error) {
      // QEMU opens the monitor before it looks at the parts: what it said of them is the reason.
      this.#kill();
      await early;
      throw error;
    }
  }

  /** Runs a command of QEMU's monitor. */
  qmp(command: string, parameters?: Readonly<Record<string, unknown>>): Promise<unknown> {
    if (this.#qmp === undefined) return Promise.reject(new PiError('PI_QMP_FAILED', 'not connected'));
    return this.#qmp.execute(command, parameters);
  }

  /** Sets the temperature of a part, in °C, by the id of its `-device`. */
  async setTemperature(id: string, temperatureC: number): Promise<void> {
    const path = `/machine/peripheral/${id}`;
    const value = Math.round(temperatureC * 1000);
    await this.qmp('qom-set', { path, property: 'temperature', value });
  }

  /**
   * On `raspi3b`: the device on SPI with this id of its `-device` is selected while the line is low. QEMU's SPI controller has no
   * chip selects, but its GPIO controller's outputs and the device's input can be joined as objects.
   */
  async wireChipSelect(line: number, id: string): Promise<void> {
    await this.qmp('qom-set', {
      path: '/machine/soc/peripherals/gpio',
      property: `unnamed-gpio-out[${line}]`,
      value: `/machine/peripheral/${id}/ssi-gpio-cs[0]`,
    });
  }

  /** On `virt`: drives line 3 of its GPIO controller high, and low 100 ms later (QEMU: hw/gpio/gpio_key.c). */
  async pulseLine(): Promise<void> {
    await this.qmp('system_powerdown');
  }

  /** The far end of the second serial port, as a stream of bytes. The caller ends it. */
  async openUart(): Promise<Socket> {
    const socket = await connectSocket(join(this.#folder, 'uart'));
    // QEMU is killed, which may reset the connection: its end like any other.
    return socket.on('error', () => undefined);
  }

  /** Types on the console. */
  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** Resolves once the script has printed this. Rejects as `ended` does, or when the script ends without. */
  async printed(pattern: RegExp): Promise<void> {
    const found = this.#whenConsole(() => pattern.test(this.#console.output));
    const without = this.ended.then(({ status }) => {
      if (!pattern.test(this.#console.output)) {
        throw this.#failure('PI_QEMU_ENDED', `the script ended (${status}) without printing ${pattern}`);
      }
    });
    await Promise.race([found, without]);
  }

  /** Kills QEMU and removes its files. */
  async close(): Promise<void> {
    this.#settled = true;
    this.#kill();
    await this.#exited;
    process.removeListener('exit', this.#kill);
    this.#qmp?.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #end(limitMs: number): Promise<PiResult> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(this.#failure('PI_TIMED_OUT', `no end of the script within ${limitMs} ms`));
      }, limitMs);
    });
    const early = this.#exited.then(() => {
      if (this.#console.status === undefined) {
        throw this.#failure(
          'PI_QEMU_ENDED',
          this.#settled ? 'it was closed' : 'QEMU ended before the script',
        );
      }
    });
    try {
      await Promise.race([this.#whenConsole(() => this.#console.status !== undefined), late, early]);
    } finally {
      clearTimeout(timer);
    }
    return { status: this.#console.status as number, output: this.#console.output };
  }

  #whenConsole(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!holds()) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }

  #failure(code: 'PI_TIMED_OUT' | 'PI_QEMU_ENDED', what: string): PiError {
    return new PiError(code, `${what}; it printed last:\n${lastLines(this.#console.text + this.#errors)}`);
  }
}
