import { existsSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { SysError, type SysFiles } from './sys.ts';

/** The files of this machine. */
export const nodeFiles: SysFiles = {
  readText: (path) => attempt('read', path, () => readFileSync(path, 'utf8').replace(/\n$/u, '')),
  // Attributes of sysfs are written in place, never created.
  writeText: (path, text) => attempt('write', path, () => writeFileSync(path, text, { flag: 'r+' })),
  list: (folder) => (existsSync(folder) ? readdirSync(folder).toSorted() : []),
  realPath: (path) => attempt('realpath', path, () => realpathSync(path)),
  exists: (path) => existsSync(path),
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
