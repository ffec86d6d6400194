/**
 * Ends the guest because it asked to: `proc_exit`, or `exit` of the small libc. Thrown through the WebAssembly frames;
 * the runner turns it into the app's exit.
 */
export class GuestExit extends Error {
  override readonly name = 'GuestExit';
  /** As the guest gave it, taken unsigned (0 to 2^32-1). What the shell sees of it is the runner's to decide. */
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`exit with code ${exitCode >>> 0}`);
    this.exitCode = exitCode >>> 0;
  }
}
