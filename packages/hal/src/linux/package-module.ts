import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { HalError } from '../error.ts';
import { nodeFiles } from './node-files.ts';
import { SysError, type SysFiles } from './sys.ts';

/** A native package that is a second driver of a bus, and the package that has its compiled part. */
const packages = {
  'i2c-bus': { compiled: 'i2c-bus' },
  'spi-device': { compiled: 'spi-device' },
  onoff: { compiled: 'epoll' },
} as const;

export type PackageName = keyof typeof packages;

/** `require`, or what stands for it in tests. */
export interface PackageRequire {
  (name: string): unknown;
  readonly resolve: (name: string) => string;
}

/** Throws HAL_NOT_SUPPORTED with what to do. */
export function loadPackage(
  name: PackageName,
  requirePackage: PackageRequire = createRequire(import.meta.url),
): unknown {
  try {
    return requirePackage(name);
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    throw new HalError('HAL_NOT_SUPPORTED', `the package "${name}" ${reasonOf(name, text, requirePackage)}`, {
      details: { package: name },
      cause,
    });
  }
}

/**
 * Looks whether the package and its compiled part are there, without loading it: that would take it away from other threads. Throws
 * HAL_NOT_SUPPORTED with what to do.
 */
export function checkPackage(
  name: PackageName,
  files: Pick<SysFiles, 'exists'>,
  requirePackage: PackageRequire = createRequire(import.meta.url),
): void {
  const refuse = (text: string): never => {
    const reason = reasonOf(name, text, requirePackage);
    throw new HalError('HAL_NOT_SUPPORTED', `the package "${name}" ${reason}`, {
      details: { package: name },
    });
  };
  try {
    requirePackage.resolve(name);
  } catch {
    refuse(`Cannot find module '${name}'`);
  }
  if (!files.exists(join(compiledFolder(name, requirePackage), 'build/Release'))) {
    refuse('Could not locate the bindings file');
  }
}

/** Why an optional package cannot be used, with what to do, or undefined. Looks without loading it. */
export function whyNoPackage(
  name: PackageName | 'serialport',
  files: Pick<SysFiles, 'exists'> = nodeFiles,
  requirePackage: PackageRequire = createRequire(import.meta.url),
): string | undefined {
  try {
    if (name === 'serialport') {
      requirePackage.resolve(name);
      return undefined;
    }
    checkPackage(name, files, requirePackage);
    return undefined;
  } catch (error) {
    return error instanceof HalError
      ? error.message
      : `the package "${name}" is not installed: npm install ${name}`;
  }
}

function reasonOf(name: PackageName, text: string, requirePackage: PackageRequire): string {
  if (text.startsWith('Cannot find module') && text.includes(`'${name}'`)) {
    return `is not installed: npm install ${name}`;
  }
  // An addon that was not made for more than one environment says so the second time (Node's worker_threads documentation).
  if (text.includes('did not self-register')) {
    return 'is used by another thread of this process, and works in one only; the package "koffi" has no such limit';
  }
  if (text.includes('Could not locate the bindings file') || text.includes('NODE_MODULE_VERSION')) {
    const folder = compiledFolder(name, requirePackage);
    return (
      'is not compiled for this Node; with a compiler (sudo apt-get install g++ make python3) run: ' +
      `cd ${folder} && npm run install`
    );
  }
  return `cannot be loaded: ${text}`;
}

/** Where the sources of the compiled part are. */
function compiledFolder(name: PackageName, requirePackage: PackageRequire): string {
  const { compiled } = packages[name];
  try {
    const main = requirePackage.resolve(name);
    return dirname(compiled === name ? main : createRequire(main).resolve(compiled));
  } catch {
    return `node_modules/${compiled}`;
  }
}

/**
 * Numbers of Linux (include/uapi/asm-generic/errno-base.h and errno.h), the same on arm and x86. The packages' own names for them
 * are sometimes empty.
 */
const errnoNames: Readonly<Record<number, string>> = {
  1: 'EPERM',
  2: 'ENOENT',
  5: 'EIO',
  6: 'ENXIO',
  9: 'EBADF',
  11: 'EAGAIN',
  12: 'ENOMEM',
  13: 'EACCES',
  16: 'EBUSY',
  19: 'ENODEV',
  22: 'EINVAL',
  23: 'ENFILE',
  24: 'EMFILE',
  25: 'ENOTTY',
  38: 'ENOSYS',
  71: 'EPROTO',
  74: 'EBADMSG',
  75: 'EOVERFLOW',
  90: 'EMSGSIZE',
  95: 'EOPNOTSUPP',
  108: 'ESHUTDOWN',
  110: 'ETIMEDOUT',
  121: 'EREMOTEIO',
};

/**
 * The system call that failed in a package. Its compiled part gives positive numbers, what it does through `node:fs` negative ones.
 * Anything without a number is given back as it is.
 */
export function packageError(error: unknown, path: string): unknown {
  if (!(error instanceof Error)) return error;
  const { errno, syscall } = error as NodeJS.ErrnoException;
  if (typeof errno !== 'number') return error;
  const number = Math.abs(errno);
  return new SysError(errnoNames[number] ?? `E${number}`, syscall ?? 'a system call', path);
}
