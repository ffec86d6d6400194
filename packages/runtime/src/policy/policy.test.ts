import { describe, expect, it } from 'vitest';
import { RuntimeError } from '../error.ts';
import { type grantsOf, type Json, manifestOf, testBoard } from '../permission/permission.test-support.ts';
import { effectiveGrants } from './effective-grants.ts';
import { capLimits, limitAdvice } from './limit-caps.ts';
import { parsePolicy } from './parse-policy.ts';
import { type Policy, policyForApp } from './policy.ts';

const policyOf = (apps: Json): Policy => parsePolicy({ kanchi: 1, apps }, 'policy.json');
const refusalOf = (json: unknown): string => {
  try {
    parsePolicy(json, 'policy.json');
  } catch (error) {
    expect(error).toBeInstanceOf(RuntimeError);
    expect((error as RuntimeError).code).toBe('KANCHI_POLICY_INVALID');
    return (error as RuntimeError).message;
  }
  throw new Error('the policy is taken');
};

describe('a policy file', () => {
  it.each<[string, unknown, string]>([
    [
      'an unknown field',
      { kanchi: 1, apps: { '*': { denny: [] } } },
      'policy.json: unknown field "apps.*.denny"; did you mean "deny"?',
    ],
    [
      'an unknown limit',
      { kanchi: 1, apps: { blink: { limits: { memoryPage: 4 } } } },
      'policy.json: unknown field "apps.blink.limits.memoryPage"; did you mean "memoryPages"?',
    ],
    [
      'a cap of zero',
      { kanchi: 1, apps: { blink: { limits: { handles: 0 } } } },
      'policy.json: "apps.blink.limits.handles": must be at least 1, not 0',
    ],
    [
      'a name that no app can have',
      { kanchi: 1, apps: { 'Blink!': {} } },
      'policy.json: "apps.Blink!": must be the name of an app as in its manifest, or "*" for every app',
    ],
    [
      'an entry without its label',
      { kanchi: 1, apps: { '*': { deny: [{ kind: 'gpio' }] } } },
      'policy.json: field "apps.*.deny[0].line" is missing',
    ],
    ['no apps', { kanchi: 1 }, 'policy.json: field "apps" is missing'],
  ])('with %s is refused with the path', (_, json, message) => {
    expect(refusalOf(json)).toBe(message);
  });

  it('says for an app what its own entry says, and what that of every app says where its own is silent', () => {
    const policy = policyOf({
      '*': {
        permissions: [{ kind: 'log' }],
        deny: [{ kind: 'gpio', line: 'led' }],
        limits: { handles: 8, timers: 2 },
        requireSignature: true,
      },
      own: { permissions: [], deny: [{ kind: 'log' }], limits: { handles: 9 }, requireSignature: false },
      silent: {},
    });
    const own = policyForApp(policy, 'own');
    expect(own.permissions).toEqual({ place: 'apps.own.permissions', value: [] });
    expect(own.deny.map(({ place }) => place)).toEqual(['apps.own.deny[0]', 'apps.*.deny[0]']);
    expect([...own.limits]).toEqual([
      ['handles', { place: 'apps.own.limits.handles', value: 9 }],
      ['timers', { place: 'apps.*.limits.timers', value: 2 }],
    ]);
    expect(own.requireSignature).toBe(false);
    for (const name of ['silent', 'not-named']) {
      const other = policyForApp(policy, name);
      expect(other.permissions?.place).toBe('apps.*.permissions');
      expect(other.requireSignature).toBe(true);
    }
  });

  it('takes no word from what objects inherit', () => {
    expect(policyForApp(policyOf({}), 'constructor')).toMatchObject({ permissions: undefined, deny: [] });
  });
});

describe('the limits under a policy', () => {
  const manifest = manifestOf([]);
  const policy = policyOf({ 'test-app': { limits: { handles: 8, memoryPages: 1000 } } });

  it('are capped, and not raised', () => {
    const { limits } = capLimits(manifest, policy);
    // Defaults of the manifest: 64 handles, 256 pages, 20 timers.
    expect([limits.handles, limits.memoryPages, limits.timers]).toEqual([8, 256, 20]);
  });

  it('are raised in the file that holds them down', () => {
    const forApp = policyForApp(policy, 'test-app');
    expect(limitAdvice(forApp, 'handles', 8)).toBe(
      'the policy of this machine allows no more: raise "apps.test-app.limits.handles" of policy.json',
    );
    expect(limitAdvice(forApp, 'memoryPages', 256)).toContain('raise "limits.memoryPages" in app.json');
    expect(limitAdvice(undefined, 'handles', 64)).toContain('raise "limits.handles" in app.json');
  });
});

