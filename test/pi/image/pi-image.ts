/** What a build leaves in the cache. Paths are absolute. */
export interface PiImage {
  /** Programs for this machine, QEMU among them (see UnpackedPrograms). */
  readonly programsFolder: string;
  readonly kernelPath: string;
  /** Device tree of the Pi with SPI0 on. */
  readonly deviceTreePath: string;
  /** The root file system, an archive to which a boot appends its payload. */
  readonly rootPath: string;
  /** arm64 packages of npm, with the headers of Node. */
  readonly guestPackagesFolder: string;
  /** Addons that were compiled for arm64, one file for each version of a package. Filled as they are needed. */
  readonly addonsFolder: string;
  readonly versions: Readonly<Record<'qemu' | 'kernel' | 'node', string>>;
}
