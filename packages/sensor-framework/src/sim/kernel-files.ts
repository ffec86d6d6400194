import type { KernelFiles } from '../sources/kernel-files.ts';

/** What a Raspberry Pi at rest shows; the value is made up, the paths and units are the kernel's. */
const piAtRest: Readonly<Record<string, string>> = {
  '/sys/class/thermal/thermal_zone0/type': 'cpu-thermal\n',
  '/sys/class/thermal/thermal_zone0/temp': '45000\n',
};

/**
 * The kernel's files of simulated hardware: those of the machine that it runs on must not pass for readings of the board.
 * Files are given by their whole paths; the default has the one thermal zone of a Raspberry Pi.
 */
export class SimulatedKernelFiles implements KernelFiles {
  readonly #files: Readonly<Record<string, string>>;

  constructor(files: Readonly<Record<string, string>> = piAtRest) {
    this.#files = files;
  }

  readText(path: string): string {
    const text = this.#files[path];
    if (text === undefined) throw notThere(path);
    return text;
  }

  list(path: string): string[] {
    const inside = Object.keys(this.#files).filter((file) => file.startsWith(`${path}/`));
    if (inside.length === 0) throw notThere(path);
    return [...new Set(inside.map((file) => file.slice(path.length + 1).split('/')[0] ?? ''))];
  }
}

/** As Node's file system says it. */
function notThere(path: string): Error {
  return Object.assign(new Error(`ENOENT: no such file or directory, '${path}'`), { code: 'ENOENT' });
}
