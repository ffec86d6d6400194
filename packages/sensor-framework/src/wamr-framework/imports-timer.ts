import type { AppContext, HostFunction } from '@kanchi/runtime/extension';
import { clockPermits, clockRefusal, deny } from '@kanchi/runtime/extension';
import type { FrameworkApp } from './framework-abi.ts';

const NS_PER_MS = 1_000_000n;

export function timerImports({ context, timers }: FrameworkApp): Readonly<Record<string, HostFunction>> {
  const { clock } = context;
  return {
    wasm_create_timer: (intervalMs: number, periodic: number, start: number): number => {
      context.counters.add('hostCalls');
      return mayUse(context, 'env.wasm_create_timer', 'timer')
        ? timers.create(toNs(intervalMs), isTrue(periodic), isTrue(start), clock.nowNs())
        : -1;
    },
    wasm_timer_destroy: (id: number): undefined => timers.destroy(id) as undefined,
    wasm_timer_cancel: (id: number): undefined => timers.cancel(id) as undefined,
    wasm_timer_restart: (id: number, intervalMs: number): undefined =>
      timers.restart(id, toNs(intervalMs), clock.nowNs()) as undefined,
    // The low 32 bits of the monotonic clock in milliseconds, as in the original.
    wasm_get_sys_tick_ms: (): number => {
      context.counters.add('hostCalls');
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

function toNs(milliseconds: number): bigint {
  return BigInt(milliseconds >>> 0) * NS_PER_MS;
}

/** A C `bool` is the low byte. */
function isTrue(value: number): boolean {
  return (value & 0xff) !== 0;
}
