import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Grants } from '../permission/grant.ts';
import {
  ask,
  call,
  denyEntry,
  grantsOf,
  type Json,
  manifestOf,
  permissionEntry,
  testBoard,
} from '../permission/permission.test-support.ts';
import { pwmPermitsOpen } from '../permission/pwm.ts';
import { effectiveGrants } from './effective-grants.ts';
import { explainRefusal } from './explain-refusal.ts';
import { parsePolicy } from './parse-policy.ts';

const permissions = fc.array(permissionEntry, { maxLength: 6 });
const denies = fc.array(denyEntry, { maxLength: 2 });
const runs = { numRuns: 2000 };

interface PolicyEntry {
  readonly permissions?: readonly Json[];
  readonly deny: readonly Json[];
}
/** A manifest and a policy that often allows some of what it asks for. */
const files = fc.tuple(permissions, denies).chain(([granted, denied]) =>
  fc.record({
    granted: fc.constant(granted),
    denied: fc.constant(denied),
    entry: fc
      .tuple(
        fc.option(fc.tuple(fc.subarray([...granted]), permissions), { nil: undefined }),
        fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, denies),
      )
      .map(
        ([allowed, deny]): PolicyEntry =>
          allowed === undefined ? { deny } : { permissions: allowed.flat(), deny },
      ),
  }),
);

const under = (granted: readonly Json[], denied: readonly Json[], entry: PolicyEntry) =>
  effectiveGrants(
    manifestOf(granted, denied),
    testBoard,
    parsePolicy({ kanchi: 1, apps: { 'test-app': entry } }, 'policy.json'),
  );

/**
 * The same question without any policy: a call is allowed when the manifest allows it, the policy's permissions would as a
 * manifest of their own, and the manifest still does with the policy's deny entries among its own.
 */
function oracle(
  granted: readonly Json[],
  denied: readonly Json[],
  entry: PolicyEntry,
  asked: Parameters<typeof ask>[1],
) {
  const byManifest = ask(grantsOf(granted, denied), asked) === undefined;
  const byList = ask(grantsOf(entry.permissions ?? granted), asked) === undefined;
  const byDeny = ask(grantsOf(granted, [...denied, ...entry.deny]), asked) === undefined;
  return { byManifest, allowed: byManifest && byList && byDeny };
}

/** A write that touches no bit: any bit that may be written is enough for it, and each file may have another one. */
function setsNoBit(asked: Parameters<typeof ask>[1]): boolean {
  if (asked.kind !== 'mmio' || asked.access.operation === 'read') return false;
  if (asked.access.operation !== 'modify') return asked.access.value === 0;
  const { mask, value, width, offset } = asked.access;
  // In a register where only ones act, neither zeros nor bits that are left (there are none) touch anything.
  const isWholeLane = mask === 2 ** width - 1;
  return mask === 0 || (offset === WRITE_ONE_OFFSET && isWholeLane && value === 0);
}

/** "SET" of the test board. */
const WRITE_ONE_OFFSET = 4;

/**
 * What may need two permissions of which each file has another: an I2C transaction; a PWM channel, which is opened at the board's period, where
 * each file may allow other duties.
 */
function mayNeedTwo(asked: Parameters<typeof ask>[1], { pwm }: Grants): boolean {
  if (asked.kind === 'pwm') {
    const grant = pwm.get(asked.label);
    const board = testBoard.pwmChannels.get(asked.label);
    return grant === undefined || board === undefined || !pwmPermitsOpen(grant, board.periodNs);
  }
  return asked.kind === 'i2c' || setsNoBit(asked);
}

describe('whatever a policy says', () => {
  it('an app may do no more than its manifest grants, and nothing that the policy does not', () => {
    let allowed = 0;
    let taken = 0;
    fc.assert(
      fc.property(files, call, ({ granted, denied, entry }, asked) => {
        const { grants } = under(granted, denied, entry);
        const permitted = ask(grants, asked) === undefined;
        const expected = oracle(granted, denied, entry, asked);
        if (permitted) allowed += 1;
        if (expected.byManifest && !permitted) taken += 1;
        expect(permitted && !expected.allowed).toBe(false);
        if (!mayNeedTwo(asked, grants)) expect(permitted).toBe(expected.allowed);
      }),
      runs,
    );
    expect(Math.min(allowed, taken)).toBeGreaterThan(30);
  });

  it('an app may do the same as before under a policy that allows just what its manifest says', () => {
    fc.assert(
      fc.property(permissions, denies, call, (granted, denied, asked) => {
        const before = ask(grantsOf(granted, denied), asked) === undefined;
        const { grants } = under(granted, denied, { permissions: granted, deny: denied });
        expect(ask(grants, asked) === undefined).toBe(before);
      }),
      runs,
    );
  });

  it('a refusal names the file that refuses, and following it ends with a call that is allowed', () => {
    let followed = 0;
    fc.assert(
      fc.property(files, call, ({ granted, denied, entry }, asked) => {
        if (setsNoBit(asked)) return;
        let current = entry;
        for (let step = 0; step < 4; step += 1) {
          const effective = under(granted, denied, current);
          const refusal = ask(effective.grants, asked);
          if (refusal === undefined) return;
          const { advice, rule } = explainRefusal(effective, testBoard, refusal);
          const isManifest = refusal.under(effective.asked) !== undefined;
          // These are refused when they are opened, before it is looked at what is done with them.
          const opens = ['sensor', 'i2c', 'spi', 'mmio', 'pwm'].includes(asked.kind);
          if (!opens) expect(isManifest).toBe(ask(effective.asked, asked) !== undefined);
          if (isManifest) {
            expect(advice).toBeUndefined();
            expect(rule).not.toContain('policy');
            return;
          }
          if (asked.kind === 'message' && asked.topic === '' && refusal.manifestLine === undefined) {
            // No entry can name an empty topic: there is no line, and the advice says so.
            expect(advice).toMatch(
              /^(?:widen "apps\.test-app\.permissions"|narrow or remove "apps\.test-app\.deny\[)/u,
            );
            return;
          }
          followed += 1;
          const [, line] =
            /^add to "apps\.test-app\.permissions" of policy\.json: (.*)$/u.exec(advice ?? '') ?? [];
          const places = [...(advice ?? '').matchAll(/apps\.test-app\.deny\[(\d+)\]/gu)].map(([, at]) =>
            Number(at),
          );
          if (line !== undefined) {
            current = { ...current, permissions: [...(current.permissions ?? []), JSON.parse(line) as Json] };
          } else {
            expect(places.length).toBeGreaterThan(0);
            current = { ...current, deny: current.deny.filter((_, index) => !places.includes(index)) };
          }
        }
        throw new Error('no end of the advice');
      }),
      runs,
    );
    expect(followed).toBeGreaterThan(30);
  });
});
