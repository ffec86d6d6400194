import type { WorldClock } from '@kanchi/hal';
import type { DriverChannel } from '../drivers/sensor-driver.ts';
import { SensorError } from '../error.ts';
import type { ReadingReason } from '../reading.ts';
import type { ClientKey } from '../scheduler/client-windows.ts';
import type { Contract, HubRequest, RateCap } from '../scheduler/contract.ts';
import { shorter } from '../scheduler/durations.ts';
import { DEFAULT_STEP_TIMEOUT_NS } from '../scheduler/limits.ts';
import type { Answer, Outcome, ReadStep, TimelineEvent } from '../scheduler/plan.ts';
import { Timeline } from '../scheduler/timeline.ts';
import { unknownClient } from '../scheduler/timeline-error.ts';
import type { StreamRecord } from '../stream/record-queue.ts';
import { StreamSet } from '../stream/stream-set.ts';
import { HubSensor, type HubSensorEntry } from './hub-sensor.ts';
import type { HubClientState, SensorState } from './hub-state.ts';
import { IntervalSharing, type PlainClients } from './interval-sharing.ts';
import { MAX_RUN_NS, MAX_SENSORS_PER_TAKE, MAX_STEPS_PER_RUN } from './limits.ts';
import type { RunningStepWriter } from './running-step.ts';
import type { SensorOutline } from './sensor-port.ts';

export interface SensorHubOptions {
  /** The schedule runs on it: an inline run's virtual clock, or the clock of the thread that owns the hardware. */
  readonly clock: WorldClock;
  readonly sensors: readonly HubSensorEntry[];
  /** A sensor or bus failed or came back. Must not block and must not call the hub. */
  readonly onEvent?: (event: TimelineEvent) => void;
  /** Where the step that goes on is noted, for other threads. */
  readonly runningStep?: RunningStepWriter;
}

interface HubClient {
  readonly key: ClientKey;
  readonly sensor: HubSensor;
  contract: Contract;
  readonly notify: () => void;
}

/**
 * Reads sensors for clients: the timeline decides, the drivers read, the streams keep what waits for whom. It does
 * everything on the thread of its clock and blocks that thread as long as a driver's transfers take. It calls a client
 * only to say that something waits (`notify`), never from inside a call of that client.
 */
