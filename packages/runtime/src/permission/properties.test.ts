import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ask, call, denyEntry, grantsOf, type Json, permissionEntry } from './permission.test-support.ts';

const permissions = fc.array(permissionEntry, { maxLength: 6 });
const denies = fc.array(denyEntry, { maxLength: 4 });
const runs = { numRuns: 3000 };

describe('permissions, whatever a manifest says', () => {
  it('never grant more after a deny is added', () => {
    fc.assert(
      fc.property(permissions, denies, denyEntry, call, (granted, denied, more, asked) => {
        const before = ask(grantsOf(granted, denied), asked);
        const after = ask(grantsOf(granted, [...denied, more]), asked);
        expect(before !== undefined && after === undefined).toBe(false);
      }),
      runs,
    );
  });

  it('never allow less after a permission is added', () => {
    fc.assert(
      fc.property(permissions, denies, permissionEntry, call, (granted, denied, more, asked) => {
        const before = ask(grantsOf(granted, denied), asked);
        const after = ask(grantsOf([...granted, more], denied), asked);
        expect(before === undefined && after !== undefined).toBe(false);
      }),
      runs,
    );
  });

  it('do not depend on the order of the entries', () => {
    fc.assert(
      fc.property(permissions, denies, call, (granted, denied, asked) => {
        const forward = ask(grantsOf(granted, denied), asked) === undefined;
        const backward = ask(grantsOf(granted.toReversed(), denied.toReversed()), asked) === undefined;
        expect(backward).toBe(forward);
      }),
      runs,
    );
  });

  it('refuse everything when there are none', () => {
    fc.assert(
      fc.property(denies, call, (denied, asked) => {
        expect(ask(grantsOf([], denied), asked)).toBeDefined();
      }),
    );
  });

  it('refuse everything once revoked', () => {
    fc.assert(
      fc.property(permissions, call, (granted, asked) => {
        const grants = grantsOf(granted);
        for (const grant of [
          ...grants.gpio.values(),
          ...grants.i2c.values(),
          ...grants.spi.values(),
          ...grants.uart.values(),
          ...grants.mmio.values(),
          ...grants.pwm.values(),
          ...grants.sensor.values(),
          ...[grants.message, grants.connection, grants.clock, grants.log].filter((one) => one !== undefined),
        ]) {
          grant.revocation.revoke();
          expect(grant.revocation.revoked).toBe(true);
        }
        const refusal = ask(grants, asked);
        expect(refusal).toBeDefined();
        const target = 'label' in asked ? asked.label : asked.kind;
        const had = granted.some(
          (entry) =>
            entry['kind'] === asked.kind &&
            [
              entry['line'],
              entry['device'],
              entry['bus'],
              entry['port'],
              entry['window'],
              entry['channel'],
              entry['sensor'],
              asked.kind,
            ].includes(target),
        );
        if (had) {
          expect(refusal).toMatchObject({ rule: 'the permission was revoked', manifestLine: undefined });
        }
      }),
      runs,
    );
  });

  it('allow a refused call once the advised lines are added, first for opening, then for the call', () => {
    let followed = 0;
    fc.assert(
      fc.property(permissions, call, (granted, asked) => {
        const entries: Json[] = [...granted];
        for (let step = 0; step < 3; step += 1) {
          const refusal = ask(grantsOf(entries), asked);
          if (refusal === undefined) {
            return;
          }
          if (refusal.manifestLine === undefined) {
            // Only what no manifest can allow has no advice.
            const impossible =
              (asked.kind === 'i2c' && [0, 0x78].includes(asked.address)) ||
              (asked.kind === 'message' && /^$|^[^*]*\n/u.test(asked.topic)) ||
              (asked.kind === 'spi' && asked.byteCount > 8192) ||
              (asked.kind === 'mmio' &&
                (asked.access.offset >= 16 || (asked.access.offset % 4) * 8 + asked.access.width > 32));
            expect(impossible).toBe(true);
            return;
          }
          followed += 1;
          entries.push(JSON.parse(refusal.manifestLine) as Json);
        }
        expect(ask(grantsOf(entries), asked)).toBeUndefined();
      }),
      runs,
    );
    expect(followed).toBeGreaterThan(500);
  });
});
