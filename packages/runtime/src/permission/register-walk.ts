import type { RegisterAddressing } from './grant.ts';

/** Where a byte of a transaction goes. */
export type RegisterVerdict = (register: number) => boolean;

/** Answers for the registers of one direction. */
export interface DirectionRule {
  /** Every register, and bytes whose register is not certain. */
  readonly whole: boolean;
  readonly allows: RegisterVerdict;
}

/**
 * Follows a chip's register pointer through one transaction, by the addressing that the board file gives. Each step
 * returns the first rule that is broken, or undefined. Text is made only for a broken rule.
 */
export class RegisterWalk {
  readonly #addressing: RegisterAddressing | undefined;
  readonly #last: number;
  #pointer: number | undefined;

  constructor(addressing: RegisterAddressing | undefined) {
    this.#addressing = addressing;
    this.#last = lastRegister(addressing?.addressBytes ?? 1);
  }

  /** `length` is more than 0. */
  read(length: number, rule: DirectionRule): string | undefined {
    const first = this.#pointer;
    if (first === undefined) {
      return rule.whole
        ? undefined
        : 'the register of this read is not set in the same transaction (use write_read)';
    }
    const problem = rule.whole ? undefined : this.#checkRun(first, length, rule.allows, 'read');
    this.#advance(length);
    return problem;
  }

  /** `bytes` is not empty. `mayPointAt` answers for a register address that no byte follows. */
  write(bytes: Uint8Array, rule: DirectionRule, mayPointAt: RegisterVerdict): string | undefined {
    const addressing = this.#addressing;
    if (addressing === undefined) {
      return rule.whole
        ? undefined
        : 'the "i2c" permission does not include "write" (and the board file has no "registerAddressing" for the device)';
    }
    const step = addressing.write === 'pairs' ? addressing.addressBytes + 1 : bytes.length;
    for (let start = 0; start < bytes.length; start += step) {
      const problem = this.#writeRun(bytes.subarray(start, start + step), addressing, rule, mayPointAt);
      if (problem !== undefined) {
        return problem;
      }
    }
    return undefined;
  }

  /** One register address and the bytes that follow it. */
  #writeRun(
    bytes: Uint8Array,
    { addressBytes, write }: RegisterAddressing,
    { whole, allows }: DirectionRule,
    mayPointAt: RegisterVerdict,
  ): string | undefined {
    if (bytes.length < addressBytes) {
      this.#pointer = undefined;
      return whole ? undefined : 'the write ends within a register address';
    }
    const first =
      addressBytes === 1 ? (bytes[0] as number) : (bytes[0] as number) * 256 + (bytes[1] as number);
    const count = bytes.length - addressBytes;
    this.#pointer = first;
    if (count === 0) {
      return whole || mayPointAt(first)
        ? undefined
        : `the "i2c" permission does not include register ${hex(first)}`;
    }
    const problem = whole
      ? undefined
      : (this.#checkRun(first, count, allows, 'write') ?? this.#checkRound(first, count, allows));
    if (write === 'pairs' || this.#endsPage(first, count)) {
      this.#pointer = undefined;
    } else {
      this.#advance(count);
    }
    return problem;
  }

  #checkRun(
    first: number,
    count: number,
    allows: RegisterVerdict,
    direction: 'read' | 'write',
  ): string | undefined {
    for (let register = first; register < first + count; register += 1) {
      if (register > this.#last) {
        return `the ${direction} goes on past the last register ${hex(this.#last)}`;
      }
      if (!allows(register)) {
        return `the "i2c" permission does not include ${direction === 'read' ? 'reading' : 'writing'} register ${hex(register)}`;
      }
    }
    return undefined;
  }

  /**
   * Bytes past the end of a page, which come round to its beginning. A part with larger pages than the board file says, and a part
   * without, go on instead: `#checkRun` has looked at those registers too.
   */
  #checkRound(first: number, count: number, allows: RegisterVerdict): string | undefined {
    const pageBytes = this.#addressing?.pageBytes;
    if (pageBytes === undefined) return undefined;
    const page = first - (first % pageBytes);
    const over = Math.min(first + count - (page + pageBytes), pageBytes);
    for (let register = page; register < page + over; register += 1) {
      if (!allows(register)) {
        return `the write goes over the end of a page and comes round: the "i2c" permission does not include writing register ${hex(register)}`;
      }
    }
    return undefined;
  }

  /** Where the pointer of a memory is after the last byte of a page, data sheets differ. */
  #endsPage(first: number, count: number): boolean {
    const pageBytes = this.#addressing?.pageBytes;
    return pageBytes !== undefined && (first % pageBytes) + count >= pageBytes;
  }

  /** Past the last register, chips differ in where they go on: the pointer is not known then. */
  #advance(count: number): void {
    const next = (this.#pointer ?? 0) + count;
    this.#pointer = next > this.#last ? undefined : next;
  }
}

/** Highest register address of that many address bytes. */
export function lastRegister(addressBytes: 1 | 2): number {
  return addressBytes === 1 ? 0xff : 0xffff;
}

export function hex(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`;
}