export class SensorHub {
  readonly #clock: WorldClock;
  readonly #timeline: Timeline;
  readonly #streams = new StreamSet();
  readonly #sensors = new Map<string, HubSensor>();
  /** By their numbers in the timeline. */
  readonly #sensorSlots: HubSensor[] = [];
  readonly #clients = new Map<string, HubClient>();
  readonly #clientSlots: (HubClient | undefined)[] = [];
  readonly #failures = new Map<string, ReadingReason>();
  readonly #plain: PlainClients = {
    open: (...parameters) => this.#open(...parameters),
    change: (...parameters) => this.#change(...parameters),
    close: (client) => this.#close(client),
  };
  readonly #sharing = new IntervalSharing(this.#plain);
  readonly #onEvent: (event: TimelineEvent) => void;
  readonly #runningStep: RunningStepWriter | undefined;
  /** Taken, in order, and how many of them have begun: a run may end between two. */
  #steps: readonly ReadStep[] = [];
  #begunCount = 0;
  #armedNs: bigint | undefined;
  #disarm: (() => void) | undefined;
  #isRunning = false;
  #isClosed = false;

  /** Throws SENSOR_BAD_DESCRIPTION, SENSOR_IN_USE for two sensors of one name, SENSOR_LIMIT_REACHED. */
  constructor(options: SensorHubOptions) {
    this.#clock = options.clock;
    this.#onEvent = options.onEvent ?? (() => {});
    this.#runningStep = options.runningStep;
    const nowNs = options.clock.nowNs();
    this.#timeline = new Timeline();
    for (const entry of options.sensors) {
      const sensor = new HubSensor(entry);
      this.#sensorSlots[this.#timeline.addSensor(sensor.description, nowNs)] = sensor;
      this.#sensors.set(entry.name, sensor);
    }
  }

  get sensorNames(): readonly string[] {
    return [...this.#sensors.keys()];
  }

  /** Throws SENSOR_UNKNOWN_SENSOR. */
  describe(sensor: string): SensorOutline {
    const { entry, description } = this.#sensor(sensor);
    return {
      sensor,
      channels: entry.driver.channels,
      shortestIntervalNs: description.shortestIntervalNs,
    };
  }

  /**
   * Adds a client. `notify` says that records wait, once until it drains; it must not block and must not call the hub.
   * Throws SENSOR_BAD_CONTRACT, SENSOR_UNKNOWN_SENSOR, SENSOR_IN_USE, SENSOR_LIMIT_REACHED; nothing has changed then.
   */
  open(
    client: string,
    sensor: string,
    request: HubRequest,
    permission: RateCap,
    notify: () => void,
  ): Contract {
    const clients = request.sharesInterval === true ? this.#sharing : this.#plain;
    return clients.open(client, sensor, request, permission, notify);
  }

  /** Replaces a contract; its grid goes on from now. Throws SENSOR_BAD_CONTRACT, SENSOR_UNKNOWN_CLIENT. */
  change(client: string, request: HubRequest, permission: RateCap): Contract {
    return this.#clientsOf(client).change(client, request, permission);
  }

  /** False when there is no such client. What waits for it is gone. */
  close(client: string): boolean {
    return this.#clientsOf(client).close(client);
  }

  /** At most `maximumCount` records, oldest first. Throws SENSOR_UNKNOWN_CLIENT. */
  drain(client: string, maximumCount: number): StreamRecord[] {
    const known = this.#clients.get(client);
    if (known === undefined) {
      if (this.#sharing.isStopped(client)) return [];
      throw unknownClient(client);
    }
    const records = this.#streams.drain(known.key, maximumCount, this.#clock.nowNs());
    this.#arm();
    return records;
  }

  sensorStates(): SensorState[] {
    return [...this.#sensors.values()].map((sensor) => {
      const { entry, description } = sensor;
      const { name } = entry;
      const reason = this.#failures.get(name);
      return {
        sensor: name,
        driver: entry.driverName,
        bus: entry.bus,
        shortestIntervalNs: description.shortestIntervalNs,
        stepTimeoutNs: description.stepTimeoutNs ?? DEFAULT_STEP_TIMEOUT_NS,
        channels: sensor.logs.map((log, index) => ({
          channel: entry.driver.channels[index] as DriverChannel,
          log: log.snapshot(),
        })),
        failure: reason === undefined ? undefined : { reason, text: sensor.faultText ?? reason },
        counters: this.#timeline.sensorCounters(name),
        droppedCount: sensor.droppedCount,
        driverFaultCount: sensor.driverFaultCount,
      };
    });
  }

  clientStates(): HubClientState[] {
    return [...this.#clients].map(([client, { key, sensor, contract }]) => ({
      client,
      sensor: sensor.entry.name,
      contract,
      counters: this.#timeline.clientCounters(client),
      ...this.#streams.clientCounters(key),
    }));
  }

  /** Closes every client and every driver; returns what failed. Idempotent. */
  closeAll(): unknown[] {
    if (this.#isClosed) return [];
    this.#isClosed = true;
    for (const client of this.#clients.keys()) this.close(client);
    this.#disarm?.();
    const failures: unknown[] = [];
    for (const { entry } of this.#sensors.values()) {
      try {
        entry.driver.close();
      } catch (error) {
        failures.push(error);
      }
    }
    return failures;
  }

  /** A client keeps to the kind that it was opened as. */
  #clientsOf(client: string): PlainClients {
    return this.#sharing.has(client) ? this.#sharing : this.#plain;
  }

  #open(
    client: string,
    sensor: string,
    request: HubRequest,
    permission: RateCap,
    notify: () => void,
  ): Contract {
    const contract = this.#timeline.open(client, sensor, request, this.#clock.nowNs(), permission);
    const key = this.#timeline.keyOf(client);
    try {
      this.#streams.open(key, contract);
    } catch (error) {
      this.#timeline.close(client);
      throw error;
    }
    const added: HubClient = { key, sensor: this.#sensor(sensor), contract, notify };
    this.#clients.set(client, added);
    this.#clientSlots[key.clientSlot] = added;
    this.#arm();
    return contract;
  }

  #change(client: string, request: HubRequest, permission: RateCap): Contract {
    const nowNs = this.#clock.nowNs();
    const contract = this.#timeline.change(client, request, nowNs, permission);
    const known = this.#clients.get(client);
    if (known !== undefined) {
      known.contract = contract;
      known.sensor.droppedCount += this.#streams.change(known.key, contract, nowNs);
    }
    this.#arm();
    return contract;
  }

  #close(client: string): boolean {
    const known = this.#clients.get(client);
    if (known === undefined) return false;
    this.#timeline.close(client);
    this.#streams.close(known.key);
    this.#clients.delete(client);
    this.#clientSlots[known.key.clientSlot] = undefined;
    this.#arm();
    return true;
  }

  /**
   * Sets the clock's alarm to the next thing to do, now at the earliest: an alarm in the past would be served before what
   * else has become due. While a run goes on it does this when it ends.
   */
  #arm(): void {
    if (this.#isRunning) return;
    const nowNs = this.#clock.nowNs();
    const dueNs = this.#nextNs(nowNs);
    if (dueNs === this.#armedNs) return;
    const nextNs = dueNs !== undefined && dueNs < nowNs ? nowNs : dueNs;
    this.#disarm?.();
    this.#disarm = undefined;
    this.#armedNs = nextNs;
    if (nextNs === undefined || this.#isClosed) return;
    this.#disarm = this.#clock.schedule(nextNs, () => {
      this.#disarm = undefined;
      this.#armedNs = undefined;
      this.#run();
    });
  }

  /** Does what is due. A transfer lets time pass on the clock, which may call this again: that run is left to the first. */
  #run(): void {
    if (this.#isRunning || this.#isClosed) return;
    this.#isRunning = true;
    try {
      const endNs = this.#clock.nowNs() + MAX_RUN_NS;
      let stepCount = 0;
      let isOver = false;
      while (!isOver && stepCount < MAX_STEPS_PER_RUN && this.#isDue()) {
        let isTakenNow = false;
        if (!this.#hasSteps) {
          this.#setSteps(this.#take());
          isTakenNow = true;
        }
        while (!isOver && this.#hasSteps) {
          const step = this.#steps[this.#begunCount] as ReadStep;
          this.#begunCount += 1;
          stepCount += 1;
          isOver = this.#do(step, isTakenNow) >= endNs;
          isTakenNow = false;
        }
        this.#report();
      }
    } finally {
      this.#isRunning = false;
      this.#arm();
    }
  }

  /** Does a step and hands on what comes of it. `isTakenNow`: it has not waited for another one. Returns when it ended. */
  #do(step: ReadStep, isTakenNow: boolean): bigint {
    const deadlineNs = isTakenNow ? step.deadlineNs : this.#timeline.begin(step, this.#clock.nowNs());
    this.#runningStep?.begin(step.sensorSlot, deadlineNs);
    const result = this.#sensorOf(step).perform(step.kind, this.#clock);
    this.#runningStep?.end();
    const endedNs = this.#clock.nowNs();
    // The timeline is told that the limit of the step passed before it is told that the step returned.
    if (endedNs >= deadlineNs) this.#takeMore(endedNs);
    this.#hand(this.#timeline.finish(step, endedNs, result));
    return endedNs;
  }

  /** The limits of steps that wait have not passed. */
  #takeMore(nowNs: bigint): void {
    const waiting = this.#steps.slice(this.#begunCount);
    for (const step of waiting) this.#timeline.begin(step, nowNs);
    this.#setSteps([...waiting, ...this.#take()]);
  }

  #setSteps(steps: readonly ReadStep[]): void {
    this.#steps = steps;
    this.#begunCount = 0;
  }

  get #hasSteps(): boolean {
    return this.#begunCount < this.#steps.length;
  }

  #isDue(): boolean {
    const nowNs = this.#clock.nowNs();
    const nextNs = this.#nextNs(nowNs);
    return nextNs !== undefined && nextNs <= nowNs;
  }

  #nextNs(nowNs: bigint): bigint | undefined {
    if (this.#hasSteps) return nowNs;
    return earliest(this.#timeline.nextDue(nowNs), this.#streams.nextReportNs());
  }

  #take(): readonly ReadStep[] {
    const plan = this.#timeline.take(this.#clock.nowNs(), MAX_SENSORS_PER_TAKE);
    this.#hand(plan);
    return plan.steps;
  }

  #hand(outcome: Outcome): void {
    for (const event of outcome.events) this.#note(event);
    const nowNs = this.#clock.nowNs();
    for (const answer of outcome.answers) {
      const sensor = this.#sensorOf(answer);
      const readings = this.#readingsOf(sensor, answer);
      for (const delivery of answer.deliveries) {
        if (this.#streams.push(delivery, readings, nowNs)) sensor.droppedCount += 1;
      }
    }
  }

  #readingsOf(sensor: HubSensor, { from, reason }: Answer) {
    switch (from) {
      case 'read':
        return sensor.readingsOfRead(reason);
      case 'last-read':
        return sensor.lastReadings;
      case 'no-read':
        return sensor.readingsWithoutRead(reason ?? 'unavailable', this.#clock);
    }
  }

  #note(event: TimelineEvent): void {
    if (event.kind === 'sensor-failed') this.#failures.set(event.sensor, event.reason);
    if (event.kind === 'sensor-recovered') this.#failures.delete(event.sensor);
    this.#onEvent(event);
  }

  #report(): void {
    for (const { clientSlot } of this.#streams.takeReports(this.#clock.nowNs()))
      this.#clientSlots[clientSlot]?.notify();
  }

  /** The sensors of a hub stay, so that each number is one of them. */
  #sensorOf({ sensorSlot }: Pick<ReadStep, 'sensorSlot'>): HubSensor {
    return this.#sensorSlots[sensorSlot] as HubSensor;
  }

  #sensor(name: string): HubSensor {
    const sensor = this.#sensors.get(name);
    if (sensor !== undefined) return sensor;
    const known = [...this.#sensors.keys()].join(', ');
    throw new SensorError('SENSOR_UNKNOWN_SENSOR', `there is no sensor ${name}; known are: ${known}`, {
      sensor: name,
    });
  }
}

function earliest(a: bigint | undefined, b: bigint | undefined): bigint | undefined {
  if (a === undefined) return b;
  return b === undefined ? a : shorter(a, b);
}
