import type { Clock } from '@kanchi/hal';
import { millisecondsToNs, NS_PER_US } from '@kanchi/hal';
import type { SpiChip } from '@kanchi/hal/mock';
import { FlashCells } from './flash-cells.ts';
import type { Quantity, WorldData } from './world.ts';
import { PartWorld } from './world.ts';

/** Nothing outside moves a flash. */
export const w25q32Quantities: readonly Quantity<never>[] = [];

export interface W25q32Options {
  readonly clock: Clock;
  readonly world?: WorldData;
}

const BYTE_COUNT = 4 * 1024 * 1024;
const SECTOR_BYTES = 4096;
const PAGE_BYTES = 256;

/** Section 8.1.1: Winbond, serial flash, 2^22 bytes. */
const JEDEC_ID = [0xef, 0x40, 0x16] as const;
const DEVICE_ID = 0x15;

/** Section 7.1: bits of status register 1. */
const BUSY = 0x01;
const WRITE_ENABLE_LATCH = 0x02;

/** Section 8.1.2, table 1. */
const WRITE_ENABLE = 0x06;
const WRITE_DISABLE = 0x04;
const READ_STATUS_1 = 0x05;
const READ_STATUS_2 = 0x35;
const READ_STATUS_3 = 0x15;
const READ = 0x03;
const FAST_READ = 0x0b;
const PAGE_PROGRAM = 0x02;
const READ_JEDEC_ID = 0x9f;
const READ_MANUFACTURER = 0x90;
const POWER_DOWN = 0xb9;
const RELEASE_POWER_DOWN = 0xab;

/** Section 9.6, longest times: tPP, tSE, tBE1, tBE2, tCE, tRES1, and tPUW from power on. */
const PROGRAM_NS = millisecondsToNs(3);
const ERASES: ReadonlyMap<number, { readonly byteCount: number; readonly durationNs: bigint }> = new Map([
  [0x20, { byteCount: SECTOR_BYTES, durationNs: millisecondsToNs(400) }],
  [0x52, { byteCount: 32 * 1024, durationNs: millisecondsToNs(1600) }],
  [0xd8, { byteCount: 64 * 1024, durationNs: millisecondsToNs(2000) }],
]);
const CHIP_ERASES: ReadonlySet<number> = new Set([0x60, 0xc7]);
const CHIP_ERASE_NS = millisecondsToNs(50_000);
const RELEASE_NS = 3n * NS_PER_US;
const WRITE_LOCKED_NS = millisecondsToNs(5);

/** What the controller reads while DO is in high impedance. */
const UNDRIVEN_BYTE = 0xff;
const ADDRESS_BYTES = 3;

/**
 * A Winbond W25Q32JV (revision F), 4 MiB of serial flash on SPI mode 0 or 3, simulated with its single-line instructions. What is
 * written is in the cells when BUSY is over. An instruction that the part does not take now, or does not know, is ignored.
 */
export class W25q32 implements SpiChip {
  readonly #clock: Clock;
  readonly #world: PartWorld<never>;
  readonly #cells = new FlashCells(BYTE_COUNT, SECTOR_BYTES);
  /** Bytes of the instruction so far; only as many as any answer depends on. */
  #instruction: number | undefined;
  #position = 0;
  #address = 0;
  /** Bytes of a page program by place in the page; the last one counts. */
  #page = new Map<number, number>();
  #isWriteEnabled = false;
  #isPoweredDown = false;
  #job: { readonly endNs: bigint; readonly finish: () => void } | undefined;
  /** Until then no instruction is taken (released from power-down), or none that writes (power on). */
  #deafUntilNs = 0n;
  #lockedUntilNs = 0n;

  /** Throws SENSOR_UNKNOWN_QUANTITY: it has none. */
  constructor(options: W25q32Options) {
    this.#clock = options.clock;
    const nowNs = this.#clock.nowNs();
    this.#world = new PartWorld('w25q32', w25q32Quantities, options.world ?? {}, nowNs);
    // The part has had power for a while.
    this.#deafUntilNs = nowNs;
    this.#lockedUntilNs = nowNs;
  }

  /** Throws SENSOR_UNKNOWN_QUANTITY. */
  setQuantity(name: string, value: unknown): void {
    this.#world.set(name, value);
  }

  select(): void {
    this.#instruction = undefined;
    this.#position = 0;
    this.#address = 0;
    this.#page.clear();
  }

  exchange(value: number): number {
    this.#settle();
    if (this.#position === 0) {
      this.#instruction = this.#takes(value) ? value : undefined;
      this.#position = 1;
      return UNDRIVEN_BYTE;
    }
    const answer = this.#exchangeInside(value);
    this.#position += 1;
    return answer;
  }

  /** Chip select goes high: what writes begins now, if it had exactly the bytes that it needs (section 8.2). */
  deselect(): void {
    const instruction = this.#instruction;
    this.#instruction = undefined;
    if (instruction !== undefined) this.#execute(instruction, this.#position - 1);
  }

