import { buildMmioGrant } from './build-mmio-grant.ts';
import type { PermissionInput } from './entry-schema.ts';
import type { Grants, MmioGrant, MmioRegisterGrant } from './grant.ts';
import type { KindLearner, LearningOptions } from './learn-permissions.ts';
import { observerOf } from './learn-simple-kinds.ts';
import { MAX_GRANTED_REGISTERS } from './limits.ts';
import { type MmioAccess, mmioPermits, neededMask, REGISTER_BYTES } from './mmio.ts';
import { hex } from './register-walk.ts';

const ALL_BITS = 0xffff_ffff;

interface Noted {
  opened: boolean;
  readonly registers: Map<number, MmioRegisterGrant>;
  /** A bit for each register that was written to without need of one: any will do, this one where there is no other. */
  readonly anyBits: Map<number, number>;
}

/** Each register that an access touches, with the least bits that it needs. */
export function learnMmio({ board, manifest }: LearningOptions): KindLearner<Grants['mmio']> {
  const windows = [...board.mmioWindows].map(([label, { byteLength }]) => {
    const noted: Noted = { opened: false, registers: new Map(), anyBits: new Map() };
    const denies = manifest.deny
      .filter((entry) => entry.kind === 'mmio')
      .filter((entry) => entry.window === label);
    /** All of one register that deny entries leave: a window may have more registers than one grant can. */
    const everyOf = (offset: number): MmioGrant =>
      buildMmioGrant(
        label,
        offset + REGISTER_BYTES > byteLength
          ? []
          : [{ kind: 'mmio', window: label, registers: [{ offset }] }],
        denies,
        board,
        { code: 'KANCHI_MANIFEST_INVALID', subject: `app "${manifest.name}"` },
      );
    const none = { ...everyOf(0), registers: new Map<number, MmioRegisterGrant>() };
    const observe = (access: MmioAccess | undefined): boolean => {
      if (access === undefined) {
        noted.opened = true;
        return true;
      }
      const lane = access.offset % REGISTER_BYTES;
      const offset = access.offset - lane;
      const every = everyOf(offset);
      const hasRoom = noted.registers.has(offset) || noted.registers.size < MAX_GRANTED_REGISTERS;
      if (!hasRoom || !mmioPermits(every, access)) {
        return false;
      }
      const before = noted.registers.get(offset) ?? { read: false, writeMask: 0 };
      if (access.operation === 'read') {
        noted.registers.set(offset, { ...before, read: true });
        return true;
      }
      const needed = neededMask(none, access, lane);
      noted.registers.set(offset, { ...before, writeMask: (before.writeMask | needed) >>> 0 });
      if (needed === 0) noted.anyBits.set(offset, lowestBit(every.registers.get(offset)?.writeMask ?? 0));
      return true;
    };
    const granted: MmioGrant = { ...none, observer: observerOf('mmio', ({ access }) => observe(access)) };
    return { label, noted, granted };
  });
  return {
    granted: new Map(windows.map(({ label, granted }) => [label, granted])),
    entries: () => windows.flatMap(({ label, noted }) => entryOf(label, noted)),
  };
}

function lowestBit(bits: number): number {
  return (bits & -bits) >>> 0;
}

function entryOf(window: string, { opened, registers, anyBits }: Noted): PermissionInput[] {
  if (registers.size === 0) {
    // Opened and not touched: a permission for anything in the window.
    return opened ? [{ kind: 'mmio', window, registers: [{ offset: hex(0), actions: ['read'] }] }] : [];
  }
  const runs: { first: number; last: number; grant: MmioRegisterGrant }[] = [];
  for (const [offset, { read, writeMask }] of [...registers].sort(([one], [other]) => one - other)) {
    const grant = { read, writeMask: writeMask || (anyBits.get(offset) ?? 0) };
    const last = runs.at(-1);
    if (
      last !== undefined &&
      last.last + REGISTER_BYTES === offset &&
      last.grant.read === grant.read &&
      last.grant.writeMask === grant.writeMask
    ) {
      last.last = offset;
    } else {
      runs.push({ first: offset, last: offset, grant });
    }
  }
  return [
    {
      kind: 'mmio',
      window,
      registers: runs.map(({ first, last, grant: { read, writeMask } }) => ({
        offset: hex(first),
        ...(first === last ? {} : { last: hex(last) }),
        actions: [...(read ? (['read'] as const) : []), ...(writeMask === 0 ? [] : (['write'] as const))],
        ...(writeMask === 0 || writeMask === ALL_BITS ? {} : { writeMask: `0x${writeMask.toString(16)}` }),
      })),
    },
  ];
}
