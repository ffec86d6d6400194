import type { ConsoleIo } from './console-io.ts';

/** How long the process may stay once its command is done, milliseconds: nothing that is in order takes any time then. */
const STAY_LIMIT_MS = 300;

/**
 * The command is done, hardware let go of and everything closed: the process ends by itself, unless a thread of an app could
 * not be ended. It would stay as long as that does, also at `process.exit`; so it is ended once all is written.
 */
export function endInTime(exitCode: number, io: Pick<ConsoleIo, 'afterWritten'>): void {
  process.exitCode = exitCode;
  const end = (): void => {
    import('@kanchi/hal/linux').then(
      ({ endProcess }) => endProcess(exitCode),
      () => process.kill(process.pid, 'SIGKILL'),
    );
  };
  // It does not keep the process itself.
  setTimeout(() => io.afterWritten(end), STAY_LIMIT_MS).unref();
}
