import { MessageChannel, Worker } from 'node:worker_threads';
import { RealTimeClock } from '../clock/real-time-clock.ts';
import { HalError } from '../error.ts';
import { EdgeEvents } from './edge-events.ts';
import { missingDriver } from './linux-driver.ts';
import { LinuxHal } from './linux-hal.ts';
import { OnoffLines } from './onoff-lines.ts';
import { refusingSys } from './refusing-sys.ts';
import { SysError, type SysFiles } from './sys.ts';

/** First number of the header's chip. The other chips are what a Raspberry Pi has besides. */
const BASE = 500;
const LINES = 1024;

const chips: Readonly<Record<string, string>> = {
  'gpiochip500/label': 'pinctrl-bcm2835',
  'gpiochip500/base': String(BASE),
  'gpiochip500/ngpio': '54',
  'gpiochip560/label': 'raspberrypi-exp-gpio',
  'gpiochip560/base': '560',
  'gpiochip560/ngpio': '8',
};

/** Lines by `onoff`, with a simulated main thread (`fixtures/onoff-main.mjs`, which runs the built package). */
export class OnoffBench {
  readonly hal: LinuxHal;
  readonly clock: RealTimeClock;
  readonly worker: Worker;
  readonly #world = new SharedArrayBuffer(LINES * Int32Array.BYTES_PER_ELEMENT);
  readonly #words = new Int32Array(this.#world);
  /** Files that are missing all the same. */
  readonly missingFiles = new Set<string>();

  constructor(options: { readonly answerMs?: number } = {}) {
    const { port1, port2 } = new MessageChannel();
    this.worker = new Worker(new URL('./fixtures/onoff-main.mjs', import.meta.url), {
      workerData: { port: port2, world: this.#world },
      transferList: [port2],
      execArgv: [],
    });
    const wake = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const files = this.#files();
    const lines = new OnoffLines({ port: port1, files, wake, wakeIndex: 0, ...options });
    const reason = new HalError('HAL_NOT_SUPPORTED', 'no koffi here');
    this.hal = new LinuxHal({
      sys: refusingSys(reason),
      files,
      edges: new EdgeEvents({
        startPump: () => {
          throw reason;
        },
      }),
      drivers: {
        gpio: lines.driver,
        i2c: missingDriver(reason),
        spi: missingDriver(reason),
        mmio: missingDriver(reason),
      },
    });
    this.clock = new (class extends RealTimeClock {
      override runDue(): void {
        lines.drain();
        super.runDue();
      }
    })({ wake });
  }

  isExported(offset: number): boolean {
    return (Atomics.load(this.#words, BASE + offset) & 1) === 1;
  }

  /** The pad's level. */
  level(offset: number): number {
    return (Atomics.load(this.#words, BASE + offset) >> 1) & 1;
  }

  /** Somebody else exports a line. */
  export(offset: number): void {
    Atomics.or(this.#words, BASE + offset, 1);
  }

  async stop(): Promise<void> {
    const exited = new Promise((resolve) => this.worker.once('exit', resolve));
    this.worker.postMessage('stop');
    await exited;
  }

  #files(): SysFiles {
    const folder = '/sys/class/gpio';
    const missing = (path: string): never => {
      throw new SysError('ENOENT', 'open', path);
    };
    return {
      exists: (path) => {
        if (this.missingFiles.has(path)) return false;
        const number = Number(path.match(/\/gpio(\d+)$/u)?.[1] ?? 0);
        return path === `${folder}/export` || (number > 0 && this.isExported(number - BASE));
      },
      regularFileBytes: () => undefined,
      list: () => ['export', 'gpiochip500', 'gpiochip560', 'unexport'],
      listFolders: () => [],
      readBytes: missing,
      readText: (path) => chips[path.slice(folder.length + 1)] ?? missing(path),
      writeText: missing,
      realPath: (path) => path,
    };
  }
}
