/** Most handles that one app can be allowed at a time (the manifest's limit is at most this). */
export const MAX_HANDLES = 256;

const SLOT_BITS = 8;
const SLOT_MASK = MAX_HANDLES - 1;
/** Generations before a slot's number repeats, less one: handles stay positive 31-bit numbers. */
const GENERATION_MASK = 0x7f_ffff;

/** A place in the table; kept and used again. Free: handle 0, no resource. */
interface Slot<Resource extends { readonly kind: string }> {
  handle: number;
  kind: Resource['kind'];
  resource: Resource | undefined;
  /** Counts how often the slot was used. */
  generation: number;
}

/**
 * The resources of one app by the numbers that the guest holds. A number is a slot and the slot's generation, so a
 * closed handle's number does not come back until 2^23 later opens of its slot: events that are still queued for it
 * find nothing. Guests pass anything; every number but a live one of the right kind finds nothing.
 */
export class HandleTable<Resource extends { readonly kind: string }> {
  readonly capacity: number;
  /** One object a slot, all of one shape: the hot lookup reads one array and does not look into resources, whose shapes differ. */
  readonly #slots: Slot<Resource>[] = [];
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
    // Integer operations throughout: what the hot lookup compares stays a small integer for the engine.
    let slot: Slot<Resource>;
    let index = this.#slots.length;
    if (index < this.capacity) {
      slot = { handle: 0, kind: resource.kind, resource: undefined, generation: 0 };
      this.#slots.push(slot);
    } else {
      // The slot that was freed longest ago, so that numbers come back as late as possible.
      index = this.#free.shift() as number;
      slot = this.#slots[index] as Slot<Resource>;
    }
    slot.generation = (slot.generation + 1) & GENERATION_MASK || 1;
    slot.handle = (slot.generation << SLOT_BITS) | index;
    slot.kind = resource.kind;
    slot.resource = resource;
    this.#count += 1;
    return slot.handle;
  }

  /** The live resource of that number, whatever its kind. */
  find(handle: number): Resource | undefined {
    const slot = this.#slots[handle & SLOT_MASK];
    return slot !== undefined && slot.handle === handle ? slot.resource : undefined;
  }

  /** The live resource of that number if it is of that kind. */
  get<Kind extends Resource['kind']>(
    kind: Kind,
    handle: number,
  ): Extract<Resource, { readonly kind: Kind }> | undefined {
    const slot = this.#slots[handle & SLOT_MASK];
    return slot !== undefined && slot.handle === handle && slot.kind === kind
      ? (slot.resource as Extract<Resource, { readonly kind: Kind }> | undefined)
      : undefined;
  }

  /** Whether this number was ever given out and is not live any more: a second close of it is no error. */
  wasClosed(handle: number): boolean {
    const generation = Math.floor(handle / MAX_HANDLES);
    return (
      handle > 0 &&
      generation >= 1 &&
      generation <= (this.#slots[handle & SLOT_MASK]?.generation ?? 0) &&
      this.find(handle) === undefined
    );
  }

  /** Takes the resource out of the table; undefined when the number is not live. */
  remove(handle: number): Resource | undefined {
    const index = handle & SLOT_MASK;
    const slot = this.#slots[index];
    const resource = this.find(handle);
    if (slot === undefined || resource === undefined) {
      return undefined;
    }
    slot.handle = 0;
    slot.resource = undefined;
    this.#free.push(index);
    this.#count -= 1;
    return resource;
  }

  /** Live handles with their resources, oldest slot first. */
  entries(): { readonly handle: number; readonly resource: Resource }[] {
    const found: { handle: number; resource: Resource }[] = [];
    for (const { handle, resource } of this.#slots) {
      if (resource !== undefined) {
        found.push({ handle, resource });
      }
    }
    return found;
  }
}
