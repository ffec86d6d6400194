import type { Granted } from './granted.ts';

/** One call that came back, for the question whether the app may have what it got. */
export interface CallAnswered {
  readonly name: string;
  readonly result: number | bigint;
  readonly parameters: readonly (number | bigint)[];
  /** Label that the handle was opened by, or that was asked for; undefined where there is none. */
  readonly label: string | undefined;
}

/** Smallest error number (docs/errors.md). */
const LEAST_ERROR = -99;
const NS_PER_MS = 1_000_000;

/** What an app learns or does without a trace on the board: each of these, when it succeeds, needs that action. */
const needs: Readonly<
  Record<string, readonly [kind: string, target: 'line' | 'port' | undefined, action: string]>
> = {
  'kanchi_gpio.read': ['gpio', 'line', 'read'],
  'kanchi_gpio.write': ['gpio', 'line', 'write'],
  'kanchi_gpio.toggle': ['gpio', 'line', 'write'],
  'kanchi_gpio.watch': ['gpio', 'line', 'watch'],
  'kanchi_uart.read': ['uart', 'port', 'read'],
  'kanchi_uart.available': ['uart', 'port', 'read'],
  'kanchi_uart.watch': ['uart', 'port', 'read'],
  'kanchi_uart.write': ['uart', 'port', 'write'],
  'kanchi_uart.flush': ['uart', 'port', 'write'],
  'kanchi_clock.now': ['clock', undefined, 'monotonic'],
  'kanchi_clock.wall': ['clock', undefined, 'wall'],
  'kanchi_clock.sleep_until': ['clock', undefined, 'sleep'],
  'kanchi_clock.timer_start': ['clock', undefined, 'timer'],
  'env.clock': ['clock', undefined, 'monotonic'],
  'env.clock_gettime': ['clock', undefined, 'monotonic'],
  'wasi_snapshot_preview1.poll_oneoff': ['clock', undefined, 'sleep'],
};

/** WASI's clocks by number: realtime and monotonic. */
const wasiClocks = ['wall', 'monotonic'];

/** What the app got without a grant, as text; undefined when all is well. */
export function resultFault(granted: Granted, call: CallAnswered): string | undefined {
  const { name, parameters, label = '' } = call;
  const result = Number(call.result);
  if (name.startsWith('kanchi_') && result < LEAST_ERROR) return `the result ${result} is no error number`;
  const succeeded = name.startsWith('wasi_') ? result === 0 : result >= 0;
  if (!succeeded) return undefined;
  const [kind, target, action] = needs[name] ?? [];
  if (kind !== undefined && action !== undefined && !granted.allows(kind, target, label, action)) {
    return `succeeded without "${action}" of ${kind} "${label}"`;
  }
  if (name === 'wasi_snapshot_preview1.clock_time_get') {
    const use = wasiClocks[Number(parameters[0])] ?? 'no such clock';
    return granted.allows('clock', undefined, '', use) ? undefined : `read clock ${String(parameters[0])}`;
  }
  if (name === 'kanchi_clock.timer_start') {
    const isOneShot = (Number(parameters[2]) & 1) !== 0;
    const intervalMs = Number(parameters[0]) / NS_PER_MS;
    return isOneShot || intervalMs >= granted.shortestTimerMs ? undefined : `a timer of ${intervalMs} ms`;
  }
  if (name.endsWith('.open') && !mayOpen(granted, name, label)) return `opened "${label}"`;
  return undefined;
}

function mayOpen(granted: Granted, name: string, label: string): boolean {
  const some = (kind: string, target: 'line' | 'port', ...actions: readonly string[]): boolean =>
    actions.some((action) => granted.allows(kind, target, label, action));
  const kind: string = name.slice('kanchi_'.length, -'.open'.length);
  switch (kind) {
    case 'gpio':
      return some('gpio', 'line', 'read', 'write', 'watch');
    case 'uart':
      return some('uart', 'port', 'read', 'write');
    case 'i2c':
      return granted.opensI2c(label);
    case 'spi': {
      const device = granted.board.spi.devices[label];
      return device !== undefined && granted.spiBytes(`spi${device.bus}.${device.chipSelect}`) !== undefined;
    }
    case 'mmio':
      return granted.opensWindow(label);
    case 'pwm':
      return granted.pwmAllows(label, granted.board.pwm.channels[label]?.periodNs ?? 0);
    default:
      return false;
  }
}
