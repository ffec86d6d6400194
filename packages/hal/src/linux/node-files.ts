import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeSync,
} from 'node:fs';
import { SysError, type SysFiles } from './sys.ts';

/** The files of this machine. */
export const nodeFiles: SysFiles = {
  readText: (path) => attempt('read', path, () => readFileSync(path, 'utf8').replace(/\n$/u, '')),
  readBytes: (path) => attempt('read', path, () => new Uint8Array(readFileSync(path))),
  // Attributes of sysfs are written in place, never created. Some can only be written, and the kernel refuses to open them for both.
  writeText: (path, text) =>
    attempt('write', path, () => {
      const fileDescriptor = openSync(path, constants.O_WRONLY);
      try {
        writeSync(fileDescriptor, text);
      } finally {
        closeSync(fileDescriptor);
      }
    }),
  list: (folder) => (existsSync(folder) ? readdirSync(folder).toSorted() : []),
  listFolders: (folder) =>
    existsSync(folder)
      ? readdirSync(folder, { withFileTypes: true })
          .filter((entry) => entry.isDirectory())
          .map(({ name }) => name)
          .toSorted()
      : [],
  realPath: (path) => attempt('realpath', path, () => realpathSync(path)),
  exists: (path) => existsSync(path),
  regularFileBytes: (path) =>
    attempt('stat', path, () => {
      const status = statSync(path);
      return status.isFile() ? status.size : undefined;
    }),
};

export function attempt<T>(call: string, path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (typeof code !== 'string') throw error;
    throw new SysError(code, call, path);
  }
}
