import type { AppContext } from '../host-api/app-context.ts';
import { eventKind } from './app-events.ts';

/** A wait of the callback loop; only bounds one wait, the loop goes on. */
const IDLE_WAIT_NS = 60_000_000_000n;

type GuestFunction = (...parameters: number[]) => unknown;

export interface GuestCallbacks {
  readonly onInit: GuestFunction;
  readonly onEvent: GuestFunction | undefined;
  readonly onStop: GuestFunction | undefined;
}

/** The callbacks that the instance exports; WAMR's leading underscore is accepted. */
export function findCallbacks(exports: WebAssembly.Exports): GuestCallbacks | undefined {
  const find = (name: string): GuestFunction | undefined => {
    const value = exports[`_${name}`] ?? exports[name];
    return typeof value === 'function' ? (value as GuestFunction) : undefined;
  };
  const onInit = find('on_init');
  return onInit === undefined ? undefined : { onInit, onEvent: find('on_event'), onStop: find('on_stop') };
}

/**
 * Runs a callback-style app until it is asked to stop: `on_init`, then `on_event` once for each event, then `on_stop`.
 * Callbacks never overlap. An event that the callback did not take with `kanchi_event.next` is dropped after it.
 * Returns what `on_init` returned: not 0 means that the app did not start and nothing else was called.
 */
export function runCallbacks(context: AppContext, callbacks: GuestCallbacks): number {
  const { turns } = context;
  const started = Number(turns.start('on_init', () => callbacks.onInit()) ?? 0);
  context.ending.check();
  if (started !== 0) {
    return started;
  }
  context.ready();
  const { events } = context;
  for (;;) {
    const result = events.wait(context.clock.nowNs() + IDLE_WAIT_NS, 'on_event');
    if (result === 'stopped') {
      break;
    }
    const event = events.peek();
    if (result === 'deadline' || event === undefined) {
      continue;
    }
    if (callbacks.onEvent !== undefined) {
      context.counters.add('callbacks');
      const { onEvent } = callbacks;
      turns.callback('on_event', () => onEvent(event.kind, event.handle));
      context.ending.check();
    }
    events.discard(event);
    if (event.kind === eventKind.stop) {
      break;
    }
  }
  turns.callback('on_stop', () => callbacks.onStop?.());
  return 0;
}
