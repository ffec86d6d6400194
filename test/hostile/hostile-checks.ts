import fc from 'fast-check';
import { expect } from 'vitest';
import {
  type HostileCall,
  type HostileRun,
  type Outcome,
  runHostile,
  STEADY_INTERVAL_NS,
} from './hostile-world.ts';

/** Calls in one run, and runs: two tests of 12,000 calls each. */
const CALLS_PER_RUN = 60;
const RUNS = 200;

/** Longest text of a refusal: it has a url of at most 255 bytes twice, where each byte can become an escape of six. */
const MAX_DENIAL_TEXT = 4000;

/** Runs the calls in groups; `check` sees each group and says what of it counts. Gives the sums of what it said. */
export async function callHostile(
  call: fc.Arbitrary<HostileCall>,
  check: (run: HostileRun, calls: readonly HostileCall[]) => Readonly<Record<string, number>>,
): Promise<Record<string, number>> {
  const sums: Record<string, number> = { calls: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.array(call, { minLength: CALLS_PER_RUN, maxLength: CALLS_PER_RUN }),
      async (calls) => {
        const run = await runHostile(calls);
        expectHostGoesOn(run);
        for (const [name, count] of Object.entries({ ...check(run, calls), calls: run.outcomes.length })) {
          sums[name] = (sums[name] ?? 0) + count;
        }
      },
    ),
    { numRuns: RUNS },
  );
  return sums;
}

/** What holds whatever is called. The grants are those of `hostile-world.ts`, told here a second time by hand. */
function expectHostGoesOn(run: HostileRun): void {
  expect(run.outcomes.filter((outcome) => !isFine(outcome))).toEqual([]);
  expect(run.exit).toMatchObject({ reason: 'completed', exitCode: 0 });
  expect(run.openSubscriptions).toBe(0);
  expect(run.denials.filter((text) => text.length > MAX_DENIAL_TEXT || /\p{Cc}/u.test(text))).toEqual([]);
  expectSteadyApp(run);
  expect(run.busAddresses).toEqual(new Set([0x76]));
  for (const { sensor, channels, intervalNs } of run.passed.subscriptions) {
    expect([sensor, channels]).toEqual(['air', ['temperature']]);
    expect(intervalNs).toBeGreaterThanOrEqual(20_000_000n);
  }
  expect(run.passed.messages.filter(({ action, url }) => !grantedUrls[action]?.test(url))).toEqual([]);
  expect(run.passed.connections.filter((target) => !grantedTargets.includes(target))).toEqual([]);
  expect(run.peerGot.filter((url) => !/^\/?(peer\/|alert$)/u.test(url))).toEqual([]);
  expect(run.victimGot).toEqual([]);
}

const grantedUrls: Readonly<Record<string, RegExp>> = {
  register: /^\/?lamp$/u,
  request: /^\/?peer\//u,
  publish: /^\/?(alert$|news\/)/u,
  subscribe: /^\/?(alert$|news\/)/u,
};
const grantedTargets = ['tcp 192.0.2.7 1883', 'udp 0.0.0.0 5000', 'udp 192.0.2.9 6000'];

/** A whole number that a guest can get, nothing, or a trap with the name of the call. */
function isFine({ name, result }: Outcome): boolean {
  if (result instanceof Error) return result.name === 'GuestTrap' && result.message.startsWith(`${name}: `);
  return result === undefined || (typeof result === 'number' && (result | 0) === result && result >= -99);
}

/** The well-behaved app has a value for each point of its grid, none missed and none lost. */
function expectSteadyApp({ steady, endedNs }: HostileRun): void {
  const points = endedNs / STEADY_INTERVAL_NS;
  const expected = Array.from({ length: steady.length }, (_, index) => BigInt(index) * STEADY_INTERVAL_NS);
  expect(steady.map(({ dueNs }) => dueNs)).toEqual(expected);
  expect(steady.every(({ fine }) => fine)).toBe(true);
  // The last point may still be in work.
  expect(BigInt(steady.length)).toBeGreaterThanOrEqual(points);
}
