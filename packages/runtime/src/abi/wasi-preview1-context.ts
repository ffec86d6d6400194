import type { Clock } from '@kanchi/hal';
import type { GuestMemory } from '../guest/guest-memory.ts';

/** Import module of WASI preview 1. */
export const WASI_MODULE = 'wasi_snapshot_preview1';

/** What an app may do with time; each is granted on its own. */
export type ClockUse = 'monotonic' | 'wall' | 'sleep';

/** What WASI needs of its app. Permissions are decided behind these functions; WASI only asks. */
export interface WasiContext {
  readonly memory: GuestMemory;
  /** `argv`, the program's name first. A NUL ends an argument early, as in C. */
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Raw bytes of one write, at most MAX_WRITE_BYTES. The array is a copy. */
  writeStdout(bytes: Uint8Array): void;
  writeStderr(bytes: Uint8Array): void;
  /** Read for deadlines without asking; a guest sees a time only when `mayUseClock` says so. */
  readonly clock: Pick<Clock, 'nowNs' | 'wallNs'>;
  /** False makes the call return `notcapable`. `call` names the import, for the denial's text. */
  mayUseClock(call: string, use: ClockUse): boolean;
  /** Blocks until the monotonic deadline; false when it ended early because the app is asked to stop. */
  sleepUntil(deadlineNs: bigint): boolean;
  /** Fills the array with random bytes. */
  fillRandom(bytes: Uint8Array): void;
}
