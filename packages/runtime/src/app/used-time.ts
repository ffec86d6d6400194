import { NS_PER_MS } from '@kanchi/hal';

/** Time is summed up in pieces of this length, and forgotten by the piece. */
const SLOT_NS = 100n * NS_PER_MS;
/** One more than a second has: the last whole second is always inside, wherever in its piece it begins. */
const SLOTS = 11;

/**
 * How long something was in use during the last second, to 0.1 s more. Pure. What is not granted at a sum of `budget` or more
 * never takes more than the budget and one use in any second.
 */
export class UsedTime {
  readonly #slots = new Float64Array(SLOTS);
  /** Number since 0 of the slot that `#slots[newest % SLOTS]` stands for. */
  #newest = 0;
  /** When that slot ends: until then there is nothing to forget. */
  #newestEndNs = SLOT_NS;
  #sumNs = 0;

  /** A use ended now that took `durationNs`, a whole number: sums stay exact. Time never goes back. */
  add(nowNs: bigint, durationNs: number): void {
    this.#advance(nowNs);
    const slot = this.#newest % SLOTS;
    this.#slots[slot] = (this.#slots[slot] as number) + durationNs;
    this.#sumNs += durationNs;
  }

  /** Nanoseconds of use. */
  sumNs(nowNs: bigint): number {
    this.#advance(nowNs);
    return this.#sumNs;
  }

  /** When the sum will be below the budget, if nothing is added; now, if it is. */
  freeAtNs(nowNs: bigint, budgetNs: number): bigint {
    let sumNs = this.sumNs(nowNs);
    if (sumNs < budgetNs) {
      return nowNs;
    }
    let atNs = nowNs;
    for (let slot = this.#newest - SLOTS + 1; sumNs >= budgetNs && slot <= this.#newest; slot += 1) {
      if (slot >= 0) {
        sumNs -= this.#slots[slot % SLOTS] as number;
        atNs = BigInt(slot + SLOTS) * SLOT_NS;
      }
    }
    return atNs;
  }

  #advance(nowNs: bigint): void {
    if (nowNs < this.#newestEndNs) {
      return;
    }
    const slot = Number(nowNs / SLOT_NS);
    for (let number = Math.max(this.#newest + 1, slot - SLOTS + 1); number <= slot; number += 1) {
      this.#sumNs -= this.#slots[number % SLOTS] as number;
      this.#slots[number % SLOTS] = 0;
    }
    this.#newest = slot;
    this.#newestEndNs = BigInt(slot + 1) * SLOT_NS;
  }
}
