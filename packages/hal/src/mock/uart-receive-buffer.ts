/** 0 whole, 1 parity, 2 framing, 3 noise. */
export type CharacterFault = 0 | 1 | 2 | 3;

const BYTE_MASK = 0xff;
const FAULT_SHIFT = 8;
const FAULT_MASK = 3;
/** Characters were lost after this one. */
const GAP_AFTER = 1 << 10;

/**
 * Received characters in order, with the places where one was broken or where some were lost. Bounded: what finds it
 * full is lost (the newest, as a UART does) and counted, and the gap is told once at its place.
 */
export class UartReceiveBuffer {
  readonly #slots: Uint16Array;
  #first = 0;
  #count = 0;
  #lostCount = 0;
  #gapReached = false;

  constructor(capacity: number) {
    this.#slots = new Uint16Array(capacity);
  }

  get count(): number {
    return this.#count;
  }

  get full(): boolean {
    return this.#count === this.#slots.length;
  }

  get lostCount(): number {
    return this.#lostCount;
  }

  push(byte: number, fault: CharacterFault): void {
    if (this.full) {
      this.#lostCount += 1;
      const last = (this.#first + this.#count - 1) % this.#slots.length;
      this.#slots[last] = (this.#slots[last] as number) | GAP_AFTER;
      return;
    }
    this.#slots[(this.#first + this.#count) % this.#slots.length] = byte | (fault << FAULT_SHIFT);
    this.#count += 1;
  }

  /** True once after the characters before a gap were taken. */
  takeGap(): boolean {
    const reached = this.#gapReached;
    this.#gapReached = false;
    return reached;
  }

  /** Takes the first character if it is broken; returns its fault, else 0. */
  takeFault(): CharacterFault {
    if (this.#count === 0) return 0;
    const fault = (((this.#slots[this.#first] as number) >> FAULT_SHIFT) & FAULT_MASK) as CharacterFault;
    if (fault !== 0) this.#advance();
    return fault;
  }

  /** Takes whole characters up to the next broken one or gap. Returns how many. */
  take(buffer: Uint8Array): number {
    let taken = 0;
    while (taken < buffer.length && this.#count > 0 && !this.#gapReached) {
      const slot = this.#slots[this.#first] as number;
      if (((slot >> FAULT_SHIFT) & FAULT_MASK) !== 0) break;
      buffer[taken] = slot & BYTE_MASK;
      taken += 1;
      this.#advance();
    }
    return taken;
  }

  #advance(): void {
    if (((this.#slots[this.#first] as number) & GAP_AFTER) !== 0) this.#gapReached = true;
    this.#first = (this.#first + 1) % this.#slots.length;
    this.#count -= 1;
  }
}
