/** Most handles that one app can be allowed at a time (the manifest's limit is at most this). */
export const MAX_HANDLES = 256;

const SLOT_BITS = 8;
const SLOT_MASK = MAX_HANDLES - 1;
/** Generations before a slot's number repeats: handles stay positive 31-bit numbers. */
const GENERATION_COUNT = 2 ** (31 - SLOT_BITS);

/**
 * The resources of one app by the numbers that the guest holds. A number is a slot and the slot's generation, so a
 * closed handle's number does not come back until 2^23 later opens of its slot: events that are still queued for it
 * find nothing. Guests pass anything; every number but a live one of the right kind finds nothing.
 */
export class HandleTable<Resource extends { readonly kind: string }> {
  readonly capacity: number;
  readonly #resources: (Resource | undefined)[] = [];
  readonly #handles: number[] = [];
  readonly #generations: number[] = [];
  readonly #free: number[] = [];
  #count = 0;

  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1 || capacity > MAX_HANDLES) {
      throw new RangeError(`handle capacity must be 1 to ${MAX_HANDLES}, not ${capacity}`);
    }
    this.capacity = capacity;
  }

  get count(): number {
    return this.#count;
  }

  /** The new handle (1 or more), or undefined when the table is full. */
  add(resource: Resource): number | undefined {
    if (this.#count >= this.capacity) {
      return undefined;
    }
    // The slot that was freed longest ago, so that numbers come back as late as possible.
    const slot =
      this.#resources.length < this.capacity ? this.#resources.length : (this.#free.shift() as number);
    const generation = ((this.#generations[slot] ?? 0) + 1) % GENERATION_COUNT || 1;
    const handle = generation * MAX_HANDLES + slot;
    this.#generations[slot] = generation;
    this.#resources[slot] = resource;
    this.#handles[slot] = handle;
    this.#count += 1;
    return handle;
  }

  /** The live resource of that number, whatever its kind. */
  find(handle: number): Resource | undefined {
    const slot = handle & SLOT_MASK;
    return this.#handles[slot] === handle ? this.#resources[slot] : undefined;
  }

  /** The live resource of that number if it is of that kind. */
  get<Kind extends Resource['kind']>(
    kind: Kind,
    handle: number,
  ): Extract<Resource, { readonly kind: Kind }> | undefined {
    const resource = this.find(handle);
    return resource !== undefined && resource.kind === kind
      ? (resource as Extract<Resource, { readonly kind: Kind }>)
      : undefined;
  }

  /** Whether this number was ever given out and is not live any more: a second close of it is no error. */
  wasClosed(handle: number): boolean {
    const slot = handle & SLOT_MASK;
    const generation = Math.floor(handle / MAX_HANDLES);
    return (
      handle > 0 &&
      generation >= 1 &&
      generation <= (this.#generations[slot] ?? 0) &&
      this.find(handle) === undefined
    );
  }

  /** Takes the resource out of the table; undefined when the number is not live. */
  remove(handle: number): Resource | undefined {
    const resource = this.find(handle);
    if (resource === undefined) {
      return undefined;
    }
    const slot = handle & SLOT_MASK;
    this.#resources[slot] = undefined;
    this.#handles[slot] = 0;
    this.#free.push(slot);
    this.#count -= 1;
    return resource;
  }

  /** Live handles with their resources, oldest slot first. */
  entries(): { readonly handle: number; readonly resource: Resource }[] {
    const found: { handle: number; resource: Resource }[] = [];
    for (const [slot, resource] of this.#resources.entries()) {
      if (resource !== undefined) {
        found.push({ handle: this.#handles[slot] as number, resource });
      }
    }
    return found;
  }
}
