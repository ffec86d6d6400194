import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A package as it lies on the disk. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  /** Its real folder, links followed. */
  readonly folder: string;
  /** What it needs to run, with the versions it asks for. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** What it can do without. */
  readonly optionalDependencies: Readonly<Record<string, string>>;
  /** True when it is compiled when it is installed. */
  readonly isNative: boolean;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export function readPackage(folder: string): InstalledPackage {
  const own = realpathSync(folder);
  const manifest = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8')) as Manifest;
  const optionalDependencies = manifest.optionalDependencies ?? {};
  const needed = Object.entries(manifest.dependencies ?? {}).filter(
    ([name]) => !(name in optionalDependencies),
  );
  return {
    name: manifest.name,
    version: manifest.version,
    folder: own,
    dependencies: Object.fromEntries(needed),
    optionalDependencies,
    isNative: existsSync(join(own, 'binding.gyp')),
  };
}

/** The package that `from` gets when it imports `name`: looked for as Node does, in each `node_modules` above it. */
export function resolvePackage(from: InstalledPackage, name: string): InstalledPackage | undefined {
  let folder = from.folder;
  for (;;) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return readPackage(candidate);
    const parent = dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
}

/** Files of a package, relative to its folder; other packages inside it are not its files. */
export function packageFiles(folder: string, below = ''): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.name === 'node_modules') return [];
    return entry.isDirectory() ? packageFiles(folder, path) : [path];
  });
}
