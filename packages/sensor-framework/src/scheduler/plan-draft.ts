import type { ReadingReason } from '../reading.ts';
import type { Delivery, ScheduledClient } from './client-windows.ts';
import type { Answer, Outcome, Plan, ReadStep, TimelineEvent } from './plan.ts';
import type { ScheduledSensor, Share } from './scheduled-sensor.ts';

const none: readonly never[] = [];

/**
 * A plan being written. Nothing is handed to a client that closed before it is done.
 *
 * There is one for each read that ends, with one answer and nothing else: lists are made when there is something to put in
 * them, and begin with it. A list that grows from nothing has room for sixteen.
 */
export class PlanDraft {
  #steps: ReadStep[] | undefined;
  #events: TimelineEvent[] | undefined;
  #answers: Answer[] | undefined;
  #lastReads: { readonly client: ScheduledClient; readonly answer: Answer }[] | undefined;

  get isEmpty(): boolean {
    return this.#lastReads === undefined;
  }

  addStep(step: ReadStep): void {
    this.#steps = appended(this.#steps, step);
  }

  addEvent(event: TimelineEvent): void {
    this.#events = appended(this.#events, event);
  }

  addRecovery(recovery: Omit<Extract<TimelineEvent, { kind: 'sensor-recovered' }>, 'kind'>): void {
    this.addEvent({ kind: 'sensor-recovered', ...recovery });
  }

  addWithoutRead(
    sensor: ScheduledSensor,
    reason: ReadingReason,
    nowNs: bigint,
    shares: readonly Share[],
  ): void {
    const deliveries = shares.map(({ delivery }) => delivery);
    const { name, slot: sensorSlot } = sensor;
    this.#addAnswer({
      sensor: name,
      sensorSlot,
      from: 'no-read',
      reason,
      startedNs: nowNs,
      deliveries,
    });
  }

  addRead(
    sensor: ScheduledSensor,
    result: 'good' | ReadingReason,
    startedNs: bigint,
    deliveries: readonly Delivery[],
  ): void {
    if (deliveries.length === 0) return;
    const reason = result === 'good' ? undefined : result;
    const { name, slot: sensorSlot } = sensor;
    this.#addAnswer({ sensor: name, sensorSlot, from: 'read', reason, startedNs, deliveries });
  }

  addLastRead(sensor: ScheduledSensor, client: ScheduledClient, delivery: Delivery, nowNs: bigint): void {
    const good = sensor.lastResult === 'good';
    const answer: Answer = {
      sensor: sensor.name,
      sensorSlot: sensor.slot,
      from: good ? 'last-read' : 'no-read',
      reason: sensor.lastResult === 'good' ? undefined : sensor.lastResult,
      startedNs: good ? (sensor.lastStartNs ?? nowNs) : nowNs,
      deliveries: [delivery],
    };
    this.#lastReads = appended(this.#lastReads, { client, answer });
  }

  outcome(): Outcome {
    const events = this.#events ?? none;
    const answers = this.#answers ?? none;
    if (this.#lastReads === undefined) return { answers, events };
    const lastReads = this.#lastReads.filter(({ client }) => !client.closed).map(({ answer }) => answer);
    return { answers: [...lastReads, ...answers], events };
  }

  plan(): Plan {
    const { answers, events } = this.outcome();
    return { steps: this.#steps ?? none, answers, events };
  }

  #addAnswer(answer: Answer): void {
    this.#answers = appended(this.#answers, answer);
  }
}

/** The list with one more; a new one begins with it. */
function appended<Item>(list: Item[] | undefined, item: Item): Item[] {
  if (list === undefined) return [item];
  list.push(item);
  return list;
}
