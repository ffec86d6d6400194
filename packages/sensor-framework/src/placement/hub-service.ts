import type { ClientService } from '@kanchi/hal/remote';
import { SensorError } from '../error.ts';
import type { SensorHub } from '../hub/sensor-hub.ts';
import type { HubRequest, RateCap } from '../scheduler/contract.ts';
import { SampleRingWriter } from './sample-ring.ts';
import { packIntegers, unpackIntegers } from './wire.ts';

/** What an app's thread asks of the hub. The answer is `SensorAnswer`. */
export type SensorRequest =
  | { readonly operation: 'describe'; readonly sensor: string }
  | {
      readonly operation: 'open';
      readonly subscription: number;
      readonly sensor: string;
      readonly request: HubRequest;
      readonly permission: RateCap;
    }
  | {
      readonly operation: 'change';
      readonly subscription: number;
      readonly request: HubRequest;
      readonly permission: RateCap;
    }
  | { readonly operation: 'close'; readonly subscription: number }
  /** The ring has room again. */
  | { readonly operation: 'refill' };

/** Errors of this package keep their code on the way. */
export type SensorAnswer =
  | { readonly result: unknown }
  | { readonly error: { readonly code: string; readonly message: string; readonly details: object } };

interface ServedSubscription {
  readonly client: string;
  readonly sensor: string;
  readonly channelNames: readonly string[];
}

/**
 * The hub's side of one app in another thread: answers its requests and puts its records into the ring. What does not fit
 * waits in the subscription's own queue of the hub, which drops its oldest and counts. On the thread of the hub.
 */
export class HubService implements ClientService {
  readonly #hub: SensorHub;
  readonly #clientId: string;
  readonly #ring: SampleRingWriter;
  readonly #wake: () => void;
  readonly #subscriptions = new Map<number, ServedSubscription>();
  readonly #waiting = new Set<number>();

  constructor(hub: SensorHub, clientId: string, ring: SharedArrayBuffer, wake: () => void) {
    this.#hub = hub;
    this.#clientId = clientId;
    this.#ring = new SampleRingWriter(ring);
    this.#wake = wake;
  }

  serve(message: Readonly<Record<string, unknown>>): SensorAnswer {
    try {
      return { result: packIntegers(this.#answer(unpackIntegers(message) as SensorRequest)) };
    } catch (error) {
      if (!(error instanceof SensorError)) throw error;
      const { code, details } = error;
      return { error: { code, message: error.message, details } };
    }
  }

  /** Nothing of a sensor that was taken back goes into the ring any more. */
  revoke(targets: readonly string[]): void {
    for (const [subscription, { sensor }] of this.#subscriptions) {
      if (targets.includes(`sensor:${sensor}`)) this.#close(subscription);
    }
  }

  close(): void {
    for (const subscription of this.#subscriptions.keys()) this.#close(subscription);
  }

  #answer(request: SensorRequest): unknown {
    switch (request.operation) {
      case 'describe':
        return this.#hub.describe(request.sensor);
      case 'open': {
        const { subscription, sensor } = request;
        const client = `${this.#clientId}/${subscription}`;
        const contract = this.#hub.open(client, sensor, request.request, request.permission, () => {
          this.#waiting.add(subscription);
          this.#flush();
        });
        const channelNames = this.#hub.describe(sensor).channels.map((channel) => channel.name);
        this.#subscriptions.set(subscription, { client, sensor, channelNames });
        return contract;
      }
      case 'change': {
        const client = this.#subscriptions.get(request.subscription)?.client ?? '';
        return this.#hub.change(client, request.request, request.permission);
      }
      case 'close':
        this.#close(request.subscription);
        return null;
      case 'refill':
        this.#flush();
        return null;
    }
  }

  #close(subscription: number): void {
    const served = this.#subscriptions.get(subscription);
    if (served === undefined) return;
    this.#subscriptions.delete(subscription);
    this.#waiting.delete(subscription);
    this.#hub.close(served.client);
  }

  #flush(): void {
    for (const subscription of this.#waiting) {
      const served = this.#subscriptions.get(subscription);
      if (served === undefined || this.#fill(subscription, served)) this.#waiting.delete(subscription);
    }
    if (this.#waiting.size > 0) this.#ring.setPending();
    this.#wake();
  }

  /** True when everything that waited has gone into the ring. */
  #fill(subscription: number, { client, channelNames }: ServedSubscription): boolean {
    for (;;) {
      const count = Math.floor(this.#ring.room / channelNames.length);
      if (count === 0) return false;
      const records = this.#hub.drain(client, count);
      for (const record of records) {
        this.#ring.push(subscription, record, (name) => channelNames.indexOf(name));
      }
      if (records.length < count) return true;
    }
  }
}
