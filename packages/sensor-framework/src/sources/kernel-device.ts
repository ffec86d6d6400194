import type { ReadingReason } from '../reading.ts';
import type { KernelFiles } from './kernel-files.ts';
import { errnoOf, reasonOfKernelError } from './kernel-reason.ts';

/** A class of devices: numbered folders, and the attribute that says what each is. */
export interface KernelClass {
  /** e.g. `/sys/class/hwmon` */
  readonly folder: string;
  /** What comes before the number, e.g. `hwmon`. */
  readonly prefix: string;
  /** e.g. `name` */
  readonly identityFile: string;
}

export interface KernelDevice {
  readonly path: string;
  readonly number: number;
  readonly identity: string;
}

/** Which device: by its number, or by what it says that it is and, where several say the same, the place among them. */
export type KernelDeviceChoice =
  | { readonly number: number }
  | { readonly identity: string; readonly index: number | undefined };

/** The devices of a class by rising number; none where the kernel has no such class. Throws what `KernelFiles` throws. */
export function listKernelDevices(
  files: KernelFiles,
  { folder, prefix, identityFile }: KernelClass,
): KernelDevice[] {
  const devices: KernelDevice[] = [];
  for (const name of listFolder(files, folder)) {
    const number = name.startsWith(prefix)
      ? Number(/^[0-9]{1,9}$/.exec(name.slice(prefix.length))?.[0])
      : Number.NaN;
    if (!Number.isInteger(number)) continue;
    const path = `${folder}/${name}`;
    const identity = readIdentity(files, `${path}/${identityFile}`);
    if (identity !== undefined) devices.push({ path, number, identity });
  }
  return devices.sort((a, b) => a.number - b.number);
}

/** The names in a folder; none when it is not there. */
export function listFolder(files: KernelFiles, path: string): string[] {
  try {
    return files.list(path);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return [];
  }
}

/** Undefined when the device went away in this moment. */
function readIdentity(files: KernelFiles, path: string): string | undefined {
  try {
    return files.readText(path).trim();
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}

/**
 * Finds a device again and again. The kernel numbers devices as they come, so a folder may belong to another device at
 * the next reading: what it says that it is gets looked at each time.
 */
export class KernelDeviceFinder {
  readonly #files: KernelFiles;
  readonly #class: KernelClass;
  readonly #choice: KernelDeviceChoice;
  #path: string | undefined;

  constructor(files: KernelFiles, kernelClass: KernelClass, choice: KernelDeviceChoice) {
    this.#files = files;
    this.#class = kernelClass;
    this.#choice = choice;
  }

  /** The folder of the device, or `not-present`, or `unavailable` when several fit and none was chosen. */
  find(): { readonly path: string } | { readonly reason: ReadingReason } {
    const choice = this.#choice;
    if ('number' in choice) return this.#findNumber(choice.number);
    // With an index the place among the others counts, so all of them have to be looked at.
    if (this.#path !== undefined && choice.index === undefined) {
      const identity = readIdentity(this.#files, `${this.#path}/${this.#class.identityFile}`);
      if (identity === choice.identity) return { path: this.#path };
    }
    this.#path = undefined;
    const fitting = this.candidates();
    if (choice.index === undefined && fitting.length > 1) return { reason: 'unavailable' };
    const device = fitting[choice.index ?? 0];
    if (device === undefined) return { reason: 'not-present' };
    this.#path = device.path;
    return { path: device.path };
  }

  /** Every device that is what was asked for. */
  candidates(): KernelDevice[] {
    const choice = this.#choice;
    return listKernelDevices(this.#files, this.#class).filter((device) =>
      'number' in choice ? device.number === choice.number : device.identity === choice.identity,
    );
  }

  #findNumber(number: number): { readonly path: string } | { readonly reason: ReadingReason } {
    const path = `${this.#class.folder}/${this.#class.prefix}${number}`;
    try {
      this.#files.readText(`${path}/${this.#class.identityFile}`);
      return { path };
    } catch (error) {
      return { reason: reasonOfKernelError(error) };
    }
  }
}
