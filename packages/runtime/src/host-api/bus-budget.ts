import { NS_PER_MS } from '@kanchi/hal';
import { limitTable } from '../app/limits.ts';
import { UsedTime } from '../app/used-time.ts';
import type { AppContext } from './app-context.ts';
import { fail } from './call-result.ts';

const NS_PER_US = 1000;
/** The whole second: no limit. */
const NO_LIMIT = limitTable.busMicrosecondsPerSecond.maximum;

/** How long one app had each bus during the last second. */
export class BusBudget {
  readonly #microsecondsPerSecond: number;
  readonly #used = new Map<string, UsedTime>();

  constructor(microsecondsPerSecond: number) {
    this.#microsecondsPerSecond = microsecondsPerSecond;
  }

  /** When the app may have the bus again; undefined when it may now. */
  refusedUntilNs(bus: string, nowNs: bigint): bigint | undefined {
    if (this.#microsecondsPerSecond >= NO_LIMIT) {
      return undefined;
    }
    const freeAtNs = this.#used.get(bus)?.freeAtNs(nowNs, this.#microsecondsPerSecond * NS_PER_US) ?? nowNs;
    return freeAtNs > nowNs ? freeAtNs : undefined;
  }

  add(bus: string, nowNs: bigint, durationNs: number): void {
    let used = this.#used.get(bus);
    if (used === undefined) {
      used = new UsedTime();
      // Buses are those of the board file, which has a limit.
      this.#used.set(bus, used);
    }
    used.add(nowNs, durationNs);
  }
}

/** Where something is done on a bus: for the budget and for messages. */
export interface BusPlace {
  /** One name for one piece of wiring, e.g. `I2C bus 1`. */
  readonly bus: string;
  /** E.g. `i2c "environment"`. */
  readonly resource: string;
}

/**
 * Makes a transaction and charges the app for the time that it took, also when it failed; without the time that the call waited for
 * other apps, where `device` knows it. An app that is over its
 * `limits.busMicrosecondsPerSecond` of that bus gets `limit-reached` before anything moves: a negative number, else 0. Throws what
 * `transaction` throws.
 */
export function onBus(
  context: AppContext,
  call: string,
  place: BusPlace,
  device: { readonly lastTransactionNs?: number | undefined },
  transaction: () => void,
): number {
  const { clock } = context;
  const refusal = busRefusal(context, place);
  if (refusal !== undefined) {
    return fail(context, call, 'limit-reached', refusal.text);
  }
  const startNs = clock.nowNs();
  try {
    transaction();
    return 0;
  } finally {
    const endNs = clock.nowNs();
    chargeBus(context, place.bus, endNs, device.lastTransactionNs ?? Number(endNs - startNs));
  }
}

/** Charges the app for time on a bus that ends now. */
export function chargeBus(
  { busBudget, counters }: AppContext,
  bus: string,
  nowNs: bigint,
  durationNs: number,
): void {
  busBudget.add(bus, nowNs, durationNs);
  counters.add('busMicroseconds', durationNs / NS_PER_US);
}

/**
 * Whether the app has had the bus for too long: undefined when it has not, else until when it must not have it and why, which is counted
 * and told in its log.
 */
export function busRefusal(
  { busBudget, clock, ending, limits }: AppContext,
  { bus, resource }: BusPlace,
): { readonly untilNs: bigint; readonly text: string } | undefined {
  const nowNs = clock.nowNs();
  const untilNs = busBudget.refusedUntilNs(bus, nowNs);
  if (untilNs === undefined) {
    return undefined;
  }
  ending.check();
  const us = limits.values.busMicrosecondsPerSecond;
  const text = limits.reached(
    'busMicrosecondsPerSecond',
    `${resource}: the app has had ${bus} for its ${us} us of a second, the next ones begin in ${(untilNs - nowNs) / NS_PER_MS} ms`,
  );
  return { untilNs, text };
}
