import { describe, expect } from 'vitest';
import { PWM_MAX_PERIOD_NS, type PwmChannel, type PwmChannelRequest } from '../contract/pwm.ts';
import type { ConformancePwm, ConformanceSetup } from './fixture.ts';
import { codeOf, consumer, errorOf, type GroupBench, need, testsOf } from './fixture-test.ts';

type Bench = GroupBench<ConformancePwm>;

/** A servo's period, and times in it. */
const PERIOD_NS = 20_000_000;
const SHORT_NS = 1_000_000;
const LONG_NS = 1_500_000;

function open(bench: Bench, fields: Partial<PwmChannelRequest> = {}): PwmChannel {
  const { chip, channel } = bench.wiring;
  return bench.hal.openPwmChannel({
    ...(chip === undefined ? {} : { chip }),
    channel,
    consumer,
    periodNs: PERIOD_NS,
    ...fields,
  });
}

function observed(bench: Bench): ReturnType<NonNullable<ConformancePwm['observe']>> {
  const { observe } = bench.wiring;
  need(bench, observe !== undefined, 'nothing outside sees this output');
  return observe();
}

export function definePwmSuite(setup: ConformanceSetup): void {
  const test = testsOf(setup, 'pwm');

  describe('pwm: open', () => {
    test('a channel is off with duty 0 unless it is asked for otherwise', (bench) => {
      using channel = open(bench);
      expect([channel.channel, channel.polarity]).toEqual([bench.wiring.channel, 'normal']);
      expect(channel.state()).toEqual({ periodNs: PERIOD_NS, dutyNs: 0, enabled: false });
    });

    test('a channel starts with the period, duty and polarity of the request, and running', (bench) => {
      const inverts = bench.wiring.inverts ?? true;
      const polarity = inverts ? 'inversed' : 'normal';
      using channel = open(bench, { dutyNs: LONG_NS, enabled: true, polarity });
      const state = { periodNs: PERIOD_NS, dutyNs: LONG_NS, enabled: true };
      expect([channel.state(), channel.polarity]).toEqual([state, polarity]);
      expect(observed(bench)).toEqual({ ...state, polarity });
    });

    test('a channel that is open is HAL_BUSY with its owner, and free again after close', (bench) => {
      const first = open(bench, { consumer: 'the first' });
      const error = errorOf(() => open(bench, { consumer: 'the second' }));
      expect([error.code, error.details['owner']]).toEqual(['HAL_BUSY', 'the first']);
      first.close();
      open(bench, { consumer: 'the second' }).close();
    });

    test('a channel or controller that does not exist is HAL_NO_SUCH_DEVICE', (bench) => {
      const { missingChannel } = bench.wiring;
      expect(codeOf(() => open(bench, { channel: missingChannel }))).toBe('HAL_NO_SUCH_DEVICE');
      expect(codeOf(() => open(bench, { chip: 'no-such.pwm' }))).toBe('HAL_NO_SUCH_DEVICE');
    });

    const refused: readonly (readonly [string, Partial<PwmChannelRequest>])[] = [
      ['no period', { periodNs: 0 }],
      ['a period below 0', { periodNs: -1 }],
      ['a period that is no whole number', { periodNs: 1.5 }],
      ['a period that is too long', { periodNs: PWM_MAX_PERIOD_NS + 1 }],
      ['a duty below 0', { dutyNs: -1 }],
      ['a duty over the period', { dutyNs: PERIOD_NS + 1 }],
      ['a safe duty over the period', { safeDutyNs: PERIOD_NS + 1 }],
      ['a channel below 0', { channel: -1 }],
      ['a polarity that there is not', { polarity: 'sideways' as 'normal' }],
      ['a consumer without a name', { consumer: '' }],
    ];
    test('what no channel can do is HAL_BAD_ARGUMENT and opens nothing', (bench) => {
      const codes = refused.map(([what, fields]) => [what, codeOf(() => open(bench, fields))]);
      expect(codes).toEqual(refused.map(([what]) => [what, 'HAL_BAD_ARGUMENT']));
      open(bench).close();
    });
  });

  describe('pwm: change', () => {
    test('duty is any time from 0 to the period, running or not', (bench) => {
      using channel = open(bench);
      for (const dutyNs of [PERIOD_NS, 0, SHORT_NS]) {
        channel.setDutyNs(dutyNs);
        expect(channel.state()).toEqual({ periodNs: PERIOD_NS, dutyNs, enabled: false });
      }
      channel.enable();
      channel.setDutyNs(LONG_NS);
      expect(channel.state()).toEqual({ periodNs: PERIOD_NS, dutyNs: LONG_NS, enabled: true });
      expect(observed(bench)).toMatchObject({ dutyNs: LONG_NS, enabled: true });
    });

    test('period and duty change together, to shorter and to longer ones, while it runs', (bench) => {
      using channel = open(bench, { dutyNs: LONG_NS, enabled: true });
      for (const [periodNs, dutyNs] of [
        [SHORT_NS, 500_000],
        [2 * PERIOD_NS, PERIOD_NS],
        [PERIOD_NS, 0],
        [SHORT_NS, SHORT_NS],
      ] as const) {
        channel.setPeriod(periodNs, dutyNs);
        expect(channel.state()).toEqual({ periodNs, dutyNs, enabled: true });
      }
      expect(observed(bench)).toMatchObject({ periodNs: SHORT_NS, dutyNs: SHORT_NS, enabled: true });
    });

    test('what is no duty or period is HAL_BAD_ARGUMENT and changes nothing', (bench) => {
      using channel = open(bench, { dutyNs: LONG_NS, enabled: true });
      const before = channel.state();
      const calls = [
        () => channel.setDutyNs(PERIOD_NS + 1),
        () => channel.setDutyNs(-1),
        () => channel.setDutyNs(0.5),
        () => channel.setDutyNs(Number.NaN),
        () => channel.setPeriod(SHORT_NS, LONG_NS),
        () => channel.setPeriod(0, 0),
        () => channel.setPeriod(PWM_MAX_PERIOD_NS + 1, 0),
        () => channel.setPeriod(Number.POSITIVE_INFINITY, 0),
      ];
      expect(calls.map(codeOf)).toEqual(calls.map(() => 'HAL_BAD_ARGUMENT'));
      expect(channel.state()).toEqual(before);
    });

    test('enable and disable keep period and duty, and may be called twice', (bench) => {
      using channel = open(bench, { dutyNs: LONG_NS });
      const seen: boolean[] = [];
      for (const call of ['enable', 'enable', 'disable', 'disable', 'enable'] as const) {
        channel[call]();
        seen.push(channel.state().enabled);
      }
      expect(seen).toEqual([true, true, false, false, true]);
      expect(channel.state()).toMatchObject({ periodNs: PERIOD_NS, dutyNs: LONG_NS });
    });
  });

  describe('pwm: close', () => {
    test('a channel closes once, and every call after close throws HAL_CLOSED', (bench) => {
      const channel = open(bench);
      channel.close();
      channel.close();
      channel[Symbol.dispose]();
      const calls = [
        () => channel.state(),
        () => channel.setDutyNs(0),
        () => channel.setPeriod(PERIOD_NS, 0),
        () => channel.enable(),
        () => channel.disable(),
      ];
      expect(calls.map(codeOf)).toEqual(calls.map(() => 'HAL_CLOSED'));
    });

    test('without a safe duty it is off with duty 0 after close', (bench) => {
      open(bench, { dutyNs: LONG_NS, enabled: true }).close();
      expect(observed(bench)).toMatchObject({ dutyNs: 0, enabled: false });
    });

    test('with a safe duty it runs on with it, at the period of the request', (bench) => {
      const channel = open(bench, { dutyNs: LONG_NS, safeDutyNs: SHORT_NS });
      channel.setPeriod(500_000, 250_000);
      channel.close();
      const after = observedOrFreed(bench);
      expect(after).toMatchObject({ periodNs: PERIOD_NS, dutyNs: SHORT_NS, enabled: true });
      open(bench).close();
    });

    test('closing the backend leaves the safe state of every channel', (bench) => {
      open(bench, { dutyNs: LONG_NS, enabled: true });
      bench.hal.close();
      expect(bench.hal.openHandleCount()).toBe(0);
      expect(observed(bench)).toMatchObject({ dutyNs: 0, enabled: false });
    });
  });
}

/** Stops an output that was left running, also where nobody can look at it. */
function observedOrFreed(bench: Bench): ReturnType<typeof observed> {
  if (bench.wiring.observe === undefined) open(bench).close();
  return observed(bench);
}
