import { NS_PER_S, secondsToNs } from '@kanchi/hal';
import { SensorError } from '../error.ts';

/**
 * How a simulated quantity moves: a constant, a sine that starts at `from`, reaches `to` after half a period and is
 * back after `periodSeconds`, or steps that hold each value from its second on. Pure: a value at a time, no state.
 */
export type Signal = number | SineSignal | StepSignal;

export interface SineSignal {
  readonly from: number;
  readonly to: number;
  /** 1e-3 to 1e9. */
  readonly periodSeconds: number;
}

export interface StepSignal {
  /** `[seconds, value]`, seconds from 0, each above the one before. The first value also holds before its time. */
  readonly steps: readonly (readonly [seconds: number, value: number])[];
}

/** Most steps in one signal: enough for a day in seconds, small enough to refuse a wrong file early. */
export const MAX_SIGNAL_STEPS = 100_000;
const MIN_PERIOD_SECONDS = 1e-3;
/** Seconds that stay exact when they are turned into nanoseconds and back (about 31 years). */
const MAX_SECONDS = 1e9;
/** Far above any quantity in SI units on a bench; keeps every sum of two values finite. */
const MAX_MAGNITUDE = 1e15;

/** The value of `signal` at `timeNs` from its start. */
export function signalAt(signal: Signal, timeNs: bigint): number {
  if (typeof signal === 'number') return signal;
  if ('steps' in signal) return stepAt(signal.steps, Number(timeNs) / Number(NS_PER_S));
  const periodNs = secondsToNs(signal.periodSeconds);
  // The remainder is taken on integers, so that a signal is as exact after a year as in its first period.
  const phase = Number(timeNs % periodNs) / Number(periodNs);
  return signal.from + ((signal.to - signal.from) * (1 - Math.cos(2 * Math.PI * phase))) / 2;
}

/**
 * Checks data from a board file. `name` is the quantity that an error tells.
 * Throws SENSOR_BAD_SIGNAL with the field that is wrong.
 */
export function parseSignal(value: unknown, name: string): Signal {
  if (typeof value === 'number') return finite(value, name);
  if (!isRecord(value)) throw bad(name, 'must be a number, {from, to, periodSeconds} or {steps}');
  if ('steps' in value) {
    onlyFields(value, ['steps'], name);
    return { steps: parseSteps(value['steps'], name) };
  }
  onlyFields(value, ['from', 'to', 'periodSeconds'], name);
  const periodSeconds = finite(value['periodSeconds'], `${name}.periodSeconds`);
  if (periodSeconds < MIN_PERIOD_SECONDS || periodSeconds > MAX_SECONDS) {
    throw bad(`${name}.periodSeconds`, `must be ${MIN_PERIOD_SECONDS} to ${MAX_SECONDS}`);
  }
  return {
    from: finite(value['from'], `${name}.from`),
    to: finite(value['to'], `${name}.to`),
    periodSeconds,
  };
}

function parseSteps(value: unknown, name: string): StepSignal['steps'] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_SIGNAL_STEPS) {
    throw bad(`${name}.steps`, `must be a list of 1 to ${MAX_SIGNAL_STEPS} [seconds, value] pairs`);
  }
  let previousSeconds = -1;
  return value.map((step: unknown, index) => {
    const field = `${name}.steps[${index}]`;
    if (!Array.isArray(step) || step.length !== 2) throw bad(field, 'must be a [seconds, value] pair');
    const seconds = finite(step[0], field);
    if (seconds < 0 || seconds > MAX_SECONDS || seconds <= previousSeconds) {
      throw bad(field, `must be at 0 to ${MAX_SECONDS} seconds and later than the step before`);
    }
    previousSeconds = seconds;
    return [seconds, finite(step[1], field)] as const;
  });
}

/** Binary search for the last step that is not later than `seconds`. */
function stepAt(steps: StepSignal['steps'], seconds: number): number {
  let low = 0;
  let high = steps.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((steps[middle]?.[0] ?? 0) <= seconds) low = middle;
    else high = middle - 1;
  }
  const step = steps[low];
  if (step === undefined) throw bad('steps', 'must not be empty');
  return step[1];
}

function finite(value: unknown, name: string): number {
  if (typeof value !== 'number' || !(Math.abs(value) <= MAX_MAGNITUDE)) {
    throw bad(name, `must be a number from -${MAX_MAGNITUDE} to ${MAX_MAGNITUDE}`);
  }
  return value;
}

function onlyFields(value: Readonly<Record<string, unknown>>, fields: readonly string[], name: string): void {
  const unknown = Object.keys(value).find((field) => !fields.includes(field));
  if (unknown !== undefined) throw bad(`${name}.${unknown}`, `is not known; known are ${fields.join(', ')}`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bad(name: string, problem: string): SensorError {
  return new SensorError('SENSOR_BAD_SIGNAL', `${name} ${problem}`, { field: name });
}
