import type { AppContext, HostFunction } from '@kanchi/runtime/extension';
import {
  clockPermits,
  clockRefusal,
  deny,
  fail,
  failAtLimit,
  grantedInterval,
} from '@kanchi/runtime/extension';
import type { FrameworkApp } from './framework-abi.ts';

const NS_PER_MS = 1_000_000n;

export function timerImports({ context, timers }: FrameworkApp): Readonly<Record<string, HostFunction>> {
  const { clock } = context;
  /** As asked for, but no shorter than granted: a timer of 0 ms that restarts itself would leave time for nothing else. */
  const intervalOf = (milliseconds: number): bigint => {
    const askedNs = BigInt(milliseconds >>> 0) * NS_PER_MS;
    const grant = context.grants.clock;
    return grant === undefined ? askedNs : grantedInterval(grant, askedNs);
  };
  return {
    wasm_create_timer: (intervalMs: number, periodic: number, start: number): number => {
      const call = 'env.wasm_create_timer';
      if (!mayUse(context, call, 'timer')) return -1;
      const id = timers.create(intervalOf(intervalMs), isTrue(periodic), isTrue(start), clock.nowNs());
      if (id < 0) tellTimersFull(context, call, timers.capacity);
      return id;
    },
    wasm_timer_destroy: (id: number): undefined => {
      timers.destroy(id);
    },
    wasm_timer_cancel: (id: number): undefined => {
      timers.cancel(id);
    },
    wasm_timer_restart: (id: number, intervalMs: number): undefined => {
      if (mayUse(context, 'env.wasm_timer_restart', 'timer')) {
        timers.restart(id, intervalOf(intervalMs), clock.nowNs());
      }
    },
    // The low 32 bits of the monotonic clock in milliseconds, as in the original.
    wasm_get_sys_tick_ms: (): number => {
      return mayUse(context, 'env.wasm_get_sys_tick_ms', 'monotonic')
        ? Number(BigInt.asIntN(32, clock.nowNs() / NS_PER_MS))
        : 0;
    },
  };
}

function mayUse(context: AppContext, call: string, action: 'timer' | 'monotonic'): boolean {
  const { clock } = context.grants;
  if (clockPermits(clock, action)) return true;
  deny(context, call, clockRefusal(clock, action));
  return false;
}

/** An installation can ask for fewer timers than the manifest allows: then no line of the manifest helps. */
function tellTimersFull(context: AppContext, call: string, capacity: number): void {
  if (capacity < context.limits.values.timers) {
    fail(context, call, 'limit-reached', `${capacity} timers exist, as many as its installation asked for`);
  } else {
    failAtLimit(context, call, 'timers', `${capacity} timers exist, destroy some`);
  }
}

/** A C `bool` is the low byte. */
function isTrue(value: number): boolean {
  return (value & 0xff) !== 0;
}
