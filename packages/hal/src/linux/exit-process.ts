import { createRequire } from 'node:module';

/** What is used of the package `koffi`. */
interface Koffi {
  load(library: null): { func(prototype: string): (code: number) => void };
}

/**
 * Ends the process now, with this exit code, whatever its threads do: `process.exit` waits for each of them, and one that is
 * blocked in the kernel does not end. By SIGKILL, without the code, where the package `koffi` is missing.
 */
export function exitProcess(code: number): void {
  try {
    const koffi = createRequire(import.meta.url)('koffi') as Koffi;
    koffi.load(null).func('void _exit(int code)')(code);
  } catch {
    // Not there, or not for this machine.
  }
  process.kill(process.pid, 'SIGKILL');
}
