import { RealTimeClock } from '../clock/real-time-clock.ts';
import { EdgeEvents } from './edge-events.ts';
import { EdgePumpWorker } from './edge-pump-worker.ts';
import { loadKoffiSys } from './koffi-sys.ts';
import { LinuxHal } from './linux-hal.ts';
import { nodeFiles } from './node-files.ts';

export interface LinuxBackendOptions {
  /** What the thread sleeps on: see `RealTimeClockOptions.wake`. A broker gives its doorbell. Default one of its own. */
  readonly wake?: Int32Array;
  readonly wakeIndex?: number;
}

/** The clock of the Linux backend: hands out edges whenever it looks what is due. */
class LinuxClock extends RealTimeClock {
  readonly #edges: EdgeEvents;

  constructor(wake: Int32Array, wakeIndex: number, edges: EdgeEvents) {
    super({ wake, wakeIndex });
    this.#edges = edges;
  }

  override runDue(): void {
    this.#edges.drain();
    super.runDue();
  }
}

/**
 * The hardware of this machine, with the clock that delivers its events. Opens nothing yet. Throws HAL_NOT_SUPPORTED, with what
 * to install, where it cannot work.
 */
export function createLinuxBackend(options: LinuxBackendOptions = {}): {
  readonly hal: LinuxHal;
  readonly clock: RealTimeClock;
  readonly edges: EdgeEvents;
} {
  const wake = options.wake ?? new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const wakeIndex = options.wakeIndex ?? 0;
  const sys = loadKoffiSys();
  const edges = new EdgeEvents({ startPump: (ring) => new EdgePumpWorker({ sys, ring, wake, wakeIndex }) });
  return {
    hal: new LinuxHal({ sys, files: nodeFiles, edges }),
    clock: new LinuxClock(wake, wakeIndex, edges),
    edges,
  };
}

/** Throws HAL_NOT_SUPPORTED, with what to install, where `createLinuxBackend` cannot work. */
export function checkLinuxBackend(): void {
  loadKoffiSys();
}
