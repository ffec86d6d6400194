import { I2C_FIRST_ADDRESS, type I2cOperation } from '@kanchi/hal';
import { MAX_ENTRIES } from '../app/file-limits.ts';
import type { PermissionInput } from './entry-schema.ts';
import type { Grants, I2cGrant, NumberRange, RegisterAddressing } from './grant.ts';
import { type I2cDirection, i2cPermits, operationLength } from './i2c.ts';
import type { KindLearner, LearningOptions } from './learn-permissions.ts';
import { byLabel, observerOf } from './learn-simple-kinds.ts';
import { DEFAULT_I2C_BYTES } from './limits.ts';
import { inRanges, mergeRanges, subtractRanges } from './number-range.ts';
import { hex, RegisterWalk } from './register-walk.ts';

const directions: readonly I2cDirection[] = ['read', 'write'];

/** What was done with one label. */
class I2cNotes {
  opened = false;
  byteCount = 0;
  /** Of a device: bytes that cannot be told to a register. Of a bus: every byte. */
  readonly whole: Record<I2cDirection, Set<number>> = { read: new Set(), write: new Set() };
  readonly registers: Record<I2cDirection, Set<number>> = { read: new Set(), write: new Set() };
  /** Registers that were pointed at: either direction of them will do. */
  readonly pointers = new Set<number>();
  /** An operation without bytes on a chip with registers: any permission will do. */
  touched = false;

  /** `addressing`: undefined for a bus, and for a device whose addressing the board does not tell. */
  note(
    addressing: RegisterAddressing | undefined,
    address: number,
    operations: readonly I2cOperation[],
  ): void {
    this.byteCount = Math.max(
      this.byteCount,
      operations.reduce((sum, operation) => sum + operationLength(operation), 0),
    );
    const walk = new RegisterWalk(addressing);
    for (const operation of operations) {
      const { kind } = operation;
      const length = operationLength(operation);
      if (addressing === undefined) {
        this.whole[kind].add(address);
      } else if (length === 0) {
        this.touched = true;
      } else if (this.#follow(walk, operation) !== undefined) {
        this.whole[kind].add(address);
      }
    }
  }

  /** The rule that keeps the operation from being told to registers. */
  #follow(walk: RegisterWalk, operation: I2cOperation): string | undefined {
    const { kind } = operation;
    const rule = {
      whole: false,
      allows: (register: number): boolean => {
        this.registers[kind].add(register);
        return true;
      },
    };
    if (operation.kind === 'read') {
      return walk.read(operation.buffer.length, rule);
    }
    const point = (register: number): boolean => {
      this.pointers.add(register);
      return true;
    };
    const problem = walk.write(operation.bytes, rule, point);
    if (problem !== undefined) {
      // A walk stops where it breaks a rule; the chip's pointer goes on.
      walk.write(operation.bytes, { ...rule, whole: true }, point);
    }
    return problem;
  }
}

export function learnI2c({ every, board }: LearningOptions): KindLearner<Grants['i2c']> {
  return byLabel(
    every.i2c,
    () => new I2cNotes(),
    (grant, notes): I2cGrant => ({
      ...grant,
      read: { addresses: [], registers: undefined },
      write: { addresses: [], registers: undefined },
      observer: observerOf('i2c', ({ address, operations }) => {
        if (address === undefined) {
          notes.opened = true;
          return true;
        }
        const permitted = i2cPermits(grant, address, operations);
        if (permitted) notes.note(grant.addressing, address, operations);
        return permitted;
      }),
    }),
    (label, notes, { addressing }) => {
      const entries = board.i2cDevices.has(label) ? deviceEntries(label, notes) : busEntries(label, notes);
      if (entries.length > 0 || !(notes.opened || notes.touched)) {
        return entries;
      }
      // Opened and no more: any permission will do.
      const least = { actions: ['read'] as const, maxTransactionBytes: 1 };
      return board.i2cDevices.has(label)
        ? [
            {
              kind: 'i2c',
              device: label,
              actions: [...least.actions],
              ...(addressing === undefined ? {} : { registers: [{ first: hex(0) }] }),
              maxTransactionBytes: 1,
            },
          ]
        : [
            {
              kind: 'i2c',
              bus: label,
              addresses: [hex(I2C_FIRST_ADDRESS)],
              actions: ['read'],
              maxTransactionBytes: 1,
            },
          ];
    },
  );
}

function limitOf({ byteCount }: I2cNotes): { maxTransactionBytes?: number } {
  return byteCount === DEFAULT_I2C_BYTES ? {} : { maxTransactionBytes: Math.max(1, byteCount) };
}

function deviceEntries(device: string, notes: I2cNotes): PermissionInput[] {
  const whole = directions.filter((direction) => notes.whole[direction].size > 0);
  const read = whole.includes('read') ? [] : rangesOf(notes.registers.read);
  const write = whole.includes('write') ? [] : rangesOf(notes.registers.write);
  // A pointer needs either direction of its register: what is there already, or reading it, which does less.
  const pointers = [...notes.pointers].filter(
    (register) => whole.length === 0 && !inRanges(read, register) && !inRanges(write, register),
  );
  const reads = mergeRanges([...read, ...pointers.map((register) => ({ first: register, last: register }))]);
  const both = intersection(reads, write);
  const ranges = [
    ...both.map((range) => ({ range, actions: directions })),
    ...subtractRanges(reads, both).map((range) => ({ range, actions: directions.slice(0, 1) })),
    ...subtractRanges(write, both).map((range) => ({ range, actions: directions.slice(1) })),
  ].sort((one, other) => one.range.first - other.range.first);
  const entries: PermissionInput[] =
    whole.length === 0 ? [] : [{ kind: 'i2c', device, actions: [...whole], ...limitOf(notes) }];
  for (let start = 0; start < ranges.length; start += MAX_ENTRIES) {
    const some = ranges.slice(start, start + MAX_ENTRIES);
    const actions = directions.filter((direction) => some.some((each) => each.actions.includes(direction)));
    entries.push({
      kind: 'i2c',
      device,
      actions,
      registers: some.map((each) => ({
        first: hex(each.range.first),
        ...(each.range.first === each.range.last ? {} : { last: hex(each.range.last) }),
        ...(each.actions.length === actions.length ? {} : { actions: [...each.actions] }),
      })),
      ...limitOf(notes),
    });
  }
  return entries;
}

/** Addresses by what was done with them. */
function busEntries(bus: string, notes: I2cNotes): PermissionInput[] {
  const { read, write } = notes.whole;
  return (
    [
      [['read', 'write'], [...read].filter((address) => write.has(address))],
      [['read'], [...read].filter((address) => !write.has(address))],
      [['write'], [...write].filter((address) => !read.has(address))],
    ] as const
  )
    .filter(([, addresses]) => addresses.length > 0)
    .map(([actions, addresses]) => ({
      kind: 'i2c',
      bus,
      addresses: rangesOf(addresses).map(({ first, last }) =>
        first === last ? hex(first) : { first: hex(first), last: hex(last) },
      ),
      actions: [...actions],
      ...limitOf(notes),
    }));
}

function rangesOf(numbers: Iterable<number>): NumberRange[] {
  return mergeRanges([...numbers].map((number) => ({ first: number, last: number })));
}

function intersection(one: readonly NumberRange[], other: readonly NumberRange[]): NumberRange[] {
  return subtractRanges(one, subtractRanges(one, other));
}
