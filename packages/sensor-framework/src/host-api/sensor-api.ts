import {
  type AppContext,
  badHandle,
  closeHandle,
  deny,
  type ErrorName,
  eventKind,
  fail,
  failAtLimit,
  failFromHal,
  type HostApi,
  noSuchLabel,
  openHandle,
  readLabel,
  sensorPermits,
  sensorRefusal,
} from '@kanchi/runtime/extension';
import { SensorError, type SensorErrorCode } from '../error.ts';
import type { SensorPort } from '../hub/sensor-port.ts';
import type { Contract, ContractRequest, RateCap } from '../scheduler/contract.ts';
import {
  CONTRACT_RECORD_ALIGNMENT,
  CONTRACT_RECORD_BYTES,
  decodeContract,
  encodeGranted,
  maskedChannels,
} from './contract-record.ts';
import {
  CHANNEL_RECORD_BYTES,
  encodeChannel,
  encodeReading,
  READING_RECORD_BYTES,
} from './reading-record.ts';
import { SensorSubscription } from './sensor-subscription.ts';

const API = 'kanchi_sensor';
/** Most records that one call fills. */
export const MAX_SENSOR_RECORDS = 1024;
const RECORD_ALIGNMENT = 8;

/** Which number a guest sees for each error of this package. The ones that only the host can cause end the app. */
const errorNameOf: Readonly<Partial<Record<SensorErrorCode, ErrorName>>> = {
  SENSOR_BAD_CONTRACT: 'bad-argument',
  SENSOR_UNKNOWN_SENSOR: 'no-such-label',
  SENSOR_LIMIT_REACHED: 'limit-reached',
};

/**
 * `kanchi_sensor`: sensors by label, each with a contract. `connect` gives the app's way to the sensors; it is asked once
 * for each app. See docs/host-api/kanchi-sensor.md.
 */
export function createSensorApi(connect: (context: AppContext) => SensorPort): HostApi {
  return {
    module: API,
    signatures: {
      subscribe: '(iii)i',
      describe: '(iii)i',
      read: '(iii)i',
      change: '(ii)i',
      close: '(i)i',
    },
    create(context) {
      const sensors = new AppSensors(context, connect(context));
      return {
        subscribe: (pointer: number, length: number, contractPointer: number) =>
          sensors.subscribe(pointer, length, contractPointer),
        describe: (handle: number, pointer: number, recordCount: number) =>
          sensors.describe(handle, pointer, recordCount),
        read: (handle: number, pointer: number, recordCount: number) =>
          sensors.read(handle, pointer, recordCount),
        change: (handle: number, contractPointer: number) => sensors.change(handle, contractPointer),
        close: (handle: number) => sensors.close(handle),
      };
    },
  };
}

/** The subscriptions of one app. */
class AppSensors {
  readonly #context: AppContext;
  readonly #port: SensorPort;
  readonly #subscriptions = new Map<number, { subscription: SensorSubscription; handle: number }>();
  #number = 0;

