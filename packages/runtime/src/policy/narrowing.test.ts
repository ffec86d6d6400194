import { MockBoard, VirtualClock } from '@kanchi/hal/mock';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventKind } from '../app/app-events.ts';
import { parseBoard } from '../app/board.ts';
import { parseManifest } from '../app/manifest.ts';
import { assembleModule } from '../guest/assemble-module.test-support.ts';
import { errorNumber } from '../guest/error-number.ts';
import { loadModule } from '../guest/load-module.ts';
import type { AppContext } from '../host-api/app-context.ts';
import { clockApi } from '../host-api/clock.ts';
import { gpioApi } from '../host-api/gpio.ts';
import type { HostApi, HostFunction } from '../host-api/host-api.ts';
import { i2cApi } from '../host-api/i2c.ts';
import type { AppExecution } from '../isolation/execution.ts';
import { InlineExecutor } from '../isolation/inline-executor.ts';
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
import { AppPermissions } from './app-permissions.ts';
import { grantsByTarget } from './grant-target.ts';
import { parsePolicy } from './parse-policy.ts';

const board = parseBoard(
  {
    kanchi: 1,
    name: 'test',
    lines: {
      lamp: { line: 17, direction: 'output', safeLevel: 0 },
      fan: { line: 18, direction: 'output', safeLevel: 1 },
      button: { line: 27 },
    },
    i2c: { devices: { raw: { bus: 1, address: '0x11' }, other: { bus: 1, address: '0x12' } } },
  },
  'board.json',
);
const everything = [
  { kind: 'gpio', line: 'lamp', actions: ['read', 'write'] },
  { kind: 'gpio', line: 'fan', actions: ['write'] },
  { kind: 'gpio', line: 'button', actions: ['read', 'watch'] },
  { kind: 'i2c', device: 'raw', actions: ['read', 'write'] },
  { kind: 'i2c', device: 'other', actions: ['read'] },
  { kind: 'clock', actions: ['monotonic', 'timer'] },
  { kind: 'log' },
];
/** Takes everything and answers 0xff. */
const silentChip = { begin: () => true, writeByte: () => true, readByte: () => 0xff, end: () => {} };
const NS_PER_MS = 1_000_000n;
const DENIED = errorNumber.denied;

/** The host APIs as a guest has them, called by the test in its place. */
interface Guest {
  readonly context: AppContext;
  readonly hardware: MockBoard;
  open(label: string, mode: number): number;
  gpio(name: string, ...values: number[]): number;
  openI2c(label: string): number;
  i2c(name: string, ...values: number[]): number;
  startTimer(intervalNs: bigint): number;
  /** What waits for the app, without looking at the time. */
  events(): { readonly kind: number; readonly handle: number }[];
  wait(untilMs: number): void;
}

/**
 * Runs `act` as the app's main on mock hardware in virtual time. `policies`: what the operator's file says, and from which
 * millisecond on.
 */
async function run(
  act: (guest: Guest) => void,
  policies: Readonly<Record<number, Json>>,
): Promise<{ readonly taken: (readonly string[])[] }> {
  const clock = new VirtualClock();
  const hardware = new MockBoard({ clock });
  hardware.attachI2cChip(1, 0x11, silentChip);
  hardware.attachI2cChip(1, 0x12, silentChip);
  const taken: (readonly string[])[] = [];
  const policyOf = (apps: Json) => parsePolicy({ kanchi: 1, apps }, 'policy.json');
  const { 0: first, ...later } = policies;
  const onStart = (execution: AppExecution): void => {
    for (const [atMs, apps] of Object.entries(later)) {
      const atNs = BigInt(atMs) * NS_PER_MS;
      clock.schedule(atNs, () => {
        taken.push(execution.narrow({ policy: policyOf(apps), atNs }).targets);
      });
    }
  };
  let context: AppContext | undefined;
  let failure: unknown;
  const probe: HostApi = {
    module: 'probe',
    signatures: { act: '()' },
    create: (given) => {
      context = given;
      return {
        act: (): undefined => {
          try {
            act(guestOf(given, hardware));
          } catch (error) {
            failure = error;
          }
        },
      };
    },
  };
  const module = assembleModule({
    imports: [{ module: 'probe', name: 'act', type: '()' }],
    functions: [{ exports: ['main'], type: '()', body: (callOf) => [callOf('probe.act')] }],
  });
  const manifest = parseManifest(
    { kanchi: 1, name: 'test-app', version: '1.0.0', permissions: everything },
    'app.json',
  );
  const execution = new InlineExecutor({
    hal: hardware,
    clock,
    durationNs: 1_000_000_000n,
    hostApis: [gpioApi, clockApi, i2cApi, probe],
    onStart,
  }).start(
    {
      manifest,
      board,
      ...(first === undefined ? {} : { policy: policyOf(first) }),
      module: loadModule(module, { source: 'test.wasm', maximumPages: 1 }),
    },
    { log: () => {}, standardOutput: () => {}, standardError: () => {}, denial: () => {} },
  );
  const exit = await execution.exited;
  if (failure !== undefined) throw failure;
  expect(exit).toMatchObject({ reason: 'completed' });
  expect(context).toBeDefined();
  expect(hardware.openHandleCount()).toBe(0);
  return { taken };
}