describe('an entry whose label the board lacks', () => {
  it('has no effect and is told, with the nearest label', () => {
    const policy = policyOf({ '*': { deny: [{ kind: 'gpio', line: 'lid' }] } });
    const manifest = manifestOf([{ kind: 'gpio', line: 'led', actions: ['write'] }]);
    const { grants, ignoredEntries } = effectiveGrants(manifest, testBoard, policy);
    expect(grants.gpio.get('led')?.write).toBe(true);
    expect(ignoredEntries).toEqual([
      '"apps.*.deny[0]" of policy.json has no effect here: it names "lid", which board.json does not have under "lines"; did you mean "led"? it has "led", "button"',
    ]);
  });
});

describe('a policy entry that no board could run', () => {
  it('is KANCHI_POLICY_INVALID, not a fault of the manifest', () => {
    const policy = policyOf({
      '*': {
        permissions: [{ kind: 'i2c', device: 'raw', actions: ['read'], registers: [{ first: 0 }] }],
      },
    });
    expect(() => effectiveGrants(manifestOf([]), testBoard, policy)).toThrow(
      expect.objectContaining({
        code: 'KANCHI_POLICY_INVALID',
        message: expect.stringMatching(/^policy\.json: app "test-app": an entry names registers of "raw"/u),
      }),
    );
  });
});

describe('what is left of a manifest', () => {
  const left = (granted: Json, allowed: Json): ReturnType<typeof grantsOf> =>
    effectiveGrants(manifestOf([granted]), testBoard, policyOf({ '*': { permissions: [allowed] } })).grants;

  it('of a sensor are the channels that both name, at the slower rate', () => {
    const grants = left(
      { kind: 'sensor', sensor: 'air', channels: ['heat', 'light'], maximumRateHz: 10 },
      { kind: 'sensor', sensor: 'air', channels: ['light', 'rain'], maximumRateHz: 2 },
    );
    expect(grants.sensor.get('air')?.rates).toEqual([
      { channels: new Set(['light']), shortestIntervalNs: 500_000_000n },
    ]);
  });

  it('of topics are the narrower patterns', () => {
    const grants = left(
      { kind: 'message', actions: ['publish'], topics: ['/alert/*', '/log/a'] },
      { kind: 'message', actions: ['publish', 'request'], topics: ['/alert/fire', 'alert/smoke*', '/log/*'] },
    );
    expect(grants.message?.topics.publish).toEqual(['/alert/fire', '/alert/smoke*', '/log/a']);
    expect(grants.message?.topics.request).toEqual([]);
  });

  it('of PWM are the duties of both at each period', () => {
    const range = (first: number, last: number) => ({ first, last });
    const grants = left(
      { kind: 'pwm', channel: 'servo', periodsNs: range(10, 30), dutiesNs: range(2, 9) },
      { kind: 'pwm', channel: 'servo', periodsNs: range(20, 40), dutiesNs: range(1, 5) },
    );
    expect(grants.pwm.get('servo')?.ranges).toEqual([{ periodsNs: range(20, 30), dutiesNs: range(2, 5) }]);
    const fan = { kind: 'pwm', channel: 'fan' };
    expect(left(fan, { ...fan, dutiesNs: range(1, 3) }).pwm.get('fan')?.ranges).toEqual([
      { periodsNs: range(5, 5), dutiesNs: range(1, 3) },
    ]);
    expect(left(fan, { ...fan, periodsNs: range(6, 9) }).pwm.has('fan')).toBe(false);
  });

  it('of registers are the bits of both masks', () => {
    const registers = (offset: number, writeMask: number) => [{ offset, writeMask }];
    const grants = left(
      { kind: 'mmio', window: 'registers', registers: registers(8, 0xff) },
      { kind: 'mmio', window: 'registers', registers: registers(8, 0xf0f) },
    );
    expect(grants.mmio.get('registers')?.registers.get(8)).toEqual({ read: true, writeMask: 0x0f });
  });
});
