import { I2C_FIRST_ADDRESS, I2C_LAST_ADDRESS, type I2cOperation } from '@kanchi/hal';
import { MAX_ENTRIES } from '../app/file-limits.ts';
import { observed } from './access.ts';
import type { I2cGrant, NumberRange, Refusal, RegisterAddressing } from './grant.ts';
import { DEFAULT_I2C_BYTES, MAX_PERMITTED_BYTES } from './limits.ts';
import { inRanges, mergeRanges } from './number-range.ts';
import { hex, RegisterWalk } from './register-walk.ts';

export type I2cDirection = 'read' | 'write';

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
 * A device whose addressing the board does not tell takes any write as data: it needs the whole direction. An operation
 * without bytes still puts the address and the direction on the bus, which some chips take as a command (SMBus 3.2,
 * section 6.5.1, quick command): it needs its direction there. A chip with registers takes none, so either direction
 * will do.
 */
export function i2cPermits(grant: I2cGrant, address: number, operations: readonly I2cOperation[]): boolean {
  return (
    violation(grant, address, operations) === undefined ||
    observed(grant, { kind: 'i2c', label: grant.label, address, operations })
  );
}

/** The check for opening: any permission for the label will do; each transaction is checked. */
export function i2cPermitsOpen(grant: I2cGrant): boolean {
  return (
    !grant.revocation.revoked &&
    (grant.observer === undefined
      ? i2cGrantsAnything(grant)
      : observed(grant, { kind: 'i2c', label: grant.label, address: undefined, operations: [] }))
  );
}

/** Deny entries can leave a grant of which nothing is left: that is no permission, and must not keep a bus open. */
export function i2cGrantsAnything({ read, write }: Pick<I2cGrant, 'read' | 'write'>): boolean {
  return [read, write].some(({ addresses, registers }) => addresses.length > 0 && registers?.length !== 0);
}

/** What the refused call was aimed at. */
export interface I2cTarget {
  readonly label: string;
  /** A bus label needs addresses in the manifest, a device label does not. */
  readonly isBus: boolean;
  readonly addressing: RegisterAddressing | undefined;
}

/** `address` is undefined and `operations` empty when opening was refused. */
export function i2cRefusal(
  target: I2cTarget,
  grant: I2cGrant | undefined,
  address: number | undefined,
  operations: readonly I2cOperation[],
): Refusal {
  const shown = address === undefined || !target.isBus ? '' : `, address ${hex(address)}`;
  return {
    kind: 'i2c',
    label: target.label,
    resource: `i2c ${target.isBus ? 'bus' : 'device'} "${target.label}"${shown}`,
    rule: rule(target, grant, address, operations),
    manifestLine: grant?.revocation.revoked === true ? undefined : manifestLine(target, address, operations),
    under: ({ i2c }) => {
      const other = i2c.get(target.label);
      const permits =
        other !== undefined &&
        (address === undefined ? i2cPermitsOpen(other) : i2cPermits(other, address, operations));
      return permits ? undefined : i2cRefusal(target, other, address, operations);
    },
  };
}

function rule(
  target: I2cTarget,
  grant: I2cGrant | undefined,
  address: number | undefined,
  operations: readonly I2cOperation[],
): string {
  if (grant === undefined || (address === undefined && !grant.revocation.revoked)) {
    return target.isBus
      ? 'no "i2c" permission for this bus (it names the addresses that the app uses)'
      : 'no "i2c" permission for this device';
  }
  return violation(grant, address ?? -1, operations) ?? 'the permission was revoked';
}

/** The first rule that the transaction breaks, or undefined. */
function violation(
  grant: I2cGrant,
  address: number,
  operations: readonly I2cOperation[],
): string | undefined {
  if (grant.revocation.revoked) {
    return 'the permission was revoked';
  }
  const canRead = inRanges(grant.read.addresses, address);
  const canWrite = inRanges(grant.write.addresses, address);
  if (!canRead && !canWrite) {
    return `the "i2c" permission does not include address ${hex(address)}`;
  }
  let byteCount = 0;
  for (const operation of operations) {
    byteCount += operationLength(operation);
  }
  if (byteCount > grant.maxTransactionBytes) {
    return `${byteCount} bytes, a transaction has at most ${grant.maxTransactionBytes} by the "i2c" permission`;
  }
  const readRegisters = grant.read.registers;
  const writeRegisters = grant.write.registers;
  const readWhole = canRead && readRegisters === undefined;
  const writeWhole = canWrite && writeRegisters === undefined;
  if (readWhole && writeWhole) {
    return undefined;
  }
  const readable = (register: number): boolean =>
    canRead && (readRegisters === undefined || inRanges(readRegisters, register));
  const writable = (register: number): boolean =>
    canWrite && (writeRegisters === undefined || inRanges(writeRegisters, register));
  const mayPointAt = (register: number): boolean => readable(register) || writable(register);
  const walk = new RegisterWalk(grant.addressing);
  for (const operation of operations) {
    const isRead = operation.kind === 'read';
    const granted = isRead ? canRead : canWrite;
    let problem: string | undefined;
    if (operationLength(operation) === 0) {
      problem = granted || grant.addressing !== undefined ? undefined : notIncluded(operation.kind);
    } else if (isRead) {
      problem = granted
        ? walk.read(operation.buffer.length, { whole: readWhole, allows: readable })
        : notIncluded('read');
    } else {
      problem = walk.write(operation.bytes, { whole: writeWhole, allows: writable }, mayPointAt);
    }
    if (problem !== undefined) {
      return problem;
    }
  }
  return undefined;
}

