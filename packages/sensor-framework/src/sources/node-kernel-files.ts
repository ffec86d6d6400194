import { closeSync, opendirSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { SensorError } from '../error.ts';
import type { KernelFiles } from './kernel-files.ts';

/** An attribute is one page at most (Documentation/filesystems/sysfs.rst); pages have 4096 bytes or more. More is cut. */
export const MAX_KERNEL_FILE_BYTES = 4_096;

/** Entries of a folder. More is SENSOR_LIMIT_REACHED. */
export const MAX_KERNEL_FOLDER_ENTRIES = 4_096;

/** The kernel's files through `node:fs`. Holds nothing open between calls. */
export class NodeKernelFiles implements KernelFiles {
  readonly #root: string;

  /** `root` is put before every path: `/` on a real machine, another folder for a copy of its files. */
  constructor(root = '/') {
    this.#root = root;
  }

  readText(path: string): string {
    const descriptor = openSync(join(this.#root, path), 'r');
    try {
      const buffer = new Uint8Array(MAX_KERNEL_FILE_BYTES);
      // One read: the kernel makes the value anew for a read at the start, and gives it whole.
      const count = readSync(descriptor, buffer, 0, buffer.length, 0);
      return new TextDecoder().decode(buffer.subarray(0, count));
    } finally {
      closeSync(descriptor);
    }
  }

  list(path: string): string[] {
    const folder = opendirSync(join(this.#root, path));
    try {
      const names: string[] = [];
      for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) {
        if (names.length >= MAX_KERNEL_FOLDER_ENTRIES) {
          throw new SensorError(
            'SENSOR_LIMIT_REACHED',
            `${path} has over ${MAX_KERNEL_FOLDER_ENTRIES} entries`,
            {
              limit: 'MAX_KERNEL_FOLDER_ENTRIES',
              value: MAX_KERNEL_FOLDER_ENTRIES,
            },
          );
        }
        names.push(entry.name);
      }
      return names;
    } finally {
      folder.closeSync();
    }
  }
}
