import type { Clock } from '../contract/clock.ts';
import { NS_PER_MS } from '../units.ts';
import type { RemoteHal } from './remote-hal.ts';

/**
 * Real time in an app's thread. `process.hrtime` has one base for all threads of a process, so the broker's time stamps
 * compare with `nowNs`. A wait also ends when an event arrived or a stop was asked for, and events are given to their
 * sinks before it returns.
 */
export class RemoteClock implements Clock {
  readonly #hal: RemoteHal;

  constructor(hal: RemoteHal) {
    this.#hal = hal;
  }

  nowNs(): bigint {
    return process.hrtime.bigint();
  }

  wallNs(): bigint {
    return BigInt(Date.now()) * NS_PER_MS;
  }

  waitUntil(deadlineNs: bigint): void {
    this.#hal.waitForWake(deadlineNs);
  }
}
