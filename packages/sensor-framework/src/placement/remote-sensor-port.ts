import { SensorError, type SensorErrorCode, type SensorErrorDetails, sensorErrorTable } from '../error.ts';
import type { SensorOutline, SensorPort } from '../hub/sensor-port.ts';
import type { Contract, HubRequest, RateCap } from '../scheduler/contract.ts';
import type { StreamRecord } from '../stream/record-queue.ts';
import type { SensorAnswer, SensorRequest } from './hub-service.ts';
import { SampleRingReader } from './sample-ring.ts';
import { packIntegers, unpackIntegers } from './wire.ts';

/** Asks the `HubService` of this app. Blocks; throws what the HAL throws when the broker is gone. */
export type AskHub = (request: Readonly<Record<string, unknown>>) => unknown;

/** Sensors of another thread, for one app: requests go by calls, records come through shared memory. */
export class RemoteSensorPort implements SensorPort {
  readonly #ask: AskHub;
  readonly #ring: SampleRingReader;
  readonly #channels = new Map<number, SensorOutline['channels']>();

  /** `ring`: the one that the app's `HubService` was given. */
  constructor(ask: AskHub, ring: SharedArrayBuffer) {
    this.#ask = ask;
    this.#ring = new SampleRingReader(ring);
  }

  describe(sensor: string): SensorOutline {
    return this.#call({ operation: 'describe', sensor }) as SensorOutline;
  }

  open(subscription: number, sensor: string, request: HubRequest, permission: RateCap): Contract {
    const { channels } = this.describe(sensor);
    const contract = this.#call({ operation: 'open', subscription, sensor, request, permission });
    this.#channels.set(subscription, channels);
    return contract as Contract;
  }

  change(subscription: number, request: HubRequest, permission: RateCap): Contract {
    return this.#call({ operation: 'change', subscription, request, permission }) as Contract;
  }

  close(subscription: number): void {
    if (!this.#channels.delete(subscription)) return;
    this.#call({ operation: 'close', subscription });
  }

  collect(receive: (subscription: number, record: StreamRecord) => void): void {
    const channels = (subscription: number) => this.#channels.get(subscription);
    this.#ring.drain(channels, receive);
    if (!this.#ring.takePending()) return;
    this.#call({ operation: 'refill' });
    this.#ring.drain(channels, receive);
  }

  #call(request: SensorRequest): unknown {
    return resultOf(this.#ask(packIntegers(request) as Record<string, unknown>) as SensorAnswer);
  }
}

/** Throws the SensorError that the hub answered with. */
export function resultOf(answer: SensorAnswer): unknown {
  if ('error' in answer) {
    const { code, message, details } = answer.error;
    throw new SensorError(knownCode(code), message, details as SensorErrorDetails);
  }
  return unpackIntegers(answer.result);
}

/** Both sides come from one version. */
function knownCode(code: string): SensorErrorCode {
  if (Object.hasOwn(sensorErrorTable, code)) return code as SensorErrorCode;
  throw new TypeError(`the hub answered with the unknown error ${code}`);
}
