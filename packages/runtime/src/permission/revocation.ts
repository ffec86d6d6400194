/**
 * Whether one permission still holds. It is a word of memory that whoever narrows the permissions of a running app shares
 * with the app's thread, so that it takes effect on the next check whatever that thread is busy with. The check is a
 * plain load: it may see the word late by what the processor takes to tell another one, which is less than a call.
 *
 * A permission that is narrowed twice has two objects, one after the other: each holds for one value of the word.
 */
export class Revocation {
  // Plain fields: the checks are on the path of every call.
  word: Int32Array;
  generation: number;

  /** `word`: one element. Default: one of its own, not shared with anybody. */
  constructor(word: Int32Array = new Int32Array(1), generation = 0) {
    this.word = word;
    this.generation = generation;
  }

  get revoked(): boolean {
    return this.word[0] !== this.generation;
  }

  /** Takes the permission back, in all threads that have the word. */
  revoke(): void {
    Atomics.store(this.word, 0, this.generation + 1);
  }
}
