import type { I2cOperation } from '@kanchi/hal';
import type { I2cGrant, NumberRange, Refusal, RegisterAddressing } from './grant.ts';
import { inRanges, mergeRanges } from './number-range.ts';

/** Bytes per transaction of a permission that does not say. */
export const DEFAULT_MAX_TRANSACTION_BYTES = 256;

export type I2cDirection = 'read' | 'write';

/** Bytes of a transaction by what they touch. */
interface Touched {
  /** Registers, as ranges; undefined when a byte could not be told to a register. */
  readonly registers: Readonly<Record<I2cDirection, readonly NumberRange[]>> | undefined;
  readonly directions: ReadonlySet<I2cDirection>;
  readonly byteCount: number;
}

/**
 * The one check for I2C: a transaction is allowed only if every byte of it is, and nothing has moved before.
 *
 * Where a direction is restricted to registers, each byte is told to its register by the board's addressing: a write
 * begins with the register address, its further bytes go to that register and the next ones, or are (register, value)
 * pairs; reads go on from the last address, also over a repeated start. Refused because the register is not certain: a
 * read without an address in the same transaction (another app may have moved the chip's pointer), a part of an
 * address, a pointer past the last register, a read after pairs. Setting only the pointer is allowed where that
 * register may be read or written.
 *
 * A device whose addressing the board does not tell takes any write as data: it needs the whole direction.
 */
export function i2cPermits(grant: I2cGrant, address: number, operations: readonly I2cOperation[]): boolean {
  return violation(grant, address, operations) === undefined;
}

/** What the refused call was aimed at. */
export interface I2cTarget {
  readonly label: string;
  /** A bus label needs addresses in the manifest, a device label does not. */
  readonly isBus: boolean;
  readonly addressing: RegisterAddressing | undefined;
}

export function i2cRefusal(
  target: I2cTarget,
  grant: I2cGrant | undefined,
  address: number | undefined,
  operations: readonly I2cOperation[],
): Refusal {
  const shown = address === undefined || !target.isBus ? '' : `, address ${hex(address)}`;
  const rule =
    grant === undefined
      ? `no "i2c" permission for this ${target.isBus ? 'bus' : 'device'}`
      : (violation(grant, address ?? -1, operations) ?? 'the permission was revoked');
  return {
    kind: 'i2c',
    label: target.label,
    resource: `i2c ${target.isBus ? 'bus' : 'device'} "${target.label}"${shown}`,
    rule,
    manifestLine: grant?.revoked === true ? undefined : manifestLine(target, address, operations),
  };
}

/** The first rule that the transaction breaks, or undefined. */
function violation(
  grant: I2cGrant,
  address: number,
  operations: readonly I2cOperation[],
): string | undefined {
  if (grant.revoked) {
    return 'the permission was revoked';
  }
  if (!inRanges(grant.addresses, address)) {
    return `the "i2c" permission does not include address ${hex(address)}`;
  }
  let byteCount = 0;
  for (const operation of operations) {
    byteCount += operation.kind === 'read' ? operation.buffer.length : operation.bytes.length;
  }
  if (byteCount > grant.maxTransactionBytes) {
    return `${byteCount} bytes, a transaction has at most ${grant.maxTransactionBytes} by the "i2c" permission`;
  }
  const readWhole = grant.read && grant.readRegisters === undefined;
  const writeWhole = grant.write && grant.writeRegisters === undefined;
  if (readWhole && writeWhole) {
    return undefined;
  }
  const walker = new RegisterWalk(grant.addressing);
  for (const operation of operations) {
    const problem =
      operation.kind === 'read'
        ? walker.read(operation.buffer.length, readWhole, (register) => readable(grant, register))
        : walker.write(
            operation.bytes,
            writeWhole,
            (register) => writable(grant, register),
            (register) => readable(grant, register) || writable(grant, register),
          );
    if (problem !== undefined) {
      return problem;
    }
  }
  return undefined;
}

function readable(grant: I2cGrant, register: number): boolean {
  return grant.read && (grant.readRegisters === undefined || inRanges(grant.readRegisters, register));
}

function writable(grant: I2cGrant, register: number): boolean {
  return grant.write && (grant.writeRegisters === undefined || inRanges(grant.writeRegisters, register));
}

/** Follows the chip's register pointer through a transaction. */
class RegisterWalk {
  readonly #addressing: RegisterAddressing | undefined;
  readonly #last: number;
  #pointer: number | undefined;

  constructor(addressing: RegisterAddressing | undefined) {
    this.#addressing = addressing;
    this.#last = addressing?.addressBytes === 2 ? 0xffff : 0xff;
  }

