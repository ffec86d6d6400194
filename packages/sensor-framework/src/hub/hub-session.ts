import type { Contract, HubRequest, RateCap } from '../scheduler/contract.ts';
import type { StreamRecord } from '../stream/record-queue.ts';
import { MAX_RECORDS_PER_COLLECT } from './limits.ts';
import type { SensorHub } from './sensor-hub.ts';
import type { SensorOutline, SensorPort } from './sensor-port.ts';

/** One app's subscriptions to a hub on the same thread. */
export class HubSession implements SensorPort {
  readonly #hub: SensorHub;
  readonly #app: string;
  readonly #onWaiting: () => void;
  readonly #open = new Map<number, string>();
  readonly #waiting = new Set<number>();

  /** `app`: unique among the sessions of the hub. `onWaiting` says that records wait; see `SensorHub.open`. */
  constructor(hub: SensorHub, app: string, onWaiting: () => void = () => {}) {
    this.#hub = hub;
    this.#app = app;
    this.#onWaiting = onWaiting;
  }

  describe(sensor: string): SensorOutline {
    return this.#hub.describe(sensor);
  }

  open(subscription: number, sensor: string, request: HubRequest, permission: RateCap): Contract {
    const client = this.#clientOf(subscription);
    const contract = this.#hub.open(client, sensor, request, permission, () => {
      this.#waiting.add(subscription);
      this.#onWaiting();
    });
    this.#open.set(subscription, client);
    return contract;
  }

  change(subscription: number, request: HubRequest, permission: RateCap): Contract {
    return this.#hub.change(this.#clientOf(subscription), request, permission);
  }

  close(subscription: number): void {
    this.#waiting.delete(subscription);
    const client = this.#open.get(subscription);
    if (client === undefined) return;
    this.#open.delete(subscription);
    this.#hub.close(client);
  }

  collect(receive: (subscription: number, record: StreamRecord) => void): void {
    if (this.#waiting.size === 0) return;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const subscription of waiting) {
      const client = this.#open.get(subscription);
      if (client === undefined) continue;
      for (const record of this.#hub.drain(client, MAX_RECORDS_PER_COLLECT)) receive(subscription, record);
    }
  }

  /** Closes every subscription. Idempotent. */
  closeAll(): void {
    for (const subscription of this.#open.keys()) this.close(subscription);
  }

  #clientOf(subscription: number): string {
    return `${this.#app}/${subscription}`;
  }
}
