import { resolve } from 'node:path';
import type { Manifest } from '@kanchi/runtime';
import { readManifest } from '../app-files.ts';
import { statOf } from '../input-file.ts';
import { isPackageFile, readPackageFile } from '../package/package-file.ts';

/** The manifest in a file, a folder or a package. Throws RuntimeError, e.g. KANCHI_FILE_NOT_FOUND with what to do. */
export function manifestOf(target: string): Manifest {
  const path = resolve(target);
  if (statOf(path)?.isDirectory() === true) return readManifest(resolve(path, 'app.json'));
  return isPackageFile(path) ? readPackageFile(path).manifest : readManifest(path);
}
