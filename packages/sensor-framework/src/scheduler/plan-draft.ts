import type { ReadingReason } from '../reading.ts';
import type { Delivery, ScheduledClient } from './client-windows.ts';
import type { Answer, Outcome, Plan, ReadStep, TimelineEvent } from './plan.ts';
import type { ScheduledSensor, Share } from './scheduled-sensor.ts';

/** A plan being written. Nothing is handed to a client that closed before it is done. */
export class PlanDraft {
  readonly steps: ReadStep[] = [];
  readonly events: TimelineEvent[] = [];
  readonly #answers: Answer[] = [];
  readonly #lastReads: { readonly client: ScheduledClient; readonly answer: Answer }[] = [];

  get isEmpty(): boolean {
    return this.#lastReads.length === 0;
  }

  addRecovery(recovery: Omit<Extract<TimelineEvent, { kind: 'sensor-recovered' }>, 'kind'>): void {
    this.events.push({ kind: 'sensor-recovered', ...recovery });
  }

  addWithoutRead(
    sensor: ScheduledSensor,
    reason: ReadingReason,
    nowNs: bigint,
    shares: readonly Share[],
  ): void {
    const deliveries = shares.map(({ delivery }) => delivery);
    const { name, slot: sensorSlot } = sensor;
    this.#answers.push({
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
    this.#answers.push({ sensor: name, sensorSlot, from: 'read', reason, startedNs, deliveries });
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
    this.#lastReads.push({ client, answer });
  }

  outcome(): Outcome {
    if (this.#lastReads.length === 0) return { answers: this.#answers, events: this.events };
    const lastReads = this.#lastReads.filter(({ client }) => !client.closed).map(({ answer }) => answer);
    return { answers: [...lastReads, ...this.#answers], events: this.events };
  }

  plan(): Plan {
    const { answers, events } = this.outcome();
    return { steps: this.steps, answers, events };
  }
}
