/**
 * Small numbers for what comes and goes, used again when they are free. Whoever keeps something of his own for each of these
 * things finds it in an array, which with thousands of them is much faster than by name: nothing has to be fetched but the entry.
 */
export class Slots<Item> {
  readonly #items: (Item | undefined)[] = [];
  /** Free numbers below the length, the last one freed is used first. */
  readonly #free: number[] = [];

  get(slot: number): Item | undefined {
    return this.#items[slot];
  }

  /** The slot that the next `add` takes. */
  get next(): number {
    return this.#free.at(-1) ?? this.#items.length;
  }

  add(item: Item): void {
    const slot = this.#free.pop() ?? this.#items.length;
    this.#items[slot] = item;
  }

  /** The slot must be in use. */
  remove(slot: number): void {
    this.#items[slot] = undefined;
    this.#free.push(slot);
  }
}
