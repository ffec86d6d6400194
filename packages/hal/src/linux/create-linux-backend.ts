import type { MessagePort } from 'node:worker_threads';
import { RealTimeClock } from '../clock/real-time-clock.ts';
import { chooseDrivers, type DriverChoice } from './choose-drivers.ts';
import { driverSources, findSys } from './driver-sources.ts';
import { EdgeEvents } from './edge-events.ts';
import { EdgePumpWorker } from './edge-pump-worker.ts';
import type { HeldOutputFile } from './held-outputs.ts';
import { LinuxHal } from './linux-hal.ts';
import { nodeFiles } from './node-files.ts';
import { OnoffLines } from './onoff-lines.ts';
import { UartPorts } from './uart-ports.ts';

export interface LinuxBackendOptions {
  /** What the thread sleeps on: see `RealTimeClockOptions.wake`. A broker gives its doorbell. Default one of its own. */
  readonly wake?: Int32Array;
  readonly wakeIndex?: number;
  /** The other end is `serveUartPorts` in the main thread. Without it there are no serial ports. */
  readonly uartPort?: MessagePort;
  /** The other end is `serveOnoffLines` in the main thread. Without it the package `onoff` is no driver. */
  readonly onoffPort?: MessagePort;
  readonly drivers?: DriverChoice;
  /** Where outputs are noted for a guard: see `HeldOutputFile`. Default nowhere. */
  readonly heldOutputs?: HeldOutputFile;
}

/** The clock of the Linux backend: hands out events whenever it looks what is due. */
class LinuxClock extends RealTimeClock {
  readonly #sources: readonly { drain(): void }[];

  constructor(wake: Int32Array, wakeIndex: number, sources: readonly { drain(): void }[]) {
    super({ wake, wakeIndex });
    this.#sources = sources;
  }

  override runDue(): void {
    for (const source of this.#sources) source.drain();
    super.runDue();
  }
}

/**
 * The hardware of this machine, with the clock that delivers its events. Opens nothing yet. Throws HAL_NOT_SUPPORTED, with what
 * to install, where it cannot work or a driver that was named is not there.
 */
export function createLinuxBackend(options: LinuxBackendOptions = {}): {
  readonly hal: LinuxHal;
  readonly clock: RealTimeClock;
  readonly edges: EdgeEvents;
} {
  const wake = options.wake ?? new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const wakeIndex = options.wakeIndex ?? 0;
  const { sys, missing } = findSys();
  const files = nodeFiles;
  const edges = new EdgeEvents({ startPump: (ring) => new EdgePumpWorker({ sys, ring, wake, wakeIndex }) });
  const uart = new UartPorts({ port: options.uartPort, files, wake, wakeIndex });
  const { onoffPort } = options;
  const onoff =
    onoffPort === undefined ? undefined : new OnoffLines({ port: onoffPort, files, wake, wakeIndex });
  const drivers = chooseDrivers(
    options.drivers ?? {},
    driverSources({ sys, files, edges, heldOutputs: options.heldOutputs }, missing, onoff),
  );
  // Serial ports need none of them.
  const isOfUse = uart.isServed || Object.values(drivers).some(({ isThere }) => isThere);
  if (missing !== undefined && !isOfUse) throw missing;
  return {
    hal: new LinuxHal({ sys, files, edges, uart, drivers }),
    clock: new LinuxClock(wake, wakeIndex, [edges, uart, ...(onoff === undefined ? [] : [onoff])]),
    edges,
  };
}

/** Throws HAL_NOT_SUPPORTED, with what to install, where `createLinuxBackend` cannot work. */
export function checkLinuxBackend(): void {
  createLinuxBackend();
}
