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

  /** `onFirst` runs once, when the guest ends by a host call. It must not throw. */
  constructor(onFirst: (reason: unknown) => void = () => {}) {
    this.#onFirst = onFirst;
  }

  /** Notes why the guest ends, if nothing ended it before. Returns what to throw: always the first reason. */
  begin(reason: unknown): unknown {
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
  }
}