  /** `whole`: every register may be read. */
  read(length: number, whole: boolean, allowed: (register: number) => boolean): string | undefined {
    if (this.#pointer === undefined) {
      return whole || length === 0
        ? undefined
        : 'the register of this read is not set in the same transaction (use write_read)';
    }
    for (let index = 0; index < length; index += 1) {
      const register = this.#pointer + index;
      if (!whole && register > this.#last) {
        return `the read goes on past the last register ${hex(this.#last)}`;
      }
      if (!whole && !allowed(register)) {
        return `the "i2c" permission does not include reading register ${hex(register)}`;
      }
    }
    this.#advance(length);
    return undefined;
  }

  write(
    bytes: Uint8Array,
    whole: boolean,
    allowed: (register: number) => boolean,
    mayPointAt: (register: number) => boolean,
  ): string | undefined {
    if (bytes.length === 0) {
      return undefined;
    }
    const addressing = this.#addressing;
    if (addressing === undefined) {
      return whole
        ? undefined
        : 'the "i2c" permission does not include "write" (and the board file has no "registerAddressing" for the device)';
    }
    const step = addressing.write === 'pairs' ? addressing.addressBytes + 1 : bytes.length;
    for (let start = 0; start < bytes.length; start += step) {
      const problem = this.#writeRun(
        bytes.subarray(start, start + step),
        addressing,
        whole,
        allowed,
        mayPointAt,
      );
      if (problem !== undefined) {
        return problem;
      }
    }
    return undefined;
  }

  /** One register address and the bytes that follow it. */
  #writeRun(
    bytes: Uint8Array,
    addressing: RegisterAddressing,
    whole: boolean,
    allowed: (register: number) => boolean,
    mayPointAt: (register: number) => boolean,
  ): string | undefined {
    const { addressBytes } = addressing;
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
    for (let index = 0; index < count && !whole; index += 1) {
      const register = first + index;
      if (register > this.#last) {
        return `the write goes on past the last register ${hex(this.#last)}`;
      }
      if (!allowed(register)) {
        return `the "i2c" permission does not include writing register ${hex(register)}`;
      }
    }
    if (addressing.write === 'pairs') {
      this.#pointer = undefined;
    } else {
      this.#advance(count);
    }
    return undefined;
  }

  #advance(count: number): void {
    const next = (this.#pointer ?? 0) + count;
    this.#pointer = next > this.#last ? undefined : next;
  }
}

/** The least entry that allows the transaction. */
function manifestLine(
  target: I2cTarget,
  address: number | undefined,
  operations: readonly I2cOperation[],
): string {
  const touched = touch(target.addressing, operations);
  const registers = touched.registers;
  const ranges = (['read', 'write'] as const).flatMap((direction) =>
    (registers?.[direction] ?? []).map(({ first, last }) => ({
      first: hex(first),
      last: hex(last),
      actions: [direction],
    })),
  );
  // Opening has no bytes yet: both directions are the honest guess.
  const actions = touched.directions.size === 0 ? ['read', 'write'] : [...touched.directions];
  return JSON.stringify({
    kind: 'i2c',
    ...(target.isBus
      ? { bus: target.label, ...(address === undefined ? {} : { addresses: [hex(address)] }) }
      : { device: target.label }),
    actions,
    ...(ranges.length === 0 ? {} : { registers: ranges }),
    ...(touched.byteCount > DEFAULT_MAX_TRANSACTION_BYTES ? { maxTransactionBytes: touched.byteCount } : {}),
  });
}

/** Which registers each direction touches; none when a byte cannot be told to a register. */
function touch(addressing: RegisterAddressing | undefined, operations: readonly I2cOperation[]): Touched {
  const ranges: Record<I2cDirection, NumberRange[]> = { read: [], write: [] };
  const directions = new Set<I2cDirection>();
  const walker = new RegisterWalk(addressing);
  let byteCount = 0;
  let unclear = addressing === undefined ? 'no addressing' : undefined;
  const note = (direction: I2cDirection) => (register: number) => {
    directions.add(direction);
    ranges[direction].push({ first: register, last: register });
    return true;
  };
  for (const [index, operation] of operations.entries()) {
    if (operation.kind === 'read') {
      byteCount += operation.buffer.length;
      if (operation.buffer.length > 0) {
        directions.add('read');
      }
      unclear ??= walker.read(operation.buffer.length, false, note('read'));
    } else {
      byteCount += operation.bytes.length;
      const setsPointerForRead = operations[index + 1]?.kind === 'read';
      const onlyPointer = operation.bytes.length === (addressing?.addressBytes ?? 0);
      if (operation.bytes.length > 0 && !(onlyPointer && addressing !== undefined)) {
        directions.add('write');
      }
      unclear ??= walker.write(
        operation.bytes,
        false,
        note('write'),
        setsPointerForRead ? () => true : note('read'),
      );
    }
  }
  return {
    registers:
      unclear === undefined
        ? { read: mergeRanges(ranges.read), write: mergeRanges(ranges.write) }
        : undefined,
    directions,
    byteCount,
  };
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`;
}
