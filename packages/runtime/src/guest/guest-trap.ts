/**
 * Ends the guest: it broke the calling convention (a range outside its memory, a misaligned list, an import that does
 * not exist). Thrown through the WebAssembly frames; the runner turns it into the app's exit.
 */
export class GuestTrap extends Error {
  override readonly name = 'GuestTrap';
  /** The host call that found the fault, e.g. `kanchi_i2c.write`. */
  readonly call: string;

  /** Without `message` the call is the whole text: `env.exit(1)`. */
  constructor(call: string, message?: string) {
    super(message === undefined ? call : `${call}: ${message}`);
    this.call = call;
  }
}
