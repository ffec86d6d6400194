import { HalError } from './error.ts';

/** Handles that one board has open at the same time. */
const MAX_OPEN_HANDLES = 1_024;

export interface OpenHandle {
  /** What it is and who holds it, e.g. `gpio pinctrl-mock/17 (blink)`. */
  readonly description: string;
  close(): void;
}

/** The open handles of a board: the leak counter, and what `close` closes. */
export class HandleSet {
  readonly #handles = new Set<OpenHandle>();

  get count(): number {
    return this.#handles.size;
  }

  descriptions(): string[] {
    return [...this.#handles].map((handle) => handle.description);
  }

  /** Throws HAL_LIMIT_REACHED when MAX_OPEN_HANDLES are open. */
  checkRoom(): void {
    if (this.#handles.size >= MAX_OPEN_HANDLES) {
      throw new HalError('HAL_LIMIT_REACHED', `${MAX_OPEN_HANDLES} handles are open on this board`, {
        details: { limit: 'MAX_OPEN_HANDLES', value: MAX_OPEN_HANDLES },
      });
    }
  }

  add(handle: OpenHandle): void {
    this.#handles.add(handle);
  }

  delete(handle: OpenHandle): void {
    this.#handles.delete(handle);
  }

  /** Closes every handle, also after one that failed; then throws what the first one threw. */
  closeAll(): void {
    const errors: unknown[] = [];
    for (const handle of this.#handles) {
      try {
        handle.close();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}

export function closedError(description: string): HalError {
  return new HalError('HAL_CLOSED', `${description} was used after it was closed`, {
    details: { handle: description },
  });
}

export function busyError(resource: string, owner: string): HalError {
  return new HalError('HAL_BUSY', `${resource} is in use by ${owner}`, {
    details: { resource, owner },
    errno: 'EBUSY',
  });
}

export function checkConsumer(consumer: string): void {
  if (typeof consumer !== 'string' || consumer === '') {
    throw new HalError('HAL_BAD_ARGUMENT', 'a consumer must have a name');
  }
}