function notIncluded(direction: I2cDirection): string {
  return `the "i2c" permission does not include "${direction}" here`;
}

export function operationLength(operation: I2cOperation): number {
  return operation.kind === 'read' ? operation.buffer.length : operation.bytes.length;
}

/** The least entry that allows the transaction; undefined when no entry can. */
function manifestLine(
  target: I2cTarget,
  address: number | undefined,
  operations: readonly I2cOperation[],
): string | undefined {
  const byteCount = operations.reduce((sum, operation) => sum + operationLength(operation), 0);
  const unusable = address !== undefined && (address < I2C_FIRST_ADDRESS || address > I2C_LAST_ADDRESS);
  if (byteCount > MAX_PERMITTED_BYTES || unusable) {
    return undefined;
  }
  const { directions, registers } = touch(target.addressing, operations);
  const ranges = (['read', 'write'] as const).flatMap((direction) =>
    (registers?.[direction] ?? []).map(({ first, last }) => ({
      first: hex(first),
      last: hex(last),
      actions: [direction],
    })),
  );
  const whole = { first: hex(I2C_FIRST_ADDRESS), last: hex(I2C_LAST_ADDRESS) };
  return JSON.stringify({
    kind: 'i2c',
    ...(target.isBus
      ? { bus: target.label, addresses: [address === undefined ? whole : hex(address)] }
      : { device: target.label }),
    // Opening has no bytes yet: both directions are the honest guess.
    actions: directions.size === 0 ? ['read', 'write'] : [...directions],
    // More ranges than one entry can list: only the whole directions can be named.
    ...(ranges.length === 0 || ranges.length > MAX_ENTRIES ? {} : { registers: ranges }),
    ...(byteCount > DEFAULT_I2C_BYTES ? { maxTransactionBytes: byteCount } : {}),
  });
}

/** What a transaction needs. */
interface Touched {
  readonly directions: ReadonlySet<I2cDirection>;
  /** Registers by direction; undefined when a byte cannot be told to one, so that whole directions are needed. */
  readonly registers: Readonly<Record<I2cDirection, readonly NumberRange[]>> | undefined;
}

function touch(addressing: RegisterAddressing | undefined, operations: readonly I2cOperation[]): Touched {
  const directions = new Set<I2cDirection>();
  const registers: Record<I2cDirection, NumberRange[]> = { read: [], write: [] };
  const pointers: number[] = [];
  const walk = new RegisterWalk(addressing);
  let certain = addressing !== undefined;
  const note = (direction: I2cDirection) => ({
    whole: false,
    allows: (register: number): boolean => {
      registers[direction].push({ first: register, last: register });
      return true;
    },
  });
  const notePointer = (register: number): boolean => {
    pointers.push(register);
    return true;
  };
  for (const operation of operations) {
    const length = operationLength(operation);
    const onlyPointer = operation.kind === 'write' && length === addressing?.addressBytes;
    if (addressing === undefined || (length > 0 && !onlyPointer)) {
      directions.add(operation.kind);
    }
    if (certain && length > 0) {
      const problem =
        operation.kind === 'read'
          ? walk.read(length, note('read'))
          : walk.write(operation.bytes, note('write'), notePointer);
      certain = problem === undefined;
    }
  }
  if (!certain) {
    return { directions, registers: undefined };
  }
  for (const register of pointers) {
    if (!inRanges(registers.read, register) && !inRanges(registers.write, register)) {
      registers.read.push({ first: register, last: register });
      directions.add('read');
    }
  }
  return {
    directions,
    registers: { read: mergeRanges(registers.read), write: mergeRanges(registers.write) },
  };
}
