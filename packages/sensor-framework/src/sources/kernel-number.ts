import type { ReadingReason } from '../reading.ts';
import type { KernelFiles } from './kernel-files.ts';
import { errnoOf, reasonOfKernelError } from './kernel-reason.ts';

/**
 * Whole and decimal numbers, as hwmon and thermal drivers print them and as `iio_format_value`
 * (drivers/iio/industrialio-core.c) does. No exponents, units or lists.
 */
const NUMBER = /^[+-]?[0-9]{1,20}(?:\.[0-9]{1,20})?\n?$/;

/** Undefined for a text that is no number: a driver that was asked in a bad moment, or a format of the future. */
export function parseKernelNumber(text: string): number | undefined {
  return NUMBER.test(text) ? Number(text) : undefined;
}

/** The number in an attribute, or why there is none. */
export function readKernelNumber(files: KernelFiles, path: string): number | ReadingReason {
  return readOptionalNumber(files, [path]) ?? 'not-present';
}

/** The number in the first of the attributes that exists, or why there is none; undefined when none exists. */
export function readOptionalNumber(
  files: KernelFiles,
  paths: readonly string[],
): number | ReadingReason | undefined {
  for (const path of paths) {
    try {
      return parseKernelNumber(files.readText(path)) ?? 'unavailable';
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') return reasonOfKernelError(error);
    }
  }
  return undefined;
}
