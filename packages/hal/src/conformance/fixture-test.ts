import { expect, it } from 'vitest';
import type { Clock } from '../contract/clock.ts';
import type { HalEvent, HalEventSink } from '../contract/event.ts';
import type { Hal } from '../contract/hal.ts';
import { HalError } from '../error.ts';
import { NS_PER_MS } from '../units.ts';
import type { ConformanceFixture, ConformanceGroup, ConformanceSetup } from './fixture.ts';

export const consumer = 'conformance';

export interface GroupBench<W> {
  readonly hal: Hal;
  readonly clock: Clock;
  readonly wiring: W;
  /** Ends the test as skipped, with the reason. */
  readonly skip: (reason: string) => never;
}

type Wiring<G extends ConformanceGroup> = NonNullable<ConformanceFixture[G]>;
type GroupTest<W> = (name: string, body: (bench: GroupBench<W>) => void | Promise<void>) => void;

/** `it` for one group: sets the fixture up, skips with a reason where it has no such wiring, looks for leaks. */
export function testsOf<G extends ConformanceGroup>(setup: ConformanceSetup, group: G): GroupTest<Wiring<G>> {
  return (name, body) => {
    // oxlint-disable-next-line vitest/valid-title -- the titles are strings in the suites that call this
    it(name, async (context) => {
      const fixture = await setup();
      try {
        const { hal, clock } = fixture;
        const wiring = fixture[group] as Wiring<G> | undefined;
        if (wiring === undefined) {
          return context.skip(fixture.missing?.[group] ?? `this fixture has no ${group}`);
        }
        await body({ hal, clock, wiring, skip: (reason) => context.skip(reason) });
        expect(hal.openHandleCount(), 'handles that the test left open').toBe(0);
      } finally {
        fixture.hal.close();
        await fixture.close();
      }
    });
  };
}

/** Ends the test as skipped, with the reason, unless the condition holds. */
export function need(
  bench: { readonly skip: (reason: string) => never },
  condition: unknown,
  reason: string,
): asserts condition {
  if (!condition) bench.skip(reason);
}

/** The error that a call throws. A call that throws nothing, or no HalError, fails the test. */
export function errorOf(call: () => unknown): HalError {
  let thrown: unknown;
  try {
    call();
  } catch (error) {
    thrown = error;
  }
  expect(thrown, 'the call should throw a HalError').toBeInstanceOf(HalError);
  return thrown as HalError;
}

export function codeOf(call: () => unknown): string {
  return errorOf(call).code;
}

/** A sink that keeps everything. */
export class KeptEvents implements HalEventSink {
  readonly events: HalEvent[] = [];

  push(event: HalEvent): void {
    this.events.push(event);
  }
}

/** Lets time pass. */
export function pass(clock: Clock, durationNs: bigint): void {
  const deadlineNs = clock.nowNs() + durationNs;
  while (clock.nowNs() < deadlineNs) clock.waitUntil(deadlineNs);
}

/** Long enough for an event to arrive from real hardware or another thread. */
export const SETTLE_NS = 20n * NS_PER_MS;
/** What a test waits for at most. */
export const PATIENCE_NS = 2_000n * NS_PER_MS;

/** Waits until the condition holds; fails the test when it does not within PATIENCE_NS. */
export function waitFor(clock: Clock, what: string, condition: () => boolean): void {
  const deadlineNs = clock.nowNs() + PATIENCE_NS;
  while (!condition() && clock.nowNs() < deadlineNs) {
    const nextLookNs = clock.nowNs() + NS_PER_MS;
    clock.waitUntil(nextLookNs < deadlineNs ? nextLookNs : deadlineNs);
  }
  if (!condition()) throw new Error(`not within ${PATIENCE_NS / NS_PER_MS} ms: ${what}`);
}
