import { SensorError, type SensorErrorCode, type SensorErrorDetails, sensorErrorTable } from '../error.ts';
import type { SensorOutline, SensorPort } from '../hub/sensor-port.ts';
import type { Contract, HubRequest, RateCap } from '../scheduler/contract.ts';
import type { StreamRecord } from '../stream/record-queue.ts';
import type { SensorAnswer, SensorRequest } from './hub-service.ts';
import { SampleRingReader } from './sample-ring.ts';
import { packIntegers, unpackIntegers } from './wire.ts';

/** Asks the `HubService` of this app. Blocks; throws what the HAL throws when the broker is gone. */
export type AskHub = (request: Readonly<Record<string, unknown>>) => unknown;

/** The thread of the sensors hangs in a step of a read. */
export interface Hang {
  /** Differs from that of another hang. */
  readonly step: number;
  readonly nowNs: bigint;
  readonly wallNs: bigint;
}

interface OpenSubscription {
  /** Of the sensor. */
  readonly channels: SensorOutline['channels'];
  contract: Contract;
  /** Of the last record; undefined before the first. */
  dueNs: bigint | undefined;
  sequence: number;
  /** The hang that was told, until a record comes. */
  toldStep: number | undefined;
}

/**
 * Sensors of another thread, for one app: requests go by calls, records come through shared memory. While that thread hangs, a
 * subscription with a point that is due gets one record from here, with `timeout`; the thread's own for that is left out.
 */
export class RemoteSensorPort implements SensorPort {
  readonly #ask: AskHub;
  readonly #ring: SampleRingReader;
  readonly #hang: () => Hang | undefined;
  readonly #open = new Map<number, OpenSubscription>();
  /** Closed while the thread hung, which has not been told. */
  #unclosed: number[] = [];

  /** `ring`: the one that the app's `HubService` was given. `hang`: whether its thread hangs now; default never. */
  constructor(ask: AskHub, ring: SharedArrayBuffer, hang: () => Hang | undefined = () => undefined) {
    this.#ask = ask;
    this.#ring = new SampleRingReader(ring);
    this.#hang = hang;
  }

  describe(sensor: string): SensorOutline {
    return this.#call({ operation: 'describe', sensor }) as SensorOutline;
  }

  open(subscription: number, sensor: string, request: HubRequest, permission: RateCap): Contract {
    const { channels } = this.describe(sensor);
    const operation = { operation: 'open', subscription, sensor, request, permission } as const;
    const contract = this.#call(operation) as Contract;
    const opened = { channels, contract, dueNs: undefined, sequence: 0, toldStep: undefined };
    this.#open.set(subscription, opened);
    return contract;
  }

  change(subscription: number, request: HubRequest, permission: RateCap): Contract {
    const contract = this.#call({ operation: 'change', subscription, request, permission }) as Contract;
    const changed = this.#open.get(subscription);
    if (changed !== undefined) changed.contract = contract;
    return contract;
  }

  /** Does not wait for a thread that hangs: it is told with the next call. */
  close(subscription: number): void {
    if (!this.#open.delete(subscription)) return;
    if (this.#hang() === undefined) this.#call({ operation: 'close', subscription });
    else this.#unclosed.push(subscription);
  }

  collect(receive: (subscription: number, record: StreamRecord) => void): void {
    this.#drain(receive);
    if (this.#open.size === 0) return;
    const hang = this.#hang();
    if (hang !== undefined) {
      this.#tell(hang, receive);
    } else if (this.#ring.takePending()) {
      this.#call({ operation: 'refill' });
      this.#drain(receive);
    }
  }

  #drain(receive: (subscription: number, record: StreamRecord) => void): void {
    const channels = (subscription: number) => this.#open.get(subscription)?.channels;
    this.#ring.drain(channels, (subscription, record) => {
      const open = this.#open.get(subscription);
      if (open === undefined) return;
      open.dueNs = record.dueNs;
      open.sequence = record.sequence;
      const wasTold = open.toldStep !== undefined;
      open.toldStep = undefined;
      const isKnown =
        wasTold && record.lost === 0 && record.readings.every(({ reason }) => reason === 'timeout');
      if (!isKnown) receive(subscription, record);
    });
  }

  #tell({ step, nowNs, wallNs }: Hang, receive: (subscription: number, record: StreamRecord) => void): void {
    for (const [subscription, open] of this.#open) {
      const { contract, dueNs, channels } = open;
      const nextNs = dueNs === undefined ? nowNs : dueNs + contract.intervalNs;
      if (open.toldStep === step || nextNs > nowNs) continue;
      open.toldStep = step;
      const readings = channels
        .filter(({ name }) => contract.channels.includes(name))
        .map(({ name, unit }) => ({
          channel: name,
          unit,
          sequence: 0,
          capturedNs: nowNs,
          capturedWallNs: wallNs,
          reason: 'timeout' as const,
        }));
      receive(subscription, { dueNs: nextNs, sequence: open.sequence + 1, lost: 0, readings });
    }
  }

  #call(request: SensorRequest): unknown {
    const unclosed = this.#unclosed;
    this.#unclosed = [];
    for (const subscription of unclosed) this.#call({ operation: 'close', subscription });
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
