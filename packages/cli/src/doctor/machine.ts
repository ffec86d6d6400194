import { accessSync, constants, existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { release, userInfo } from 'node:os';
import { type GpioLineNames, HalError } from '@kanchi/hal';
import {
  checkLinuxBackend,
  createLinuxBackend,
  kernelLineNames,
  listPwmChips,
  nodeFiles,
  type PackageName,
  type PwmChip,
  whyNoPackage,
} from '@kanchi/hal/linux';

/** What the doctor asks of a machine; a test has one of its own. */
export interface Machine {
  readonly platform: string;
  readonly nodeVersion: string;
  readonly kernelRelease: string;
  readonly userName: string;
  readonly isRoot: boolean;
  /** Undefined when there is no such file or it may not be read. */
  readText(path: string): string | undefined;
  /** A new array. Throws SysError. */
  readBytes(path: string): Uint8Array;
  exists(path: string): boolean;
  /** Without symbolic links; undefined when there is no such file. */
  realPath(path: string): string | undefined;
  listFolders(folder: string): readonly string[];
  list(folder: string): readonly string[];
  mayUse(path: string): boolean;
  /** For files that nobody may read. */
  mayWrite(path: string): boolean;
  /** Why system calls cannot be made, or undefined. */
  whyNoSystemCalls(): string | undefined;
  /** Label and number of lines of each GPIO chip that may be opened. Throws HalError. */
  gpioChips(): readonly { readonly path: string; readonly label: string; readonly lineCount: number }[];
  /** Lines by name, of the chips that may be opened. */
  readonly lineNames: GpioLineNames;
  /** PWM controllers. Throws HalError. */
  pwmChips(): readonly PwmChip[];
  /** The driver of each bus, as the backend chooses them here; serial ports have one only. Throws HalError. */
  drivers(): Readonly<Record<string, string>>;
  /** Why an optional package cannot be used, or undefined. */
  whyNoPackage(name: PackageName | 'serialport'): string | undefined;
}

/** This machine. */
export const thisMachine: Machine = {
  platform: process.platform,
  nodeVersion: process.version,
  kernelRelease: release(),
  get userName() {
    try {
      return userInfo().username;
    } catch {
      // A user without an entry in /etc/passwd: in a container, or a service's own.
      return process.env['USER'] ?? String(process.getuid?.());
    }
  },
  isRoot: process.getuid?.() === 0,
  readText: (path) => {
    try {
      // Texts of the device tree end with a zero byte.
      return readFileSync(path, 'utf8').replace(/[\0\n]+$/u, '');
    } catch {
      return undefined;
    }
  },
  readBytes: (path) => nodeFiles.readBytes(path),
  exists: existsSync,
  realPath: (path) => {
    try {
      return realpathSync(path);
    } catch {
      return undefined;
    }
  },
  listFolders: (folder) => nodeFiles.listFolders(folder),
  list: (folder) => (existsSync(folder) ? readdirSync(folder).toSorted() : []),
  mayUse: (path) => mayAccess(path, constants.R_OK | constants.W_OK),
  mayWrite: (path) => mayAccess(path, constants.W_OK),
  whyNoSystemCalls: () => {
    try {
      checkLinuxBackend();
      return undefined;
    } catch (error) {
      if (error instanceof HalError) return error.message;
      throw error;
    }
  },
  gpioChips: () => {
    const { hal } = createLinuxBackend();
    try {
      return hal.chips.list();
    } finally {
      hal.close();
    }
  },
  lineNames: kernelLineNames,
  pwmChips: () => listPwmChips(nodeFiles),
  drivers: () => {
    const { hal } = createLinuxBackend();
    try {
      const { uart: _, ...drivers } = hal.info().drivers;
      return drivers;
    } finally {
      hal.close();
    }
  },
  whyNoPackage,
};

function mayAccess(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
