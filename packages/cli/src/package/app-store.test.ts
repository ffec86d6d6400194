import { mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { decodePackage, encodePackage } from '@kanchi/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppStore, appStoreFolder } from './app-store.ts';
import { type FileSteps, nodeFileSteps } from './atomic-file.ts';
import type { ReadPackage } from './package-file.ts';
import { appManifest, idleApp, PackageFolder } from './package-folder.test-support.ts';

let folder: PackageFolder;
beforeEach(() => {
  folder = new PackageFolder();
});
afterEach(() => folder.remove());

function packageOf(version: string, name = 'lamp'): ReadPackage {
  const bytes = encodePackage({
    manifest: appManifest({ name, version }),
    module: idleApp,
    source: 'app.json',
  });
  return { ...decodePackage(bytes, `${name}.kanchi`), bytes, source: `${name}.kanchi` };
}

/** The process ends here: nothing that comes after is done, not even what a `finally` would do. */
class Cut extends Error {}

/** Does the first `count` steps; the one after is done by half where it can be. `done` has the names of all. */
function cutAfter(count: number): { readonly steps: FileSteps; readonly done: string[] } {
  const done: string[] = [];
  const step = (name: string, action: () => void, half: () => void = () => {}): void => {
    if (done.length > count) throw new Cut();
    done.push(name);
    if (done.length > count) {
      half();
      throw new Cut();
    }
    action();
  };
  return {
    done,
    steps: {
      create: (path, bytes, mode) =>
        step(
          'create',
          () => nodeFileSteps.create(path, bytes, mode),
          () => nodeFileSteps.create(path, bytes.subarray(0, bytes.length / 2), mode),
        ),
      sync: (path) => step('sync', () => nodeFileSteps.sync(path)),
      rename: (from, to) => step('rename', () => nodeFileSteps.rename(from, to)),
      remove: (path) => step('remove', () => nodeFileSteps.remove(path)),
      syncFolder: (path) => step('syncFolder', () => nodeFileSteps.syncFolder(path)),
      list: (path) => nodeFileSteps.list(path),
    },
  };
}

function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return `${(error as { code?: string }).code}: ${(error as Error).message}`;
  }
  throw new Error('was taken');
}

const [one, two, three] = [packageOf('1.0.0'), packageOf('1.1.0'), packageOf('1.2.0')];
const versionIn = (store: AppStore): string | undefined =>
  store.has('lamp') ? store.read('lamp').manifest.version : undefined;

