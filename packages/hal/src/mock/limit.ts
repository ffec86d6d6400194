import { HalError } from '../error.ts';

/** Throws HAL_BAD_ARGUMENT unless `value` is a whole number from 1 to `most`. */
export function checkLimit(name: string, value: number, most: number): number {
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new HalError('HAL_BAD_ARGUMENT', `${name} is a whole number from 1 to ${most}, not ${value}`, {
      details: { option: name, most },
    });
  }
  return value;
}
