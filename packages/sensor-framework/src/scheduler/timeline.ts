import type { ReadingReason } from '../reading.ts';
import { Slots } from '../slots.ts';
import { type ClientKey, ScheduledClient } from './client-windows.ts';
import type { Contract, ContractRequest, RateCap } from './contract.ts';
import { grantContract } from './contract.ts';
import type { ClientCounters, SensorCounters } from './counters.ts';
import { judgeRead } from './judge-read.ts';
import { MAX_CLIENTS, MAX_CLIENTS_PER_SENSOR, MAX_SENSORS } from './limits.ts';
import type { Outcome, Plan, ReadStepKey } from './plan.ts';
import { PlanDraft } from './plan-draft.ts';
import { ScheduledBus, ScheduledSensor } from './scheduled-sensor.ts';
import type { SensorDescription } from './sensor-description.ts';
import { sensorTimes } from './sensor-description.ts';
import { inUse, limitReached, unknownClient, unknownRead, unknownSensor } from './timeline-error.ts';
import { type CalendarNode, WakeCalendar } from './wake-calendar.ts';

export interface TimelineOptions {
  /** Grids are `originNs + k * intervalNs`. Default 0. */
  readonly originNs?: bigint;
}

/**
 * Decides which sensor is read when and who gets the reading. Pure: it has no clock, does no I/O and calls nobody; its
 * owner says what time it is (monotonic nanoseconds; a time before the last one told counts as the last one), does the
 * steps it is given, on as many threads as it likes, and tells how they ended. docs/sensors/scheduling.md has the rules.
 *
 *     loop: wait until `nextDue`; `take`; do the steps; `finish` each; hand on the answers of both.
 */
export class Timeline {
  readonly #originNs: bigint;
  readonly #sensors = new Map<string, ScheduledSensor>();
  readonly #clients = new Map<string, ScheduledClient>();
  readonly #sensorSlots = new Slots<ScheduledSensor>();
  readonly #clientSlots = new Slots<ScheduledClient>();
  readonly #buses = new Map<string, ScheduledBus>();
  readonly #wakes = new WakeCalendar<ScheduledSensor>();
  /** Buses that are free and may have somebody waiting. */
  readonly #freeBuses = new Set<ScheduledBus>();
  #pending = new PlanDraft();
  #order = 0;
  #readId = 0;
  #nowNs = 0n;

  constructor(options: TimelineOptions = {}) {
    this.#originNs = options.originNs ?? 0n;
  }