describe('installed apps', () => {
  it('are read as they were installed, replaced, and taken away', () => {
    const store = new AppStore(folder.file('apps'));
    expect(store.names()).toEqual([]);
    store.install(one, undefined);
    store.install(packageOf('3.0.0', 'a-lamp'), undefined);
    expect(store.names()).toEqual(['a-lamp', 'lamp']);
    store.install(two, store.read('lamp'));
    expect(store.read('lamp')).toMatchObject({ bytes: two.bytes, manifest: { version: '1.1.0' } });
    expect(store.byteLengthOf('lamp')).toBe(two.bytes.length);
    store.remove('lamp');
    expect(store.names()).toEqual(['a-lamp']);
    expect(refusal(() => store.read('lamp'))).toMatch(
      /^KANCHI_APP_NOT_INSTALLED: no app "lamp" in .*; there is a-lamp$/u,
    );
    expect(refusal(() => store.remove('../package'))).toContain('KANCHI_APP_NOT_INSTALLED');
  });

  it('are on the disk before they are in place, and in place on the disk before anybody is told', () => {
    const { steps, done } = cutAfter(99);
    new AppStore(folder.file('apps'), steps).install(one, undefined);
    expect(done).toEqual(['create', 'sync', 'rename', 'syncFolder']);
  });

  it('are the old one or the new one whole, wherever the process is killed, and the next one goes through', () => {
    for (const previous of [undefined, one]) {
      for (let count = 0; count < 4; count += 1) {
        const path = folder.file(`apps-${previous === undefined ? 'new' : 'old'}-${count}`);
        const store = new AppStore(path);
        if (previous !== undefined) store.install(previous, undefined);
        const { steps } = cutAfter(count);
        expect(() => new AppStore(path, steps).install(two, previous)).toThrow(Cut);
        // Create, sync and rename come before it is in place.
        expect(versionIn(store), `${count}`).toBe(count < 3 ? previous?.manifest.version : '1.1.0');
        expect(readdirSync(path).length).toBe((count < 3 ? 1 : 0) + store.names().length);
        const left = store.has('lamp') ? store.read('lamp') : undefined;
        store.install(three, left);
        expect(versionIn(store)).toBe('1.2.0');
        expect(readdirSync(path), 'what the killed one left').toEqual(['lamp.kanchi']);
      }
    }
  });

  it('keep what another process is writing, and take away what a dead one left', () => {
    const store = new AppStore(folder.file('apps'));
    store.install(one, undefined);
    writeFileSync(folder.file('apps/.kanchi-1.partial'), '');
    // Above the largest process id of Linux (PID_MAX_LIMIT in include/linux/threads.h, 4 Mi).
    writeFileSync(folder.file('apps/.kanchi-4194305.partial'), '');
    store.install(two, store.read('lamp'));
    expect(readdirSync(folder.file('apps')).toSorted()).toEqual(['.kanchi-1.partial', 'lamp.kanchi']);
  });

  it('stay as they are when another process was faster', () => {
    const store = new AppStore(folder.file('apps'));
    store.install(two, undefined);
    expect(refusal(() => store.install(three, one))).toMatch(/^KANCHI_APP_STORE: .* meanwhile/u);
    expect(refusal(() => store.install(three, undefined))).toMatch(/^KANCHI_APP_STORE: .* meanwhile/u);
    store.remove('lamp');
    expect(refusal(() => store.install(three, two))).toMatch(/^KANCHI_APP_STORE: .* meanwhile/u);
    expect(readdirSync(folder.file('apps'))).toEqual([]);
  });

  it('stay as they are when the disk is full', () => {
    const store = new AppStore(folder.file('apps'));
    store.install(one, undefined);
    const fullDisk = {
      ...nodeFileSteps,
      sync: () => {
        throw Object.assign(new Error('no space left'), { errno: -28, code: 'ENOSPC' });
      },
    };
    expect(refusal(() => new AppStore(store.folder, fullDisk).install(two, one))).toMatch(
      /^KANCHI_APP_STORE: .*ENOSPC: the disk is full; what was installed is as before$/u,
    );
    expect(versionIn(store)).toBe('1.0.0');
    expect(readdirSync(store.folder)).toEqual(['lamp.kanchi']);
  });

  it('are at most 256, and a new version of one still has a place', () => {
    const store = new AppStore(folder.file('apps'));
    store.install(one, undefined);
    for (let index = 1; index < 256; index += 1) writeFileSync(folder.file(`apps/app${index}.kanchi`), '');
    expect(refusal(() => store.install(packageOf('1.0.0', 'more'), undefined))).toMatch(
      /^KANCHI_APP_STORE_FULL: 256 apps are installed, .*kanchi uninstall <name>$/u,
    );
    store.install(two, one);
    expect(store.names()).toHaveLength(256);
  });

  it('have at most 256 MiB together, what is being written counted', () => {
    const store = new AppStore(folder.file('apps'));
    store.install(one, undefined);
    const partial = folder.file('apps/.kanchi-1.partial');
    writeFileSync(partial, '');
    truncateSync(partial, 268_435_456 - two.bytes.length);
    store.install(two, one);
    truncateSync(partial, 268_435_457 - two.bytes.length);
    expect(refusal(() => store.install(one, two))).toMatch(
      /^KANCHI_APP_STORE_FULL: .*more than 268435456 bytes/u,
    );
    expect(versionIn(store)).toBe('1.1.0');
  });

  it('are not run from under another name', () => {
    mkdirSync(folder.file('apps'));
    writeFileSync(folder.file('apps/other.kanchi'), one.bytes);
    expect(refusal(() => new AppStore(folder.file('apps')).read('other'))).toMatch(
      /^KANCHI_APP_STORE: .*has the app "lamp" in it, .*kanchi uninstall other$/u,
    );
  });

  it('are told of when root installed them for the machine', () => {
    new AppStore(folder.file('machine')).install(one, undefined);
    const store = new AppStore(folder.file('apps'), nodeFileSteps, folder.file('machine'));
    expect(refusal(() => store.read('lamp'))).toMatch(
      /; it is installed for the machine: --apps .*\/machine$/u,
    );
    expect(refusal(() => store.read('damp'))).not.toContain('for the machine');
  });

  it('are not kept in a file', () => {
    writeFileSync(folder.file('apps'), '');
    expect(refusal(() => new AppStore(folder.file('apps')).install(one, undefined))).toMatch(
      /^KANCHI_APP_STORE: .*ENOTDIR: not a folder/u,
    );
  });
});

describe('the folder of installed apps', () => {
  it('is the one that is named, the machine’s for root, else one of the user’s data', () => {
    const place = { userId: 1000, dataHome: undefined, home: '/home/pi' };
    expect(appStoreFolder('/srv/apps', place)).toBe('/srv/apps');
    expect(appStoreFolder(undefined, { ...place, userId: 0, dataHome: '/data' })).toBe(
      '/var/lib/kanchi/apps',
    );
    expect(appStoreFolder(undefined, { ...place, dataHome: '/data' })).toBe('/data/kanchi/apps');
    expect(appStoreFolder(undefined, { ...place, dataHome: 'data' })).toBe(
      '/home/pi/.local/share/kanchi/apps',
    );
    expect(appStoreFolder(undefined, place)).toBe('/home/pi/.local/share/kanchi/apps');
  });
});