function guestOf(context: AppContext, hardware: MockBoard): Guest {
  const gpio = gpioApi.create(context);
  const i2c = i2cApi.create(context);
  const put = (label: string): number => {
    context.memory.write('test', 16, new TextEncoder().encode(label));
    return label.length;
  };
  const invoke = (
    functions: Readonly<Record<string, HostFunction>>,
    name: string,
    values: (number | bigint)[],
  ) => Number((functions[name] as HostFunction)(...values));
  return {
    context,
    hardware,
    open: (label, mode) => invoke(gpio, 'open', [16, put(label), mode]),
    gpio: (name, ...values) => invoke(gpio, name, values),
    openI2c: (label) => invoke(i2c, 'open', [16, put(label)]),
    i2c: (name, ...values) => invoke(i2c, name, values),
    startTimer: (intervalNs) => invoke(clockApi.create(context), 'timer_start', [intervalNs, 0n, 0]),
    events: () => {
      const found: { kind: number; handle: number }[] = [];
      for (let event = context.events.next(); event !== undefined; event = context.events.next()) {
        found.push({ kind: event.kind, handle: event.handle });
      }
      return found;
    },
    wait: (untilMs) => {
      const deadlineNs = BigInt(untilMs) * NS_PER_MS;
      while (context.clock.nowNs() < deadlineNs) context.clock.waitUntil(deadlineNs);
    },
  };
}

const denyLamp = { '*': { deny: [{ kind: 'gpio', line: 'lamp' }] } };

describe('a policy that takes a line from a running app', () => {
  it('drives it to its safe level at once, while the app does nothing', async () => {
    const levels: number[] = [];
    const { taken } = await run(
      (guest) => {
        guest.open('lamp', 3);
        guest.wait(4);
        levels.push(guest.hardware.line(17).level());
        guest.wait(5);
        levels.push(guest.hardware.line(17).level());
      },
      { 5: denyLamp },
    );
    expect(levels).toEqual([1, 0]);
    expect(taken).toEqual([['gpio:lamp']]);
  });

  it('refuses every call with what took it and when, also opening it again', async () => {
    const text =
      'line "lamp": the permission was revoked at 1970-01-01T00:00:00.005Z by "apps.*.deny[0]" of policy.json; ' +
      'an app gets nothing back while it runs: change that, and start the app again';
    await run(
      (guest) => {
        const handle = guest.open('lamp', 3);
        guest.wait(6);
        for (const name of ['write', 'read', 'toggle', 'unwatch']) {
          expect(guest.gpio(name, handle, 1)).toBe(DENIED);
          expect(guest.context.lastError.text).toBe(`app "test-app": kanchi_gpio.${name} refused: ${text}`);
        }
        expect(guest.open('lamp', 3)).toBe(DENIED);
        expect(guest.context.lastError.text).toContain(text);
        expect(guest.gpio('close', handle)).toBe(0);
        expect(guest.gpio('close', handle)).toBe(0);
      },
      { 5: denyLamp },
    );
  });

  it('touches no other line of the app', async () => {
    await run(
      (guest) => {
        const fan = guest.open('fan', 2);
        guest.open('lamp', 3);
        guest.wait(6);
        expect(guest.hardware.line(18).level()).toBe(0);
        expect(guest.gpio('write', fan, 1)).toBe(0);
        expect(guest.hardware.line(18).level()).toBe(1);
        expect(guest.gpio('write', fan, 0)).toBe(0);
      },
      { 5: denyLamp },
    );
  });

  it('leaves what it does not take: the line can be opened again to read', async () => {
    await run(
      (guest) => {
        const handle = guest.open('lamp', 3);
        guest.wait(6);
        expect(guest.gpio('read', handle)).toBe(DENIED);
        expect(guest.open('lamp', 3)).toBe(DENIED);
        const again = guest.open('lamp', 1);
        expect(again).toBeGreaterThan(0);
        expect(guest.gpio('read', again)).toBe(0);
        guest.wait(9);
        expect(guest.gpio('read', again)).toBe(DENIED);
        expect(guest.context.lastError.text).toContain(
          'revoked at 1970-01-01T00:00:00.008Z by "apps.test-app.permissions" of policy.json',
        );
      },
      {
        5: { '*': { deny: [{ kind: 'gpio', line: 'lamp', actions: ['write'] }] } },
        8: { 'test-app': { permissions: [{ kind: 'log' }] } },
      },
    );
  });
});

