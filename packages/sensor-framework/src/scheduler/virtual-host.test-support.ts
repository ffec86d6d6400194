import type { ReadingReason } from '../reading.ts';
import type { ContractRequest } from './contract.ts';
import { shorter } from './durations.ts';
import type { Answer, Outcome, ReadStep, TimelineEvent } from './plan.ts';
import type { SensorDescription } from './sensor-description.ts';
import { Timeline } from './timeline.ts';

export const MS = 1_000_000n;
export const SECOND = 1_000n * MS;

export interface Received {
  readonly sensor: string;
  readonly dueNs: bigint;
  readonly sequence: number;
  readonly startedNs: bigint;
  readonly handedNs: bigint;
  readonly from: Answer['from'];
  readonly reason: ReadingReason | undefined;
}

export interface BegunStep {
  readonly sensor: string;
  readonly kind: string;
  readonly atNs: bigint;
}

/** How a step of a sensor goes: how long it takes, and how it ends. */
export interface StepBehaviour {
  readonly durationNs: bigint;
  readonly result: 'good' | ReadingReason;
}

/** Owns a timeline in virtual time: does the steps, moves to whatever is next, keeps what everybody got. */
export class VirtualHost {
  readonly timeline = new Timeline();
  readonly steps: BegunStep[] = [];
  readonly events: TimelineEvent[] = [];
  readonly received = new Map<string, Received[]>();
  /** How a step goes that begins now. Default: good, takes no time. */
  behaviour: (sensor: string, nowNs: bigint) => StepBehaviour = () => ({ durationNs: 0n, result: 'good' });
  /** How late the host looks at a due time. Default 0. */
  latenessNs: () => bigint = () => 0n;
  nowNs: bigint;
  #actions: { readonly atNs: bigint; readonly action: () => void }[] = [];
  #endings: { readonly atNs: bigint; readonly step: ReadStep; readonly result: 'good' | ReadingReason }[] =
    [];

  constructor(startNs = 0n) {
    this.nowNs = startNs;
  }

  addSensor(name: string, more: Partial<SensorDescription> = {}): void {
    const channels = [{ name: 'temperature', unit: 'degC' }];
    this.timeline.addSensor({ name, channels, shortestIntervalNs: MS, ...more }, this.nowNs);
  }

  open(client: string, sensor: string, request: ContractRequest): void {
    this.timeline.open(client, sensor, request, this.nowNs);
  }

  /** Runs the action when the time comes, before the timeline looks at that time. */
  at(atNs: bigint, action: () => void): void {
    this.#actions.push({ atNs, action });
    this.#actions.sort((a, b) => Number(a.atNs - b.atNs));
  }

  /** Up to and with `untilNs`. */
  run(untilNs: bigint): void {
    for (;;) {
      const next = this.#next();
      if (next === undefined || next > untilNs) break;
      if (next > this.nowNs) this.nowNs = next;
      this.#runActions();
      this.#endSteps();
      this.#take();
    }
    if (untilNs > this.nowNs) this.nowNs = untilNs;
  }

  dues(client: string): bigint[] {
    return this.of(client).map(({ dueNs }) => dueNs);
  }

  of(client: string): Received[] {
    return this.received.get(client) ?? [];
  }

  startsOf(sensor: string): bigint[] {
    return this.steps
      .filter((step) => step.sensor === sensor && step.kind !== 'collect')
      .map(({ atNs }) => atNs);
  }

  #next(): bigint | undefined {
    const dueNs = this.timeline.nextDue(this.nowNs);
    const lateNs = dueNs !== undefined && dueNs > this.nowNs ? dueNs + this.latenessNs() : dueNs;
    const times = [lateNs, this.#actions[0]?.atNs, this.#endings[0]?.atNs].filter(
      (time) => time !== undefined,
    );
    return times.length === 0 ? undefined : times.reduce(shorter);
  }

  #runActions(): void {
    for (
      let first = this.#actions[0];
      first !== undefined && first.atNs <= this.nowNs;
      first = this.#actions[0]
    ) {
      this.#actions.shift();
      first.action();
    }
  }

  #endSteps(): void {
    for (
      let first = this.#endings[0];
      first !== undefined && first.atNs <= this.nowNs;
      first = this.#endings[0]
    ) {
      this.#endings.shift();
      this.#hand(this.timeline.finish(first.step, this.nowNs, first.result));
    }
  }

  #take(): void {
    const plan = this.timeline.take(this.nowNs);
    this.#hand(plan);
    for (const step of plan.steps) {
      const { sensor, kind } = step;
      this.steps.push({ sensor, kind, atNs: this.nowNs });
      const { durationNs, result } = this.behaviour(sensor, this.nowNs);
      this.#endings.push({ atNs: this.nowNs + durationNs, step, result });
    }
    this.#endings.sort((a, b) => Number(a.atNs - b.atNs) || a.step.readId - b.step.readId);
  }

  #hand(outcome: Outcome): void {
    this.events.push(...outcome.events);
    for (const { sensor, from, reason, startedNs, deliveries } of outcome.answers) {
      for (const { client, dueNs, sequence } of deliveries) {
        const list = this.received.get(client) ?? [];
        list.push({ sensor, dueNs, sequence, startedNs, handedNs: this.nowNs, from, reason });
        this.received.set(client, list);
      }
    }
  }
}

/** The points of a grid from `fromNs` to `untilNs`, both with, made one by one from the origin 0. */
export function gridPoints(fromNs: bigint, untilNs: bigint, intervalNs: bigint): bigint[] {
  const points: bigint[] = [];
  for (let point = 0n; point <= untilNs; point += intervalNs) if (point >= fromNs) points.push(point);
  return points;
}
