import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { PiFile } from '../boot/payload-archive.ts';
import { checkoutFolder, piFolder } from '../checkout.ts';
import type { PiImage } from '../image/pi-image.ts';
import { PiError } from '../pi-error.ts';
import { isArm64Binary } from './arm64-binary.ts';
import { planPackages } from './collect-packages.ts';
import { compileAddon } from './compile-addon.ts';
import { type InstalledPackage, packageFiles, readPackage, resolvePackage } from './installed-package.ts';

/** Where Kanchi is inside. */
export const guestFolder = '/kanchi';

export interface KanchiPayload {
  readonly files: readonly PiFile[];
  /** What is not inside, and why. */
  readonly notes: readonly string[];
}

const workspacePackages = ['cli', 'guest-sdk', 'hal', 'runtime', 'sensor-framework'];

/**
 * Parameters of Node that halve the time until a program runs: compiling JavaScript to machine code does not pay where the
 * machine itself is emulated. Measurements go without.
 */
export const quickStart = '--no-opt --no-maglev --no-sparkplug';

/** Of vitest only what defines and runs tests goes inside; the program itself takes a minute to start there. */
const testPackages = ['@vitest/expect', '@vitest/runner'];

/** What no running program reads. */
const unused =
  /\.(?:d\.[cm]?ts|ts|mts|cts|map|md|c|cc|cpp|h|gyp|gypi|tsbuildinfo|flow)$|\.test\.js$|(?:^|\/)(?:test|tests|docs)\//u;

/**
 * The built workspace packages, what they need at run time, the tests that run inside and the runner for them, all
 * below `/kanchi`, and the command `kanchi`. Needs `npm run build`.
 */
export function kanchiPayload(image: PiImage): KanchiPayload {
  const workspace = workspacePackages.map((name) => readPackage(join(checkoutFolder, 'packages', name)));
  const vitest = readPackage(join(checkoutFolder, 'node_modules/vitest'));
  const tests = testPackages.map((name) => {
    const found = resolvePackage(vitest, name);
    if (found === undefined) throw new PiError('PI_PAYLOAD_REFUSED', `vitest has no ${name}`);
    return found;
  });
  const { places, notes } = planPackages([...workspace, ...tests], image.guestPackagesFolder);
  const packages = [...places].map(([place, one]) => packageContent(`${guestFolder}/${place}`, one, image));
  return {
    files: [
      { path: `${guestFolder}/package.json`, content: '{ "type": "module" }\n' },
      ...packages.flatMap(({ files }) => files),
      ...testFiles(),
      {
        path: '/usr/bin/kanchi',
        content: `#!/bin/sh\nexec node ${quickStart} ${guestFolder}/node_modules/kanchi/bin/kanchi.js "$@"\n`,
        executable: true,
      },
    ],
    notes: [...notes, ...packages.flatMap(({ note }) => note)],
  };
}

/** An example with its built guest, at the same place below `/kanchi`. */
export function exampleFiles(name: string): PiFile[] {
  const folder = join(checkoutFolder, 'examples', name);
  const build = join(folder, 'build');
  if (!existsSync(build)) {
    throw new PiError('PI_PAYLOAD_REFUSED', `examples/${name} is not built: npm run build`);
  }
  const below = (path: string): string[] => readdirSync(join(folder, path)).map((each) => path + each);
  return [...below('').filter((path) => /\.json$|^expected\.txt$/u.test(path)), ...below('build/')].map(
    (path) => ({
      path: `${guestFolder}/examples/${name}/${path}`,
      source: join(folder, path),
    }),
  );
}

/** Built guests of `test/guests`, below `/kanchi/guests`. */
export function guestFiles(names: readonly string[]): PiFile[] {
  return names.map((name) => {
    const source = join(checkoutFolder, `test/guests/build/${name}.wasm`);
    if (!existsSync(source)) {
      throw new PiError('PI_PAYLOAD_REFUSED', `test/guests/${name}.c is not built: npm run build`);
    }
    return { path: `${guestFolder}/guests/${name}.wasm`, source };
  });
}

function packageContent(
  target: string,
  one: InstalledPackage,
  image: PiImage,
): { files: PiFile[]; note: string[] } {
  const isOwn = one.folder.startsWith(join(checkoutFolder, 'packages/'));
  const paths = packageFiles(one.folder).filter(
    (path) => !unused.test(path) && !(isOwn && path.startsWith('src/')) && suitsMachine(one.folder, path),
  );
  if (isOwn && one.name !== '@kanchi/guest-sdk' && !paths.some((path) => path.startsWith('dist/'))) {
    throw new PiError('PI_PAYLOAD_REFUSED', `${one.name} is not built: npm run build`);
  }
  const files: PiFile[] = paths.map((path) => ({
    path: `${target}/${path}`,
    source: join(one.folder, path),
  }));
  if (!one.isNative || paths.some((path) => path.endsWith('.node'))) return { files, note: [] };
  const addon = compileAddon(one, image);
  return addon === undefined
    ? { files, note: [`${one.name}: it ships no binary for arm64 and is not in compile-addon.ts`] }
    : { files: [...files, { path: `${target}/${addon.path}`, source: addon.source }], note: [] };
}

function suitsMachine(folder: string, path: string): boolean {
  if (!path.endsWith('.node')) return true;
  return (
    !path.includes('musl') && !path.includes('android') && isArm64Binary(readFileSync(join(folder, path)))
  );
}

function testFiles(): PiFile[] {
  const built = join(piFolder, 'dist/inside');
  const tests = existsSync(built) ? readdirSync(built).filter((name) => name.endsWith('.js')) : [];
  const runner = join(piFolder, 'runner');
  return [
    ...tests.map((name) => ({ path: `${guestFolder}/inside/${name}`, source: join(built, name) })),
    { path: `${guestFolder}/runner/run-tests.mjs`, source: join(runner, 'run-tests.mjs') },
    { path: `${guestFolder}/node_modules/vitest/index.js`, source: join(runner, 'vitest-inside.mjs') },
    {
      path: `${guestFolder}/node_modules/vitest/package.json`,
      content: '{ "name": "vitest", "type": "module", "exports": "./index.js" }\n',
    },
  ];
}

/** The name of a test inside, from that of its source. */
export function insideTestPath(source: string): string {
  return `${guestFolder}/inside/${basename(source).replace(/\.ts$/u, '.js')}`;
}