  /**
   * Power came back: ready for reading at once, for writing after tPUW. A program or erase that the loss of power cut short left
   * the cells as they were; a real part may have any bits there.
   */
  reset(): void {
    this.#settle();
    this.#job = undefined;
    this.#isWriteEnabled = false;
    this.#isPoweredDown = false;
    this.select();
    this.#deafUntilNs = this.#clock.nowNs();
    this.#lockedUntilNs = this.#clock.nowNs() + WRITE_LOCKED_NS;
  }

  /** Whether the part takes this instruction now (sections 7.1.1, 8.2.19 and 8.2.20). */
  #takes(instruction: number): boolean {
    if (this.#clock.nowNs() < this.#deafUntilNs) return false;
    if (this.#isPoweredDown) return instruction === RELEASE_POWER_DOWN;
    if (this.#job === undefined) return true;
    return [READ_STATUS_1, READ_STATUS_2, READ_STATUS_3].includes(instruction);
  }

  #exchangeInside(value: number): number {
    // Bytes after the instruction, from 0.
    const index = this.#position - 1;
    switch (this.#instruction) {
      case READ_STATUS_1:
        return this.#status();
      case READ_STATUS_2:
      case READ_STATUS_3:
        return 0;
      case READ_JEDEC_ID:
        return JEDEC_ID[index] ?? UNDRIVEN_BYTE;
      case RELEASE_POWER_DOWN:
        return index < ADDRESS_BYTES ? UNDRIVEN_BYTE : DEVICE_ID;
      case undefined:
        return UNDRIVEN_BYTE;
      default:
        break;
    }
    if (index < ADDRESS_BYTES) {
      this.#address = (this.#address * 256 + value) % BYTE_COUNT;
      return UNDRIVEN_BYTE;
    }
    return this.#afterAddress(this.#instruction, index - ADDRESS_BYTES, value);
  }

  #afterAddress(instruction: number, index: number, value: number): number {
    switch (instruction) {
      case READ:
        return this.#cells.read(this.#address + index);
      case FAST_READ:
        return index === 0 ? UNDRIVEN_BYTE : this.#cells.read(this.#address + index - 1);
      case READ_MANUFACTURER:
        // Section 8.2.24: from address 1 on the device comes first.
        return (index + this.#address) % 2 === 0 ? JEDEC_ID[0] : DEVICE_ID;
      case PAGE_PROGRAM:
        this.#page.set((this.#address + index) % PAGE_BYTES, value);
        return UNDRIVEN_BYTE;
      default:
        return UNDRIVEN_BYTE;
    }
  }

  /** `byteCount`: bytes after the instruction. */
  #execute(instruction: number, byteCount: number): void {
    switch (instruction) {
      case WRITE_ENABLE:
        if (byteCount === 0 && !this.#isLocked()) this.#isWriteEnabled = true;
        return;
      case WRITE_DISABLE:
        if (byteCount === 0) this.#isWriteEnabled = false;
        return;
      case POWER_DOWN:
        if (byteCount === 0) this.#isPoweredDown = true;
        return;
      case RELEASE_POWER_DOWN:
        if (this.#isPoweredDown) this.#deafUntilNs = this.#clock.nowNs() + RELEASE_NS;
        this.#isPoweredDown = false;
        return;
      case PAGE_PROGRAM:
        if (byteCount > ADDRESS_BYTES) this.#program();
        return;
      default:
        this.#erase(instruction, byteCount);
    }
  }

  #program(): void {
    const pageStart = this.#address - (this.#address % PAGE_BYTES);
    const bytes = [...this.#page];
    this.#begin(PROGRAM_NS, () => {
      for (const [place, value] of bytes) this.#cells.program(pageStart + place, value);
    });
  }

  #erase(instruction: number, byteCount: number): void {
    const erase = ERASES.get(instruction);
    if (erase !== undefined && byteCount === ADDRESS_BYTES) {
      const start = this.#address - (this.#address % erase.byteCount);
      this.#begin(erase.durationNs, () => this.#cells.erase(start, erase.byteCount));
    } else if (CHIP_ERASES.has(instruction) && byteCount === 0) {
      this.#begin(CHIP_ERASE_NS, () => this.#cells.erase(0, BYTE_COUNT));
    }
  }

  #begin(durationNs: bigint, finish: () => void): void {
    if (!this.#isWriteEnabled || this.#isLocked()) return;
    this.#job = { endNs: this.#clock.nowNs() + durationNs, finish };
  }

  #isLocked(): boolean {
    return this.#clock.nowNs() < this.#lockedUntilNs;
  }

  #status(): number {
    return (this.#job === undefined ? 0 : BUSY) | (this.#isWriteEnabled ? WRITE_ENABLE_LATCH : 0);
  }

  #settle(): void {
    const job = this.#job;
    if (job === undefined || this.#clock.nowNs() < job.endNs) return;
    this.#job = undefined;
    // Section 7.1.2: the latch is cleared with the end of what it allowed.
    this.#isWriteEnabled = false;
    job.finish();
  }
}
