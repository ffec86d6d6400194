import { HalError } from '@kanchi/hal';

/** The error that a call throws. Throws when it throws nothing, and what is no HalError. */
export function errorOf(call: () => unknown): HalError {
  try {
    call();
  } catch (error) {
    if (error instanceof HalError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
