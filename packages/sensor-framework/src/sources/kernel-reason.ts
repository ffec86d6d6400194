import type { ReadingReason } from '../reading.ts';

/**
 * What the kernel's drivers mean by an error of an attribute. errno names: include/uapi/asm-generic/errno-base.h and
 * errno.h; ENODATA and EAGAIN as in Documentation/ABI/testing/sysfs-class-hwmon and drivers/thermal; ENXIO and EREMOTEIO as
 * in Documentation/i2c/fault-codes.rst; EBADMSG for an answer that failed its check, the same page.
 */
const reasons: Readonly<Record<string, ReadingReason>> = {
  ENOENT: 'not-present',
  ENOTDIR: 'not-present',
  ENODEV: 'not-present',
  ENXIO: 'not-present',
  EREMOTEIO: 'not-present',
  ETIMEDOUT: 'timeout',
  EBADMSG: 'crc',
  // A sensor that has been switched on a moment ago.
  EAGAIN: 'warming-up',
  ERANGE: 'out-of-range',
  EIO: 'unavailable',
  ENODATA: 'unavailable',
};

/** The reason for a failed call of `KernelFiles`. An error that is not the kernel's is a defect and is thrown on. */
export function reasonOfKernelError(error: unknown): ReadingReason {
  const code = errnoOf(error);
  if (code === undefined) throw error;
  return Object.hasOwn(reasons, code) ? (reasons[code] as ReadingReason) : 'unavailable';
}

/** The errno name of an error of `KernelFiles`; undefined for any other error. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  const { code } = error;
  // Codes of Node itself have underscores, e.g. ERR_INVALID_ARG_TYPE; names of the kernel do not.
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}
