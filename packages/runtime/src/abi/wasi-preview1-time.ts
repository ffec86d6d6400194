import { wasi } from '@bjorn3/browser_wasi_shim';
import { WASI_MODULE, type WasiContext } from './wasi-preview1-context.ts';

/** Most subscriptions in one `poll_oneoff`. */
export const MAX_SUBSCRIPTIONS = 1024;

/** Sizes and offsets of `subscription` and `event` in wasi_snapshot_preview1.witx. */
const SUBSCRIPTION_BYTES = 48;
const EVENT_BYTES = 32;
const TAG_OFFSET = 8;
const CLOCK_ID_OFFSET = 16;
const TIMEOUT_OFFSET = 24;
const FLAGS_OFFSET = 40;

const ABSOLUTE_FLAG = wasi.SUBCLOCKFLAGS_SUBSCRIPTION_CLOCK_ABSTIME;

/** Both clocks count nanoseconds. */
const RESOLUTION_NS = 1n;
/** Deadlines saturate at the largest i64, 292 years from the clock's start. */
const MAX_TIME_NS = 2n ** 63n - 1n;

interface ClockSubscription {
  readonly userData: bigint;
  readonly deadlineNs: bigint;
}

type TimeFunctions = Readonly<
  Record<
    'clock_res_get' | 'clock_time_get' | 'poll_oneoff',
    (...parameters: readonly (number | bigint)[]) => number
  >
>;

/** Clocks and sleep, on the app's injected clock. Parameters are unsigned already. */
export function wasiTimeFunctions(context: WasiContext): TimeFunctions {
  const { memory } = context;
  return {
    clock_res_get: (clockId, result) => {
      const call = `${WASI_MODULE}.clock_res_get`;
      memory.check(call, Number(result), 8);
      if (clockUse(Number(clockId)) === undefined) {
        return wasi.ERRNO_INVAL;
      }
      memory.writeU64(call, Number(result), RESOLUTION_NS);
      return wasi.ERRNO_SUCCESS;
    },

    clock_time_get: (clockId, _precisionNs, result) => {
      const call = `${WASI_MODULE}.clock_time_get`;
      memory.check(call, Number(result), 8);
      const use = clockUse(Number(clockId));
      if (use === undefined) {
        return wasi.ERRNO_INVAL;
      }
      if (!context.mayUseClock(call, use)) {
        return wasi.ERRNO_NOTCAPABLE;
      }
      const timeNs = use === 'wall' ? context.clock.wallNs() : context.clock.nowNs();
      memory.writeU64(call, Number(result), timeNs);
      return wasi.ERRNO_SUCCESS;
    },

    poll_oneoff: (subscriptions, events, count, eventCount) =>
      pollOneoff(context, Number(subscriptions), Number(events), Number(count), Number(eventCount)),
  };
}

/** The clocks of processor time are not offered: an app's thread is not a process. */
function clockUse(clockId: number): 'monotonic' | 'wall' | undefined {
  switch (clockId) {
    case wasi.CLOCKID_REALTIME:
      return 'wall';
    case wasi.CLOCKID_MONOTONIC:
      return 'monotonic';
    default:
      return undefined;
  }
}

function pollOneoff(
  context: WasiContext,
  subscriptions: number,
  events: number,
  count: number,
  eventCount: number,
): number {
  const call = `${WASI_MODULE}.poll_oneoff`;
  const { memory } = context;
  if (count === 0 || count > MAX_SUBSCRIPTIONS) {
    return wasi.ERRNO_INVAL;
  }
  memory.check(call, subscriptions, count * SUBSCRIPTION_BYTES);
  memory.check(call, events, count * EVENT_BYTES);
  memory.check(call, eventCount, 4);
  const waiting: ClockSubscription[] = [];
  for (let index = 0; index < count; index += 1) {
    const read = readSubscription(context, call, subscriptions + index * SUBSCRIPTION_BYTES);
    if (typeof read === 'number') {
      return read;
    }
    waiting.push(read);
  }
  if (!context.mayUseClock(call, 'sleep')) {
    return wasi.ERRNO_NOTCAPABLE;
  }
  let earliestNs = MAX_TIME_NS;
  for (const { deadlineNs } of waiting) {
    if (deadlineNs < earliestNs) {
      earliestNs = deadlineNs;
    }
  }
  if (!context.sleepUntil(earliestNs)) {
    return wasi.ERRNO_INTR;
  }
  const nowNs = context.clock.nowNs();
  const due = waiting.filter(({ deadlineNs }) => deadlineNs <= nowNs || deadlineNs === earliestNs);
  for (const [index, { userData }] of due.entries()) {
    writeClockEvent(context, call, events + index * EVENT_BYTES, userData);
  }
  memory.writeU32(call, eventCount, due.length);
  return wasi.ERRNO_SUCCESS;
}

/** A clock subscription with its monotonic deadline, or the errno to return. */
function readSubscription(context: WasiContext, call: string, pointer: number): ClockSubscription | number {
  const { clock, memory } = context;
  const tag = memory.readU8(call, pointer + TAG_OFFSET);
  if (tag !== wasi.EVENTTYPE_CLOCK) {
    return tag === wasi.EVENTTYPE_FD_READ || tag === wasi.EVENTTYPE_FD_WRITE
      ? wasi.ERRNO_NOTSUP
      : wasi.ERRNO_INVAL;
  }
  const use = clockUse(memory.readU32(call, pointer + CLOCK_ID_OFFSET));
  if (use === undefined) {
    return wasi.ERRNO_INVAL;
  }
  const timeoutNs = memory.readU64(call, pointer + TIMEOUT_OFFSET);
  const absolute = (memory.readU8(call, pointer + FLAGS_OFFSET) & ABSOLUTE_FLAG) !== 0;
  const nowNs = clock.nowNs();
  const deadlineNs = !absolute
    ? nowNs + timeoutNs
    : use === 'wall'
      ? nowNs + timeoutNs - clock.wallNs()
      : timeoutNs;
  return {
    userData: memory.readU64(call, pointer),
    deadlineNs: deadlineNs > MAX_TIME_NS ? MAX_TIME_NS : deadlineNs,
  };
}

function writeClockEvent(context: WasiContext, call: string, pointer: number, userData: bigint): void {
  const { memory } = context;
  // Success is errno 0 and a clock event is type 0: both are in the zeros.
  memory.view(call, pointer, EVENT_BYTES).fill(0);
  memory.writeU64(call, pointer, userData);
}
