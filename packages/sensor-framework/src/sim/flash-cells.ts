/** The cells of a NOR flash: programming only turns ones into zeros, erasing only turns whole sectors into ones. Pure. */

const ERASED_BYTE = 0xff;

export class FlashCells {
  readonly #byteCount: number;
  readonly #sectorBytes: number;
  /** Sectors that were programmed since they were erased, by number. */
  readonly #programmed = new Map<number, Uint8Array>();

  /** `byteCount` is a whole number of sectors. */
  constructor(byteCount: number, sectorBytes: number) {
    this.#byteCount = byteCount;
    this.#sectorBytes = sectorBytes;
  }

  /** Addresses beyond the end come round to the beginning. */
  read(address: number): number {
    const place = address % this.#byteCount;
    const sector = this.#programmed.get(Math.floor(place / this.#sectorBytes));
    return sector?.[place % this.#sectorBytes] ?? ERASED_BYTE;
  }

  program(address: number, value: number): void {
    const place = address % this.#byteCount;
    const number = Math.floor(place / this.#sectorBytes);
    const sector = this.#programmed.get(number) ?? new Uint8Array(this.#sectorBytes).fill(ERASED_BYTE);
    this.#programmed.set(number, sector);
    const inSector = place % this.#sectorBytes;
    sector[inSector] = (sector[inSector] ?? ERASED_BYTE) & value;
  }

  /** Erases the whole sectors that `byteCount` bytes from `address` on lie in. */
  erase(address: number, byteCount: number): void {
    const first = Math.floor((address % this.#byteCount) / this.#sectorBytes);
    const last = first + Math.ceil(byteCount / this.#sectorBytes) - 1;
    for (const number of this.#programmed.keys()) {
      if (number >= first && number <= last) this.#programmed.delete(number);
    }
  }
}