  /**
   * Power is taken to be on from `nowNs`. Returns the number of the sensor, which another one may have after it was removed.
   * Throws SENSOR_BAD_DESCRIPTION, SENSOR_IN_USE, SENSOR_LIMIT_REACHED.
   */
  addSensor(description: SensorDescription, nowNs: bigint): number {
    this.#advance(nowNs);
    sensorTimes(description);
    const { name } = description;
    if (this.#sensors.has(name)) throw inUse(`the sensor ${name} exists`, { sensor: name });
    if (this.#sensors.size >= MAX_SENSORS) throw limitReached('MAX_SENSORS', MAX_SENSORS);
    const bus = this.#busOf(description.bus);
    bus.sensorCount += 1;
    this.#order += 1;
    const slot = this.#sensorSlots.next;
    const added = new ScheduledSensor(description, slot, bus, this.#order, this.#nowNs);
    this.#sensors.set(name, added);
    this.#sensorSlots.add(added);
    return slot;
  }

  /** Throws SENSOR_UNKNOWN_SENSOR, and SENSOR_IN_USE while it has clients or a step on its bus. */
  removeSensor(name: string): void {
    const sensor = this.#sensor(name);
    if (sensor.clients.size > 0 || sensor.phase === 'running' || sensor.bus.stuckOn === name) {
      throw inUse(`the sensor ${name} has clients or is being read`, { sensor: name });
    }
    this.#wakes.remove(sensor.wake);
    sensor.bus.removeWaiting(sensor);
    this.#sensors.delete(name);
    this.#sensorSlots.remove(sensor.slot);
    sensor.bus.sensorCount -= 1;
    if (sensor.bus.sensorCount > 0) return;
    this.#freeBuses.delete(sensor.bus);
    if (sensor.bus.name !== undefined) this.#buses.delete(sensor.bus.name);
  }

  /**
   * Adds a client and tells what it is granted. Throws SENSOR_BAD_CONTRACT, SENSOR_UNKNOWN_SENSOR, SENSOR_IN_USE (the
   * name of the client is taken), SENSOR_LIMIT_REACHED; nothing has changed then.
   */
  open(
    client: string,
    sensor: string,
    request: ContractRequest,
    nowNs: bigint,
    permission?: RateCap,
  ): Contract {
    this.#advance(nowNs);
    const state = this.#sensor(sensor);
    if (this.#clients.has(client)) throw inUse(`the client ${client} exists`, { client });
    if (this.#clients.size >= MAX_CLIENTS) throw limitReached('MAX_CLIENTS', MAX_CLIENTS);
    if (state.clients.size >= MAX_CLIENTS_PER_SENSOR) {
      throw limitReached('MAX_CLIENTS_PER_SENSOR', MAX_CLIENTS_PER_SENSOR);
    }
    const contract = grantContract(request, state.description, permission);
    this.#order += 1;
    const key = { client, clientSlot: this.#clientSlots.next };
    const added = new ScheduledClient(key, state, contract, this.#order);
    if (contract.firstReading === 'at-once') added.dueNs = this.#nowNs;
    else added.begin(this.#nowNs, this.#originNs);
    this.#clients.set(client, added);
    this.#clientSlots.add(added);
    this.#joinLastRead(added, state);
    state.clients.set(added);
    this.#sleep(state);
    return contract;
  }

  /**
   * Replaces a client's contract; its grid goes on from now, `firstReading` plays no part. Throws SENSOR_BAD_CONTRACT,
   * and the old contract stays, and SENSOR_UNKNOWN_CLIENT.
   */
  change(client: string, request: ContractRequest, nowNs: bigint, permission?: RateCap): Contract {
    this.#advance(nowNs);
    const changed = this.#client(client);
    const state = changed.sensor;
    changed.contract = grantContract(request, state.description, permission);
    changed.begin(this.#nowNs, this.#originNs);
    this.#joinLastRead(changed, state);
    state.clients.set(changed);
    this.#sleep(state);
    return changed.contract;
  }

  /** Closes a client; false when there is none of this name. What was on its way to it is not delivered. */
  close(client: string): boolean {
    const closed = this.#clients.get(client);
    if (closed === undefined) return false;
    const state = closed.sensor;
    closed.closed = true;
    this.#clients.delete(client);
    this.#clientSlots.remove(closed.key.clientSlot);
    state.clients.remove(closed);
    this.#sleep(state);
    return true;
  }

  /** When `take` next has something to do (now at the earliest), or undefined until something changes. O(1). */
  nextDue(nowNs: bigint): bigint | undefined {
    this.#advance(nowNs);
    if (this.#freeBuses.size > 0 || !this.#pending.isEmpty) return this.#nowNs;
    const wakeNs = this.#wakes.firstNs;
    return wakeNs !== undefined && wakeNs < this.#nowNs ? this.#nowNs : wakeNs;
  }

  /**
   * What is to be done at `nowNs`: at most one step for each bus. With more than `maximumWakes` sensors due, the others are
   * due in the next call. O(log n) for each sensor and client in the plan.
   */
  take(nowNs: bigint, maximumWakes = MAX_SENSORS): Plan {
    this.#advance(nowNs);
    const draft = this.#pending;
    this.#pending = new PlanDraft();
    for (let count = 0; count < maximumWakes; count += 1) {
      const { firstNs } = this.#wakes;
      if (firstNs === undefined || firstNs > this.#nowNs) break;
      const first = this.#wakes.first as CalendarNode<ScheduledSensor>;
      this.#wakes.remove(first);
      this.#wake(first.item, draft);
    }
    for (const bus of this.#freeBuses) this.#startNext(bus, draft);
    this.#freeBuses.clear();
    return draft.plan();
  }

  /**
   * Tells that a step begins only now: an owner with one thread does the steps of a plan one after the other. What it waited
   * is its lateness, not time on its bus, and its deadline counts from here. To be told of every step that has waited before
   * `take` is called again. Returns the deadline. Throws SENSOR_UNKNOWN_READ.
   */
  begin(step: ReadStepKey, nowNs: bigint): bigint {
    this.#advance(nowNs);
    const sensor = this.#running(step);
    sensor.beginStep(this.#nowNs);
    // The calendar has an earlier time, which `#wake` finds to be none: most steps end before it.
    return this.#nowNs + sensor.times.stepTimeoutNs;
  }

  /**
   * Tells how a step ended: `good`, or why it failed. A step that was given up may end late: its result is dropped and
   * its bus is free again. Throws SENSOR_UNKNOWN_READ when the step was not begun or has been finished.
   */
  finish(step: ReadStepKey, nowNs: bigint, result: 'good' | ReadingReason): Outcome {
    this.#advance(nowNs);
    const sensor = this.#running(step);
    const { bus } = sensor;
    const draft = new PlanDraft();
    bus.runningReadId = undefined;
    if (bus.hasWaiting) this.#freeBuses.add(bus);
    if (bus.stuckOn !== undefined) {
      bus.stuckOn = undefined;
      draft.addEvent({ kind: 'bus-recovered', bus: bus.name, sensor: sensor.name, atNs: this.#nowNs });
      return draft.outcome();
    }
    sensor.endStep(this.#nowNs);
    if (result === 'good' && sensor.times.conversionNs > 0n && !sensor.collecting) {
      sensor.phase = 'converting';
      this.#wakes.set(sensor.wake, this.#nowNs + sensor.times.conversionNs);
    } else {
      this.#endRead(sensor, result, draft);
    }
    return draft.outcome();
  }

  /** Throws SENSOR_UNKNOWN_CLIENT. */
  keyOf(client: string): ClientKey {
    return this.#client(client).key;
  }

  /** Throws SENSOR_UNKNOWN_SENSOR. */
  sensorCounters(sensor: string): SensorCounters {
    return this.#sensor(sensor).counters();
  }

  /** Throws SENSOR_UNKNOWN_CLIENT. */
  clientCounters(client: string): ClientCounters {
    return this.#client(client).counters();
  }

  /** A window that begins before the last read is filled by it: nobody's grid depends on who was there first. */
  #joinLastRead(client: ScheduledClient, sensor: ScheduledSensor): void {
    const { lastStartNs } = sensor;
    if (lastStartNs === undefined || client.dueNs - client.contract.windowNs >= lastStartNs) return;
    // The last read was abandoned between its steps because everybody had left.
    if (!sensor.isReading && sensor.lastResult === undefined) return;
    const delivery = client.deliver(client.dueNs, this.#originNs);
    client.lastStartNs = lastStartNs;
    sensor.deliveryCount += 1;
    if (sensor.isReading) {
      sensor.shares = [...sensor.shares, { client, delivery }];
    } else {
      client.lateness.record(0n);
      this.#pending.addLastRead(sensor, client, delivery, this.#nowNs);
    }
  }

  /** A wake time has come: of the next read, of the end of a conversion or of the limit of a step. */
  #wake(sensor: ScheduledSensor, draft: PlanDraft): void {
    switch (sensor.phase) {
      case 'idle':
        this.#tick(sensor, draft);
        return;
      case 'converting':
        sensor.collecting = true;
        if (sensor.bus.stuckOn !== undefined) this.#endRead(sensor, 'timeout', draft, false);
        else this.#enqueue(sensor, sensor.lastStartNs ?? this.#nowNs);
        return;
      case 'running': {
        const deadlineNs = sensor.stepStartNs + sensor.times.stepTimeoutNs;
        if (deadlineNs > this.#nowNs) this.#wakes.set(sensor.wake, deadlineNs);
        else this.#giveUp(sensor, draft);
        return;
      }
      case 'queued':
    }
  }

  #tick(sensor: ScheduledSensor, draft: PlanDraft): void {
    const reason = this.#reasonNotToRead(sensor);
    if (reason === undefined) {
      // Nobody else is on a bus of its own: no turn to wait for.
      if (sensor.bus.name === undefined && sensor.bus.runningReadId === undefined) this.#start(sensor, draft);
      else this.#enqueue(sensor, sensor.clients.dueNs ?? this.#nowNs);
      return;
    }
    const shares = sensor.share(this.#nowNs, this.#originNs, undefined);
    sensor.withoutReadCount += 1;
    draft.addWithoutRead(sensor, reason, this.#nowNs, shares);
    this.#sleep(sensor);
  }

  #reasonNotToRead(sensor: ScheduledSensor): ReadingReason | undefined {
    if (sensor.bus.stuckOn !== undefined) return 'timeout';
    if (sensor.failure !== undefined && this.#nowNs < sensor.failure.retryNs) return sensor.failure.reason;
    return this.#nowNs < sensor.warmNs ? 'warming-up' : undefined;
  }

  #enqueue(sensor: ScheduledSensor, dueNs: bigint): void {
    sensor.phase = 'queued';
    sensor.bus.addWaiting(sensor, dueNs);
    if (sensor.bus.runningReadId === undefined) this.#freeBuses.add(sensor.bus);
  }

  #startNext(bus: ScheduledBus, draft: PlanDraft): void {
    for (let sensor = bus.firstWaiting; sensor !== undefined; sensor = bus.firstWaiting) {
      bus.removeWaiting(sensor);
      if (this.#isWanted(sensor)) {
        this.#start(sensor, draft);
        return;
      }
      this.#rest(sensor);
    }
  }

  /** The clients that a queued read was for may have closed. */
  #isWanted(sensor: ScheduledSensor): boolean {
    return sensor.collecting
      ? sensor.shares.some(({ client }) => !client.closed)
      : sensor.clients.hasOpen(this.#nowNs);
  }

  #start(sensor: ScheduledSensor, draft: PlanDraft): void {
    this.#readId += 1;
    sensor.phase = 'running';
    sensor.readId = this.#readId;
    sensor.stepStartNs = this.#nowNs;
    sensor.bus.runningReadId = this.#readId;
    if (!sensor.collecting) {
      sensor.readDueNs = sensor.clients.dueNs ?? this.#nowNs;
      sensor.readCount += 1;
      sensor.lastStartNs = this.#nowNs;
      sensor.lastResult = undefined;
      sensor.shares = sensor.share(this.#nowNs, this.#originNs, this.#nowNs);
    }
    const deadlineNs = this.#nowNs + sensor.times.stepTimeoutNs;
    this.#wakes.set(sensor.wake, deadlineNs);
    const kind = sensor.times.conversionNs === 0n ? 'read' : sensor.collecting ? 'collect' : 'start';
    const { name, slot: sensorSlot, bus } = sensor;
    draft.addStep({ readId: this.#readId, sensorSlot, sensor: name, bus: bus.name, kind, deadlineNs });
  }

  /** The step did not return in time. Its bus is stuck; whoever waits for that bus is answered. */
  #giveUp(sensor: ScheduledSensor, draft: PlanDraft): void {
    const { bus } = sensor;
    bus.stuckOn = sensor.name;
    sensor.endStep(this.#nowNs);
    draft.addEvent({ kind: 'bus-stuck', bus: bus.name, sensor: sensor.name, atNs: this.#nowNs });
    this.#endRead(sensor, 'timeout', draft);
    for (let waiting = bus.firstWaiting; waiting !== undefined; waiting = bus.firstWaiting) {
      bus.removeWaiting(waiting);
      if (waiting.collecting) this.#endRead(waiting, 'timeout', draft, false);
      else this.#rest(waiting);
    }
  }

  /** The read is over. `ownFault` is false when the part was never asked: others hold its bus. */
  #endRead(sensor: ScheduledSensor, result: 'good' | ReadingReason, draft: PlanDraft, ownFault = true): void {
    const told = ownFault ? judgeRead(sensor, result, this.#nowNs, draft) : result;
    sensor.lastResult = told;
    const deliveries = sensor.takeShares();
    draft.addRead(sensor, told, sensor.lastStartNs ?? this.#nowNs, deliveries);
    this.#rest(sensor);
  }

  #rest(sensor: ScheduledSensor): void {
    sensor.phase = 'idle';
    sensor.collecting = false;
    this.#sleep(sensor);
  }

  /** Sets the wake time of an idle sensor; one that nobody listens to has none. */
  #sleep(sensor: ScheduledSensor): void {
    if (sensor.phase !== 'idle') return;
    const nextNs = sensor.nextReadNs;
    if (nextNs === undefined) this.#wakes.remove(sensor.wake);
    else this.#wakes.set(sensor.wake, nextNs);
  }

  #running({ readId, sensorSlot }: ReadStepKey): ScheduledSensor {
    const sensor = this.#sensorSlots.get(sensorSlot);
    if (sensor !== undefined && sensor.readId === readId && sensor.bus.runningReadId === readId)
      return sensor;
    throw unknownRead(readId);
  }

  #busOf(name: string | undefined): ScheduledBus {
    if (name === undefined) return new ScheduledBus(undefined);
    const bus = this.#buses.get(name) ?? new ScheduledBus(name);
    this.#buses.set(name, bus);
    return bus;
  }

  #sensor(name: string): ScheduledSensor {
    const sensor = this.#sensors.get(name);
    if (sensor !== undefined) return sensor;
    throw unknownSensor(name);
  }

  #client(name: string): ScheduledClient {
    const client = this.#clients.get(name);
    if (client !== undefined) return client;
    throw unknownClient(name);
  }

  #advance(nowNs: bigint): void {
    if (nowNs > this.#nowNs) this.#nowNs = nowNs;
  }
}
