import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Manifest, parseManifest } from '@kanchi/runtime';
import { parseJson } from '../json-text.ts';
import { shown } from '../shown-path.ts';

/** Names that are also file names everywhere; an app of another name has no manifest of its own. */
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/u;

/**
 * What an app that comes over the link may do: `<folder>/<name>.json` says it. Without such a file it may print, nothing
 * else. Throws RuntimeError for a file that is broken.
 */
export function manifestForApplet(
  folder: string | undefined,
  name: string,
): { readonly manifest: Manifest; readonly manifestName: string } {
  if (folder !== undefined && FILE_NAME.test(name)) {
    const path = join(folder, `${name}.json`);
    if (existsSync(path)) {
      const manifest = parseManifest(parseJson(readFileSync(path, 'utf8'), path), shown(path));
      return { manifest, manifestName: shown(path) };
    }
  }
  const bare = { kanchi: 1, name: 'applet', version: '0.0.0', permissions: [{ kind: 'log' }] };
  return {
    manifest: parseManifest(bare, 'no manifest'),
    manifestName:
      folder === undefined
        ? `a file "${name}.json" in a folder that you pass with --manifests`
        : shown(join(folder, `${name}.json`)),
  };
}
