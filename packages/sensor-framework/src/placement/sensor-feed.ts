import type { SensorOutline } from '../hub/sensor-port.ts';
import type { Contract, HubRequest } from '../scheduler/contract.ts';
import type { StreamRecord } from '../stream/record-queue.ts';
import type { SensorAnswer, SensorRequest } from './hub-service.ts';
import { resultOf } from './remote-sensor-port.ts';
import { SampleRingReader } from './sample-ring.ts';
import { packIntegers } from './wire.ts';

/** Sends requests to the `HubService` of this client, which does all of them before it reads a sensor. */
export type SendToHub = (
  requests: readonly Readonly<Record<string, unknown>>[],
) => Promise<readonly SensorAnswer[]>;

/** One subscription to be opened. */
export interface FeedRequest {
  /** The client's number for it. */
  readonly subscription: number;
  readonly sensor: string;
  readonly request: HubRequest;
  /** Of the sensor. */
  readonly channels: SensorOutline['channels'];
}

const noCap = { shortestIntervalNs: 0n };

/**
 * Sensors of another thread, for a thread that must never block, as the one that supervises: the thread of the sensors may
 * hang in a read. `RemoteSensorPort` is the one for apps.
 */
export class SensorFeed {
  readonly #send: SendToHub;
  readonly #ring: SampleRingReader;
  readonly #channels = new Map<number, SensorOutline['channels']>();

  /** `ring`: the one that the client's `HubService` was given. */
  constructor(send: SendToHub, ring: SharedArrayBuffer) {
    this.#send = send;
    this.#ring = new SampleRingReader(ring);
  }

  /** Resolves with the contracts, in order. Rejects with the first SensorError; what was opened stays open. */
  async open(requests: readonly FeedRequest[]): Promise<readonly Contract[]> {
    for (const { subscription, channels } of requests) this.#channels.set(subscription, channels);
    const answers = await this.#send(
      requests.map(({ subscription, sensor, request }) =>
        wire({ operation: 'open', subscription, sensor, request, permission: noCap }),
      ),
    );
    return answers.map(resultOf) as Contract[];
  }

  /** Gives what came in since the last call. */
  collect(receive: (subscription: number, record: StreamRecord) => void): void {
    this.#ring.drain((subscription) => this.#channels.get(subscription), receive);
    if (!this.#ring.takePending()) return;
    // What did not fit comes with the next call. A request that fails is that of a thread that has ended.
    void this.#send([wire({ operation: 'refill' })]).catch(() => {});
  }
}

function wire(request: SensorRequest): Readonly<Record<string, unknown>> {
  return packIntegers(request) as Readonly<Record<string, unknown>>;
}
