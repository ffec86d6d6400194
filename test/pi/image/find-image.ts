import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { piFolder } from '../checkout.ts';
import { MAX_KEPT_IMAGES } from '../limits.ts';
import { PiError } from '../pi-error.ts';
import { buildImage, type Progress } from './build-image.ts';
import { debianRelease } from './host-release.ts';
import type { PiImage } from './pi-image.ts';

const MANIFEST = 'image.json';
const UNFINISHED = 'unfinished-';

/** A build that is older than this was ended before it could tidy up. */
const ABANDONED_MS = 60 * 60_000;

/** Folders of the sources that decide what an image is. */
const keyFolders = ['image', 'guest'];

/** The image of this checkout, built first when the cache has none. Blocks for about half a minute then. */
export function findImage(progress: Progress): PiImage {
  const release = debianRelease();
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'kanchi-pi');
  const folder = join(cache, imageKey(release));
  if (!existsSync(join(folder, MANIFEST))) {
    mkdirSync(cache, { recursive: true });
    build(cache, folder, release, progress);
    removeOldImages(cache);
  }
  const now = new Date();
  utimesSync(folder, now, now);
  const manifest = readFileSync(join(folder, MANIFEST), 'utf8');
  return JSON.parse(manifest, (_key, value: unknown) =>
    typeof value === 'string' ? value.replace('$FOLDER', folder) : value,
  ) as PiImage;
}

/** The same for the same Debian release, package lists, scripts and locked versions. */
function imageKey(release: string): string {
  const hash = createHash('sha256').update(`${release} ${process.arch}`);
  for (const folder of keyFolders) {
    for (const name of readdirSync(join(piFolder, folder)).sort()) {
      if (name.endsWith('.test.ts')) continue;
      hash.update(`\0${name}\0`).update(readFileSync(join(piFolder, folder, name)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

function build(cache: string, folder: string, release: string, progress: Progress): void {
  const unfinished = mkdtempSync(join(cache, UNFINISHED));
  try {
    const image = buildImage(unfinished, release, progress);
    writeFileSync(join(unfinished, MANIFEST), JSON.stringify(image).replaceAll(unfinished, '$FOLDER'));
    rename(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function rename(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    // Another process was first; its image is the same.
    if (!existsSync(join(to, MANIFEST))) {
      throw new PiError('PI_BUILD_FAILED', `cannot make ${to}`, { cause: error });
    }
  }
}

function removeOldImages(cache: string): void {
  const folders = readdirSync(cache).map((name) => ({ name, path: join(cache, name) }));
  const images = folders
    .filter(({ path }) => existsSync(join(path, MANIFEST)))
    .sort((one, other) => changedMs(other.path) - changedMs(one.path));
  const abandoned = folders.filter(
    ({ name, path }) => name.startsWith(UNFINISHED) && Date.now() - changedMs(path) > ABANDONED_MS,
  );
  for (const { path } of [...images.slice(MAX_KEPT_IMAGES), ...abandoned]) {
    rmSync(path, { recursive: true, force: true });
  }
}

function changedMs(path: string): number {
  return statSync(path).mtimeMs;
}
