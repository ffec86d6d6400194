import { closeSync, fsyncSync, openSync, readdirSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * What putting a file in place does to a file system, one step each, so that a test can end the process between any two
 * of them. Errors are those of node:fs.
 */
export interface FileSteps {
  /** Makes a new file of these bytes. Fails when there is one already. */
  create(path: string, bytes: Uint8Array, mode: number): void;
  /** Returns when the bytes of the file are on the disk. */
  sync(path: string): void;
  /** Puts one name in the place of another. */
  rename(from: string, to: string): void;
  remove(path: string): void;
  /** Returns when the names of the folder are on the disk. */
  syncFolder(path: string): void;
  /** Names in the folder. */
  list(path: string): readonly string[];
}

export const nodeFileSteps: FileSteps = {
  create: (path, bytes, mode) => {
    const descriptor = openSync(path, 'wx', mode);
    try {
      for (let written = 0; written < bytes.length; ) {
        written += writeSync(descriptor, bytes, written);
      }
    } finally {
      closeSync(descriptor);
    }
  },
  sync: (path) => syncPath(path, 'r+'),
  rename: renameSync,
  remove: unlinkSync,
  syncFolder: (path) => syncPath(path, 'r'),
  list: (path) => readdirSync(path),
};

function syncPath(path: string, flags: string): void {
  const descriptor = openSync(path, flags);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

const PARTIAL_PATTERN = /^\.kanchi-(\d+)\.partial$/u;

/**
 * Puts a file with these bytes in the place of the one that is there, if any: whoever reads `path`, at any time, also
 * after the process or the machine was cut off, finds the old bytes or the new ones whole. Blocks until they are on the disk.
 *
 * `beforeRename` is called when all is written but nothing is in place yet; what it throws leaves the old file. Throws errors of node:fs.
 */
export function replaceFile(
  path: string,
  bytes: Uint8Array,
  {
    mode,
    steps = nodeFileSteps,
    beforeRename = () => {},
  }: { readonly mode: number; readonly steps?: FileSteps; readonly beforeRename?: () => void },
): void {
  const folder = dirname(path);
  removeLeftovers(folder, steps);
  const partial = join(folder, `.kanchi-${process.pid}.partial`);
  try {
    steps.create(partial, bytes, mode);
    steps.sync(partial);
    beforeRename();
    steps.rename(partial, path);
  } catch (error) {
    removeIfThere(partial, steps);
    throw error;
  }
  steps.syncFolder(folder);
}

/** Takes away what processes left that were ended while they wrote. */
function removeLeftovers(folder: string, steps: FileSteps): void {
  for (const name of steps.list(folder)) {
    const pid = PARTIAL_PATTERN.exec(name)?.[1];
    if (pid !== undefined && (Number(pid) === process.pid || !isRunning(Number(pid)))) {
      removeIfThere(join(folder, name), steps);
    }
  }
}

function removeIfThere(path: string, steps: FileSteps): void {
  try {
    steps.remove(path);
  } catch {
    // It is gone already, or it is taken away the next time.
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
