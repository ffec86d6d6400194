import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PiError } from '../pi-error.ts';
import type { ArchiveEntry } from './cpio.ts';
import { deviceTreeFile, kernelModules } from './packages.ts';
import { runTool } from './run-tool.ts';
import type { UnpackedPrograms } from './unpacked-programs.ts';

/** What is taken of a kernel package that lies unpacked in a folder. */
export interface KernelFiles {
  /** E.g. 6.12.95+deb12-arm64. */
  readonly version: string;
  readonly kernelPath: string;
  readonly deviceTreePath: string;
  /** Drivers and their index, for the root of the emulated machine. */
  readonly entries: readonly ArchiveEntry[];
}

/** Takes the kernel, its device tree and the listed drivers, with what they depend on, ready for busybox's modprobe. */
export function takeKernelFiles(folder: string, workFolder: string, programs: UnpackedPrograms): KernelFiles {
  const version = onlyName(join(folder, 'lib/modules'));
  const source = join(folder, 'lib/modules', version);
  indexModules(folder, version, programs);
  const wanted = withDependencies(readFileSync(join(source, 'modules.dep'), 'utf8'), kernelModules);
  const target = join(workFolder, 'lib/modules', version);
  for (const path of wanted) {
    const plain = join(target, path.replace(/\.xz$/u, ''));
    mkdirSync(dirname(plain), { recursive: true });
    const packed = join(source, path);
    // busybox cannot unpack them.
    writeFileSync(
      plain,
      path.endsWith('.xz') ? programs.run('usr/bin/xz', ['-dc', packed]) : readFileSync(packed),
    );
  }
  for (const name of ['modules.order', 'modules.builtin', 'modules.builtin.modinfo']) {
    writeFileSync(join(target, name), readFileSync(join(source, name)));
  }
  indexModules(workFolder, version, programs);
  return {
    version,
    kernelPath: join(folder, 'boot', `vmlinuz-${version}`),
    deviceTreePath: join(folder, 'usr/lib', `linux-image-${version}`, deviceTreeFile),
    entries: filesBelow(workFolder, `lib/modules/${version}`),
  };
}

function indexModules(root: string, version: string, programs: UnpackedPrograms): void {
  // One program under many names: it looks at the name that it was called by.
  programs.run('bin/kmod', ['-b', root, version], 'depmod');
}

/** Files of the index that the named modules need, themselves included (format: modules.dep(5)). */
export function withDependencies(index: string, names: readonly string[]): string[] {
  const needed = new Map(
    index
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const [path, rest] = line.split(':') as [string, string];
        return [path, rest.trim().split(/\s+/u).filter(Boolean)] as const;
      }),
  );
  const nameOf = (path: string): string =>
    basename(path)
      .replace(/\.ko(?:\.xz)?$/u, '')
      .replaceAll('_', '-');
  const files = names.flatMap((name) => {
    const path = [...needed.keys()].find((each) => nameOf(each) === name.replaceAll('_', '-'));
    if (path === undefined) throw new PiError('PI_BUILD_FAILED', `the kernel package has no module ${name}`);
    return [path, ...(needed.get(path) ?? [])];
  });
  return [...new Set(files)];
}

/** Every file below a folder, as entries of an archive. */
export function filesBelow(root: string, path: string): ArchiveEntry[] {
  return readdirSync(join(root, path), { withFileTypes: true }).flatMap((entry): ArchiveEntry[] => {
    const own = `${path}/${entry.name}`;
    if (entry.isDirectory()) return filesBelow(root, own);
    return [{ kind: 'file', path: own, content: readFileSync(join(root, own)), mode: 0o644 }];
  });
}

function onlyName(folder: string): string {
  const [name, ...more] = readdirSync(folder);
  if (name === undefined || more.length > 0) {
    throw new PiError('PI_BUILD_FAILED', `not one kernel in ${folder}`);
  }
  return name;
}

/** Unpacks Debian packages into a folder. */
export function unpackPackages(files: readonly string[], folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const file of files) runTool('dpkg-deb', ['-x', file, folder]);
}
