import { createRequire } from 'node:module';

/** What is used of the package `koffi` here. */
interface Koffi {
  load(library: null): { func(prototype: string): (code: number) => void };
}

/**
 * Ends the process now, with this exit code where `koffi` is there, by SIGKILL where it is not. For a process with a thread that
 * nothing can interrupt: `process.exit` waits for it. Nothing is written or closed any more.
 */
export function endProcess(exitCode: number): void {
  try {
    const koffi = createRequire(import.meta.url)('koffi') as Koffi;
    koffi.load(null).func('void _exit(int code)')(exitCode);
  } catch {
    process.kill(process.pid, 'SIGKILL');
  }
}
