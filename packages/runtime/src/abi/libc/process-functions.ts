import { GuestTrap } from '../../guest/guest-trap.ts';
import type { LibcContext, LibcFunctions } from './libc-context.ts';

const NS_PER_SECOND = 1_000_000_000n;
/** The wasm32 `struct timespec`: i64 seconds, i32 nanoseconds, 4 bytes of padding. */
const TIMESPEC_BYTES = 16;

/** exit, abort, what is left of C++ exceptions, and the clock. */
export function processFunctions(context: LibcContext): LibcFunctions {
  const { memory } = context;

  /** The trap's whole text is the call with its argument, as in WAMR. */
  const trap =
    (call: string) =>
    (argument: number): never => {
      throw new GuestTrap(`${call}(${argument | 0})`);
    };

  return {
    exit: (exitCode: number): never => {
      context.onExit(exitCode | 0);
      return trap('env.exit')(exitCode);
    },
    abort: trap('env.abort'),
    abortStackOverflow: trap('env.abortStackOverflow'),
    nullFunc_X: trap('env.nullFunc_X'),
    __cxa_begin_catch: (): undefined => {},
    __cxa_throw: (): never => {
      throw new GuestTrap('env.__cxa_throw', 'exception thrown by stdc++');
    },

    clock_gettime: (_clockId: number, target: number): number => {
      const call = 'env.clock_gettime';
      memory.check(call, target, TIMESPEC_BYTES);
      const nowNs = context.monotonicNs(call);
      if (nowNs === undefined) {
        return -1;
      }
      memory.writeU64(call, target, nowNs / NS_PER_SECOND);
      memory.writeU32(call, (target >>> 0) + 8, Number(nowNs % NS_PER_SECOND));
      return 0;
    },

    // -1 is C's "no processor time available" (C17 7.27.2.1).
    clock: (): bigint => context.monotonicNs('env.clock') ?? -1n,
  };
}
