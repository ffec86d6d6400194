/**
 * The kernel's files, read only: all that the kernel sensors need. Paths are absolute and begin with `/sys/`. Both calls
 * block as long as the kernel's driver takes and throw an error with a `code` as Node's file system does (`ENOENT`).
 */
export interface KernelFiles {
  /** The whole text of an attribute, with its line end. */
  readText(path: string): string;
  /** Names in a folder, in any order. */
  list(path: string): string[];
}