  constructor(context: AppContext, port: SensorPort) {
    this.#context = context;
    this.#port = port;
    context.events.addPump(() => this.#collect());
  }

  subscribe(pointer: number, length: number, contractPointer: number): number {
    const call = `${API}.subscribe`;
    const context = this.#context;
    const start = this.#contractStart(call, contractPointer);
    const label = readLabel(context, call, pointer, length);
    if (label === undefined || !context.board.sensors.has(label)) {
      return noSuchLabel(context, call, label, '"sensors"', context.board.sensors.keys());
    }
    const grant = context.grants.sensor.get(label);
    return this.#guard(call, label, () => {
      const outline = this.#port.describe(label);
      const terms = this.#terms(call, label, start, outline);
      if (typeof terms === 'number') return terms;
      if (grant === undefined) throw new Error('terms are granted by a grant');
      const { sensorSubscriptions } = context.limits.values;
      if (this.#subscriptions.size >= sensorSubscriptions) {
        return failAtLimit(
          context,
          call,
          'sensorSubscriptions',
          `sensor "${label}": ${sensorSubscriptions} subscriptions are open, close some`,
        );
      }
      this.#number += 1;
      const subscription = new SensorSubscription({
        label,
        outline,
        grant,
        number: this.#number,
        port: this.#port,
        onClose: ({ number }) => this.#subscriptions.delete(number),
      });
      // Here and not in the next call, which knows the errors of the HAL only.
      const contract = this.#port.open(subscription.number, label, terms.request, terms.cap);
      return openHandle(
        context,
        call,
        `sensor "${label}"`,
        () => subscription,
        (resource) => {
          const handle = context.handles.add({ kind: 'service', api: API, resource });
          if (handle !== undefined) {
            this.#subscriptions.set(subscription.number, { subscription, handle });
            this.#grant(call, start, subscription, contract);
          }
          return handle;
        },
      );
    });
  }

  change(handle: number, contractPointer: number): number {
    const call = `${API}.change`;
    const context = this.#context;
    const start = this.#contractStart(call, contractPointer);
    const subscription = this.#find(handle);
    if (subscription === undefined) return badHandle(context, call, handle);
    const { label, outline, grant } = subscription;
    if (grant.revocation.revoked) return this.#denyRevoked(call, subscription);
    return this.#guard(call, label, () => {
      const terms = this.#terms(call, label, start, outline);
      if (typeof terms === 'number') return terms;
      let contract: Contract;
      try {
        contract = this.#port.change(subscription.number, terms.request, terms.cap);
      } catch (error) {
        // Taken back just now, which ended the subscription.
        if (grant.revocation.revoked) return this.#denyRevoked(call, subscription);
        throw error;
      }
      this.#grant(call, start, subscription, contract);
      return 0;
    });
  }

  describe(handle: number, pointer: number, recordCount: number): number {
    const call = `${API}.describe`;
    const { memory } = this.#context;
    const start = this.#room(call, pointer, recordCount, CHANNEL_RECORD_BYTES);
    if (start < 0) return start;
    const subscription = this.#find(handle);
    if (subscription === undefined) return badHandle(this.#context, call, handle);
    const { channels } = subscription.outline;
    channels.slice(0, recordCount >>> 0).forEach((channel, index) => {
      memory.write(call, start + index * CHANNEL_RECORD_BYTES, encodeChannel(channel));
    });
    return channels.length;
  }

  read(handle: number, pointer: number, recordCount: number): number {
    const call = `${API}.read`;
    const { memory } = this.#context;
    const start = this.#room(call, pointer, recordCount, READING_RECORD_BYTES);
    if (start < 0) return start;
    const subscription = this.#find(handle);
    if (subscription === undefined) return badHandle(this.#context, call, handle);
    if (subscription.grant.revocation.revoked) return this.#denyRevoked(call, subscription);
    this.#collect();
    let count = 0;
    while (count < recordCount >>> 0) {
      const waiting = subscription.take();
      if (waiting === undefined) break;
      memory.write(call, start + count * READING_RECORD_BYTES, encodeReading(waiting));
      count += 1;
    }
    return count;
  }

  close(handle: number): number {
    const call = `${API}.close`;
    const resource = this.#context.handles.find(handle);
    if (resource !== undefined && this.#find(handle) === undefined) {
      return badHandle(this.#context, call, handle);
    }
    return closeHandle(this.#context, call, 'service', handle);
  }

  #denyRevoked(call: string, { label, grant }: SensorSubscription): number {
    return deny(this.#context, call, sensorRefusal(label, grant, [], 0n));
  }

  /** Brings in what waits. One event tells of it until the app has taken that event. */
  #collect(): void {
    const { events, clock } = this.#context;
    const told = new Set<number>();
    this.#port.collect((number, record) => {
      const known = this.#subscriptions.get(number);
      if (known === undefined || known.subscription.grant.revocation.revoked) return;
      known.subscription.receive(record);
      told.add(number);
    });
    for (const number of told) {
      const known = this.#subscriptions.get(number);
      if (known === undefined || events.isQueued(known.handle)) continue;
      const { subscription, handle } = known;
      subscription.eventCount += 1;
      events.push({
        kind: eventKind.sensor,
        handle,
        timeNs: clock.nowNs(),
        sequence: subscription.eventCount,
        detail: subscription.waitingCount,
      });
    }
  }

  /** The contract as asked for and what the permission allows, or an error number. */
  #terms(
    call: string,
    label: string,
    start: number,
    outline: ReturnType<SensorPort['describe']>,
  ): { readonly request: ContractRequest; readonly cap: RateCap } | number {
    const context = this.#context;
    const grant = context.grants.sensor.get(label);
    const record = decodeContract(context.memory.read(call, start, CONTRACT_RECORD_BYTES));
    if (typeof record === 'string') return fail(context, call, 'bad-argument', `contract: ${record}`);
    const asked =
      record.channelMask === 0n
        ? outline.channels
            .map((channel) => channel.name)
            .filter((channel) => sensorPermits(grant, [channel]).permitted)
        : maskedChannels(record.channelMask, outline);
    if (asked === undefined) {
      const mask = record.channelMask.toString(16);
      return fail(
        context,
        call,
        'bad-argument',
        `contract: channel_mask 0x${mask} has bits above the ${outline.channels.length} channels of "${label}"`,
      );
    }
    const permitted = sensorPermits(grant, asked, record.request.intervalNs);
    if (!permitted.permitted || asked.length === 0) {
      const channels = permitted.permitted ? [] : permitted.channels;
      return deny(context, call, sensorRefusal(label, grant, channels, record.request.intervalNs));
    }
    return {
      request: { ...record.request, channels: asked },
      cap: { shortestIntervalNs: permitted.shortestIntervalNs },
    };
  }

  #grant(call: string, start: number, subscription: SensorSubscription, contract: Contract): void {
    const { memory } = this.#context;
    subscription.queueRecords = contract.queueRecords;
    const bytes = memory.read(call, start, CONTRACT_RECORD_BYTES);
    encodeGranted(bytes, contract, subscription.outline);
    memory.write(call, start, bytes);
  }

  #contractStart(call: string, pointer: number): number {
    return this.#context.memory.checkAligned(call, pointer, CONTRACT_RECORD_BYTES, CONTRACT_RECORD_ALIGNMENT);
  }

  /** The start of the guest's array, or an error number. */
  #room(call: string, pointer: number, recordCount: number, recordBytes: number): number {
    const capacity = recordCount >>> 0;
    if (capacity === 0 || capacity > MAX_SENSOR_RECORDS) {
      const text = `room for 1 to ${MAX_SENSOR_RECORDS} records, not ${capacity}`;
      return fail(this.#context, call, 'bad-argument', text);
    }
    return this.#context.memory.checkAligned(call, pointer, capacity * recordBytes, RECORD_ALIGNMENT);
  }

  #find(handle: number): SensorSubscription | undefined {
    const found = this.#context.handles.get('service', handle);
    return found?.resource instanceof SensorSubscription ? found.resource : undefined;
  }

  #guard(call: string, label: string, action: () => number): number {
    try {
      return action();
    } catch (error) {
      if (error instanceof SensorError) {
        const name = errorNameOf[error.code];
        if (name !== undefined) return fail(this.#context, call, name, `sensor "${label}": ${error.message}`);
        throw error;
      }
      return failFromHal(this.#context, call, `sensor "${label}"`, error);
    }
  }
}
