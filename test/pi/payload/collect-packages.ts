import { join } from 'node:path';
import { PiError } from '../pi-error.ts';
import { type InstalledPackage, readPackage, resolvePackage } from './installed-package.ts';

/** Optional packages that the emulated Pi has no use for. */
const leftOut = new Map([
  ['@yowasp/clang', 'guests are compiled outside'],
  ['node-gyp-build-optional-packages', 'nothing is compiled inside'],
]);

/** Where each package goes, below the folder of the payload. */
export interface PackagePlan {
  /** Place, e.g. `node_modules/zod`, to package. */
  readonly places: ReadonlyMap<string, InstalledPackage>;
  /** One line for each package that is left out, with the reason. */
  readonly notes: readonly string[];
}

/**
 * Plans the packages that these need at run time. `guestPackagesFolder` has those that exist for arm64 alone. Needed and
 * not installed is PI_PAYLOAD_REFUSED; optional and not installed gets a note when it is meant for this machine.
 */
export function planPackages(roots: readonly InstalledPackage[], guestPackagesFolder: string): PackagePlan {
  const places = new Map<string, InstalledPackage>();
  const notes = new Set<string>();

  const place = (one: InstalledPackage, parent: string): void => {
    const top = `node_modules/${one.name}`;
    const there = places.get(top);
    if (there?.folder === one.folder) return;
    // Two versions of one package: the second goes to the one that asked for it.
    const own = there === undefined ? top : `${parent}/${top}`;
    if (places.has(own)) return;
    places.set(own, one);
    for (const name of Object.keys(one.dependencies)) {
      const needed = resolvePackage(one, name);
      if (needed === undefined) {
        throw new PiError('PI_PAYLOAD_REFUSED', `${one.name} needs ${name}, which is not installed`);
      }
      place(needed, own);
    }
    for (const [name, version] of Object.entries(one.optionalDependencies)) {
      const reason = leftOut.get(name);
      const optional = reason === undefined ? findOptional(one, name, version) : undefined;
      if (optional !== undefined) place(optional, own);
      else if (reason !== undefined) notes.add(`${name}: ${reason}`);
    }
  };

  const findOptional = (
    one: InstalledPackage,
    name: string,
    version: string,
  ): InstalledPackage | undefined => {
    const installed = resolvePackage(one, name);
    if (installed !== undefined && !/-(?:x64|ia32|x86|arm)(?:-|$)/u.test(name)) return installed;
    if (!/linux.*arm64/u.test(name) || name.includes('musl')) return undefined;
    try {
      const found = readPackage(join(guestPackagesFolder, name));
      if (found.version === version) return found;
      notes.add(`${name}: test/pi/guest/package.json has ${found.version}, ${one.name} asks for ${version}`);
    } catch {
      notes.add(`${name} ${version}: add it to test/pi/guest/package.json for ${one.name} to work inside`);
    }
    return undefined;
  };

  for (const root of roots) place(root, '');
  return { places, notes: [...notes] };
}
