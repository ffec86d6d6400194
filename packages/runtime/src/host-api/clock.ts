import { clockPermits, clockRefusal, grantedInterval } from '../permission/clock.ts';
import type { AppContext } from './app-context.ts';
import { badHandle, deny, fail, failAtLimit, handlesText } from './call-result.ts';
import type { HostApi } from './host-api.ts';

const FLAG_ONE_SHOT = 1;
/** Longest timer interval: ten years in ns, so that sums of times stay far below 2^63. */
const MAX_INTERVAL_NS = 315_360_000n * 1_000_000_000n;

/** `kanchi_clock`: time, sleep and timers. See docs/host-api/kanchi-clock.md. */
export const clockApi: HostApi = {
  module: 'kanchi_clock',
  signatures: {
    now: '()I',
    wall: '()I',
    sleep_until: '(I)i',
    timer_start: '(IIi)i',
    timer_stop: '(i)i',
  },
  create(context) {
    const { clock, events, grants } = context;
    return {
      now: (): bigint => {
        return clockPermits(grants.clock, 'monotonic')
          ? clock.nowNs()
          : BigInt(deny(context, 'kanchi_clock.now', clockRefusal(grants.clock, 'monotonic')));
      },

      wall: (): bigint => {
        return clockPermits(grants.clock, 'wall')
          ? clock.wallNs()
          : BigInt(deny(context, 'kanchi_clock.wall', clockRefusal(grants.clock, 'wall')));
      },

      sleep_until: (deadlineNs: bigint): number => {
        const call = 'kanchi_clock.sleep_until';
        if (!clockPermits(grants.clock, 'sleep')) {
          return deny(context, call, clockRefusal(grants.clock, 'sleep'));
        }
        return events.sleep(deadlineNs, call)
          ? 0
          : fail(context, call, 'interrupted', 'the app is asked to stop');
      },

      timer_start: (intervalNs: bigint, firstNs: bigint, flags: number): number =>
        startTimer(context, intervalNs, firstNs, flags),

      timer_stop: (handle: number): number => {
        const call = 'kanchi_clock.timer_stop';
        const resource = context.handles.find(handle);
        if (resource === undefined) {
          return context.handles.wasClosed(handle) ? 0 : badHandle(context, call, handle);
        }
        if (resource.kind !== 'timer') {
          return badHandle(context, call, handle);
        }
        context.handles.remove(handle);
        events.forget(handle);
        return 0;
      },
    };
  },
};

function startTimer(context: AppContext, intervalNs: bigint, firstNs: bigint, flags: number): number {
  const call = 'kanchi_clock.timer_start';
  const { clock, events, grants, handles } = context;
  const grant = grants.clock;
  if (grant === undefined || !clockPermits(grant, 'timer')) {
    return deny(context, call, clockRefusal(grant, 'timer'));
  }
  if ((flags & ~FLAG_ONE_SHOT) !== 0) {
    return fail(context, call, 'bad-argument', `flags 0x${(flags >>> 0).toString(16)} has unknown bits`);
  }
  const oneShot = (flags & FLAG_ONE_SHOT) !== 0;
  if (intervalNs <= 0n || intervalNs > MAX_INTERVAL_NS || firstNs < 0n) {
    return fail(
      context,
      call,
      'bad-argument',
      `interval must be 1 to ${MAX_INTERVAL_NS} ns (is ${intervalNs}) and first not negative (is ${firstNs})`,
    );
  }
  if (!oneShot && intervalNs < grantedInterval(grant, intervalNs)) {
    return fail(
      context,
      call,
      'out-of-granted-range',
      `interval ${intervalNs} ns is shorter than the granted ${grant.minimumIntervalNs} ns; ` +
        `lower "minimumIntervalMs" of the "clock" permission in ${context.permissions.fileOf(
          ({ clock: other }) => other !== undefined && intervalNs >= other.minimumIntervalNs,
        )}`,
    );
  }
  const { timers } = context.limits.values;
  if (events.timerCount >= timers) {
    return failAtLimit(context, call, 'timers', `${timers} timers are running, stop some`);
  }
  const handle = handles.add({ kind: 'timer', grant });
  if (handle === undefined) {
    return failAtLimit(context, call, 'handles', handlesText(context, 'timer'));
  }
  events.startTimer(handle, intervalNs, firstNs === 0n ? clock.nowNs() + intervalNs : firstNs, oneShot);
  return handle;
}