describe('events of what was taken', () => {
  it('are gone from the queue and come no more; the app is told which handle it lost', async () => {
    await run(
      (guest) => {
        const button = guest.open('button', 1);
        expect(guest.gpio('watch', button, 3, 0)).toBe(0);
        const timer = guest.startTimer(2_000_000n);
        guest.hardware.line(27).drive(1);
        guest.wait(5);
        guest.hardware.line(27).drive(0);
        expect(guest.events().filter(({ kind }) => kind !== eventKind.stop)).toEqual([
          { kind: eventKind.revoked, handle: button },
          { kind: eventKind.revoked, handle: timer },
        ]);
        guest.wait(9);
        guest.hardware.line(27).drive(1);
        expect(guest.events()).toEqual([]);
      },
      { 5: { '*': { permissions: [{ kind: 'log' }] } } },
    );
  });
});

describe('a device that was taken', () => {
  it('does not keep the app from another one on the same bus', async () => {
    await run(
      (guest) => {
        const raw = guest.openI2c('raw');
        const other = guest.openI2c('other');
        guest.wait(6);
        expect(guest.i2c('read', raw, 0, 1)).toBe(DENIED);
        expect(guest.i2c('read', other, 0, 1)).toBe(0);
      },
      { 5: { '*': { deny: [{ kind: 'i2c', device: 'raw' }] } } },
    );
  });
});

describe('a policy that changes', () => {
  it('gives a running app nothing that it started without', async () => {
    const { taken } = await run(
      (guest) => {
        guest.wait(6);
        expect(guest.open('lamp', 3)).toBe(DENIED);
        expect(guest.context.lastError.text).toContain(
          'the policy of this machine did not allow it when the app was started; policy.json allows it by now: start the app again',
        );
      },
      { 0: denyLamp, 5: {} },
    );
    expect(taken).toEqual([[]]);
  });

  it('gives nothing back that it took', async () => {
    await run(
      (guest) => {
        const handle = guest.open('lamp', 3);
        guest.wait(8);
        expect(guest.gpio('write', handle, 1)).toBe(DENIED);
        expect(guest.open('lamp', 3)).toBe(DENIED);
        expect(guest.context.lastError.text).toContain('revoked at 1970-01-01T00:00:00.005Z');
      },
      { 5: denyLamp, 7: {} },
    );
  });

  it('without taking anything leaves open handles alone', async () => {
    const { taken } = await run(
      (guest) => {
        const handle = guest.open('lamp', 3);
        guest.wait(6);
        expect(guest.gpio('write', handle, 0)).toBe(0);
      },
      { 5: { '*': { permissions: everything }, 'another-app': { permissions: [] } } },
    );
    expect(taken).toEqual([[]]);
  });
});

describe('whatever policies come one after the other', () => {
  const policies = fc.array(
    fc.record({
      permissions: fc.option(fc.array(permissionEntry, { maxLength: 4 }), { nil: undefined }),
      deny: fc.array(denyEntry, { maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 3 },
  );

  it('the app may do what each of them allows at most, and exactly what lost something is revoked', () => {
    let revokedCount = 0;
    fc.assert(
      fc.property(fc.array(permissionEntry, { maxLength: 6 }), policies, call, (granted, entries, asked) => {
        const permissions = new AppPermissions(manifestOf(granted), testBoard, undefined);
        let permitted = ask(permissions.grants, asked) === undefined;
        expect(permitted).toBe(ask(grantsOf(granted), asked) === undefined);
        for (const entry of entries) {
          const before = grantsByTarget({ ...permissionsOf(permissions) });
          const policy = parsePolicy({ kanchi: 1, apps: { '*': strip(entry) } }, 'policy.json');
          const targets = permissions.apply({ policy, atNs: 0n });
          for (const [target, { revocation }] of before) {
            expect(revocation.revoked).toBe(targets.includes(target));
            if (revocation.revoked) revokedCount += 1;
          }
          for (const { revocation } of grantsByTarget(permissionsOf(permissions)).values()) {
            expect(revocation.revoked).toBe(false);
          }
          const now = ask(permissions.grants, asked) === undefined;
          const alone = ask(grantsOf(entry.permissions ?? granted, entry.deny), asked) === undefined;
          expect(now && !(permitted && alone)).toBe(false);
          permitted = now;
        }
      }),
      { numRuns: 1000 },
    );
    expect(revokedCount).toBeGreaterThan(100);
  });
});

function strip(entry: {
  readonly permissions: readonly Json[] | undefined;
  readonly deny: readonly Json[];
}): Json {
  return entry.permissions === undefined ? { deny: entry.deny } : { ...entry };
}

/** What the app has now, as values that do not follow. */
function permissionsOf({ grants }: AppPermissions): AppPermissions['grants'] {
  const { gpio, i2c, spi, uart, mmio, pwm, sensor, message, connection, clock, log, denied } = grants;
  return { gpio, i2c, spi, uart, mmio, pwm, sensor, message, connection, clock, log, denied };
}
