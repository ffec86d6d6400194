import { GuestExit } from './guest-exit.ts';
import { GuestTrap } from './guest-trap.ts';

/**
 * Whether the guest has ended, and why. One per app.
 *
 * A host call ends the guest by throwing through its frames. A guest that was compiled with WebAssembly exceptions can
 * catch that (`catch_all` takes whatever an import throws; only the engine's own traps pass it by), so throwing alone
 * does not end it. The first reason is kept here: handles are closed at once, every later host call throws the
 * same reason again, and the app's exit is decided by it, whatever the guest returned.
 */
export class GuestEnding {
  readonly #onFirst: (reason: unknown) => void;
  #ended = false;
  #reason: unknown;
  /** Inside `contain`: what ended the callback, if a host call did. */
  #contained: { trap?: unknown } | undefined;

  /** `onFirst` runs once, when the guest ends by a host call. It must not throw. */
  constructor(onFirst: (reason: unknown) => void = () => {}) {
    this.#onFirst = onFirst;
  }

  /** Notes why the guest ends, if nothing ended it before. Returns what to throw: always the first reason. */
  begin(reason: unknown): unknown {
    if (!this.#ended && this.#contained !== undefined && isOfGuest(reason)) {
      this.#contained.trap ??= reason;
      return this.#contained.trap;
    }
    if (!this.#ended) {
      this.#ended = true;
      this.#reason = reason;
      this.#onFirst(reason);
    }
    return this.#reason;
  }

  /** Throws the reason if the guest has ended. */
  check(): void {
    if (this.#ended) {
      throw this.#reason;
    }
    if (this.#contained?.trap !== undefined) {
      throw this.#contained.trap;
    }
  }

  /**
   * Runs one callback of a guest that goes on after a trap: what it, or a host call in it, throws ends this callback only and
   * is returned. A fault of the host ends the guest as always and is thrown, and so does a full stack: it may have been full in the
   * middle of a host call, e.g. between a request to the broker and its answer, which would then be taken for that of the next one.
   */
  contain(callback: () => void): unknown {
    const contained: { trap?: unknown } = {};
    this.#contained = contained;
    let thrown: unknown;
    try {
      callback();
    } catch (error) {
      thrown = error;
    } finally {
      this.#contained = undefined;
    }
    this.check();
    if (contained.trap !== undefined || thrown === undefined) {
      return contained.trap;
    }
    // What a host call throws was noted by `begin`. A TypeError is a callback's that has a type with which the host cannot call it.
    if (isOfGuest(thrown) || thrown instanceof TypeError) {
      return thrown;
    }
    throw this.begin(thrown);
  }
}

/** What a guest can cause and leaves the host as it was: the engine's traps, a broken host call, its own exit. */
function isOfGuest(reason: unknown): boolean {
  return (
    reason instanceof GuestTrap || reason instanceof GuestExit || reason instanceof WebAssembly.RuntimeError
  );
}
