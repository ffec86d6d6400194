import { closeSync, fstatSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import type { AuditFileSystem, OpenAuditFile } from './audit-file.ts';

/** The owner writes, the owner's group reads: an audit log names what apps were after. */
const FILE_MODE = 0o640;
const LINE_FEED = 0x0a;

/** The files of this machine. */
export const nodeFiles: AuditFileSystem = {
  open: (path): OpenAuditFile => {
    const descriptor = openSync(path, 'a', FILE_MODE);
    const stat = fstatSync(descriptor);
    return {
      byteLength: stat.isFile() ? stat.size : undefined,
      endsWithLine: !stat.isFile() || stat.size === 0 || lastByte(path, stat.size) === LINE_FEED,
      append: (bytes) => writeSync(descriptor, bytes),
      close: () => closeSync(descriptor),
    };
  },
  rename: (from, to) => {
    try {
      renameSync(from, to);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  },
  remove: (path) => rmSync(path, { force: true }),
};

/** Undefined where the file may be written and not read. */
function lastByte(path: string, byteLength: number): number | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    const byte = new Uint8Array(1);
    return readSync(descriptor, byte, 0, 1, byteLength - 1) === 1 ? byte[0] : undefined;
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
