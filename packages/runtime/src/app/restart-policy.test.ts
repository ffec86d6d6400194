import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AppExit } from './app-exit.ts';
import { AppCounters } from './counters.ts';
import { endsText, KEPT_ENDS, type RestartOptions, RestartPolicy, restartSchema } from './restart-policy.ts';

const MS = 1_000_000n;
const counters = new AppCounters().snapshot();
const exitOf = (exit: Partial<AppExit>): AppExit => ({
  reason: 'completed',
  exitCode: 0,
  code: undefined,
  message: undefined,
  stack: undefined,
  counters,
  ...exit,
});
const trapped = exitOf({
  reason: 'trapped',
  exitCode: 70,
  code: 'KANCHI_TRAP',
  message: 'app "a" trapped: unreachable',
});
const terminated = exitOf({ reason: 'terminated', exitCode: 71, code: 'KANCHI_TERMINATED' });

/** A policy whose app runs for so long each time and waits as it is told. */
class Runs {
  nowMs = 0;
  readonly policy: RestartPolicy;

  constructor(options: Partial<RestartOptions>) {
    this.policy = new RestartPolicy(restartSchema.parse(options));
  }

  /** The delay before the restart; `stays` for none, `crash loop`, or why not. */
  end(exit: AppExit, ranMs = 0): number | string {
    const startedMs = this.nowMs;
    this.nowMs += ranMs;
    const decision = this.policy.ended(exit, BigInt(startedMs) * MS, BigInt(this.nowMs) * MS);
    if (decision.restart) {
      this.nowMs += decision.delayMs;
      return decision.delayMs;
    }
    return decision.error?.code ?? decision.why ?? 'stays';
  }
}

describe('the restart policy', () => {
  it('is "never" for whoever does not say', () => {
    expect(restartSchema.parse({})).toEqual({
      mode: 'never',
      firstDelayMs: 1000,
      longestDelayMs: 60_000,
      failures: 5,
      withinMs: 120_000,
    });
    expect(new Runs({}).end(trapped)).toBe('stays');
  });

  it('on-failure starts again what trapped, was ended, failed or gave a code, and nothing else', () => {
    const onFailure = (exit: AppExit) => new Runs({ mode: 'on-failure' }).end(exit);
    expect(onFailure(trapped)).toBe(1000);
    expect(onFailure(terminated)).toBe(1000);
    expect(onFailure(exitOf({ reason: 'failed', exitCode: 1, code: 'KANCHI_INIT_FAILED' }))).toBe(1000);
    expect(onFailure(exitOf({ exitCode: 3 }))).toBe(1000);
    expect(onFailure(exitOf({}))).toBe('stays');
    expect(onFailure(exitOf({ reason: 'stopped', exitCode: 3 }))).toBe('stays');
  });

  it('always starts again what completed as well, but not what was stopped', () => {
    const runs = new Runs({ mode: 'always', firstDelayMs: 250 });
    expect([runs.end(exitOf({})), runs.end(exitOf({})), runs.end(trapped)]).toEqual([250, 250, 250]);
    expect(runs.end(exitOf({ reason: 'stopped' }))).toBe('stays');
  });

  it('doubles the delay with each failure in a row up to the longest, and begins anew after a long run', () => {
    const runs = new Runs({ mode: 'on-failure', failures: 100, longestDelayMs: 9000 });
    expect(Array.from({ length: 6 }, () => runs.end(trapped))).toEqual([1000, 2000, 4000, 8000, 9000, 9000]);
    expect(runs.end(trapped, 119_999)).toBe(9000);
    expect(runs.end(trapped, 120_000)).toBe(1000);
  });

  it('ends a crash loop with the count, the time and the last reason', () => {
    const runs = new Runs({ mode: 'on-failure' });
    expect(Array.from({ length: 5 }, () => runs.end(trapped, 100))).toEqual([
      1000,
      2000,
      4000,
      8000,
      'KANCHI_CRASH_LOOP',
    ]);
    const { error } = {
      error: undefined,
      ...new RestartPolicy(restartSchema.parse({ mode: 'always', failures: 1 })).ended(trapped, 0n, MS),
    };
    expect(error?.message).toBe(
      'failed 1 times within 0.0 s and is not started again; the last time: app "a" trapped: unreachable',
    );
  });

  it('is no crash loop when the failures are far enough apart', () => {
    const runs = new Runs({ mode: 'on-failure', failures: 3, withinMs: 60_000 });
    const delays = Array.from({ length: 20 }, () => runs.end(terminated, 30_000));
    expect(delays.every((delay) => typeof delay === 'number')).toBe(true);
    expect(runs.policy.restarts).toBe(20);
  });

  it.each(['on-failure', 'always'] as const)('%s does not start again what cannot get better', (mode) => {
    const invalid = exitOf({ reason: 'failed', exitCode: 4, code: 'KANCHI_MANIFEST_INVALID' });
    expect(new Runs({ mode }).end(invalid)).toBe(
      'not started again: KANCHI_MANIFEST_INVALID would come again',
    );
    const denied = { ...counters, denials: 2 };
    expect(new Runs({ mode }).end(exitOf({ exitCode: 1, counters: denied }))).toMatch(
      /^not started again: it gave up after a call that was refused/u,
    );
    // A trap may have another reason than the refusal before it.
    expect(new Runs({ mode }).end({ ...trapped, counters: denied })).toBe(1000);
  });

  it('keeps the last ends for people, and no more', () => {
    const runs = new Runs({ mode: 'always', failures: 100 });
    runs.end(trapped, 300);
    expect(endsText(runs.policy.ends)).toBe('trapped (KANCHI_TRAP) after 0.3 s');
    runs.end(exitOf({ exitCode: 3 }), 2000);
    runs.end(exitOf({}), 100);
    expect(endsText(runs.policy.ends)).toBe(
      'trapped (KANCHI_TRAP) after 0.3 s, completed (exit code 3) after 2.0 s, completed after 0.1 s',
    );
    for (let count = 0; count < 50; count += 1) runs.end(exitOf({}));
    expect(runs.policy.ends).toHaveLength(KEPT_ENDS);
  });

  it('never lets more than "failures" failures into "withinMs", and no delay over the longest', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 10 }),
        fc.integer({ min: 1, max: 100_000 }),
        fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 60 }),
        (failures, withinMs, ranMs) => {
          const runs = new Runs({ mode: 'always', failures, withinMs, longestDelayMs: 7000 });
          const failedMs: number[] = [];
          for (const ms of ranMs) {
            failedMs.push(runs.nowMs + ms);
            const delay = runs.end(trapped, ms);
            const recent = failedMs.filter((atMs) => atMs >= (failedMs.at(-1) ?? 0) - withinMs).length;
            if (delay === 'KANCHI_CRASH_LOOP') {
              expect(recent).toBeGreaterThanOrEqual(failures);
              return;
            }
            expect(recent).toBeLessThan(failures);
            expect(delay).toBeLessThanOrEqual(7000);
          }
        },
      ),
    );
  });
});
