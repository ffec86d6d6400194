import type { HalEvent } from '../contract/event.ts';
import { HalError } from '../error.ts';

/** The error that the call throws; a test that expects one fails when there is none. */
export function errorOf(call: () => unknown): HalError {
  try {
    call();
  } catch (error) {
    if (error instanceof HalError) return error;
    throw error;
  }
  throw new Error('the call threw nothing');
}

export function codeOf(call: () => unknown): string {
  return errorOf(call).code;
}

/** The code of the error that the call throws, or `done`. */
export function outcomeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof HalError) return error.code;
    throw error;
  }
  return 'done';
}

/** A sink that keeps everything. */
export class EventList {
  readonly events: HalEvent[] = [];

  push(event: HalEvent): void {
    this.events.push(event);
  }
}
