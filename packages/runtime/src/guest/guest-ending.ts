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
   * is returned. A fault of the host ends the guest as always and is thrown.
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
    if (isOfGuest(thrown)) {
      return thrown;
    }
    throw this.begin(thrown);
  }
}

/** What a guest can cause: the engine's traps, an endless recursion, a broken host call, its own exit. */
function isOfGuest(reason: unknown): boolean {
  return (
    reason instanceof GuestTrap ||
    reason instanceof GuestExit ||
    reason instanceof WebAssembly.RuntimeError ||
    (reason instanceof RangeError && reason.message.includes('call stack'))
  );
}
