import type { Board } from '../app/board.ts';
import { RuntimeError } from '../error.ts';
import type { DenyEntry, PermissionEntry } from './entry-schema.ts';
import type { EntrySource } from './entry-source.ts';
import type { MmioGrant, MmioRegisterGrant } from './grant.ts';
import { MAX_GRANTED_REGISTERS } from './limits.ts';
import { Revocation } from './revocation.ts';

type MmioEntry = Extract<PermissionEntry, { readonly kind: 'mmio' }>;
type MmioDeny = Extract<DenyEntry, { readonly kind: 'mmio' }>;
type RegisterEntry = MmioEntry['registers'][number];

const REGISTER_BYTES = 4;
const ALL_BITS = 0xffff_ffff;

/** Grant of one window: register entries add up, denies are taken out bit by bit. */
export function buildMmioGrant(
  label: string,
  entries: MmioEntry[],
  denies: MmioDeny[],
  board: Board,
  source: EntrySource,
): MmioGrant {
  const window = board.mmioWindows.get(label);
  const byteLength = window?.byteLength ?? 0;
  const registers = new Map<number, MmioRegisterGrant>();
  for (const entry of entries.flatMap(({ registers: granted }) => granted)) {
    for (const offset of offsetsOf(entry, label, byteLength, source)) {
      const before = registers.get(offset) ?? { read: false, writeMask: 0 };
      registers.set(offset, {
        read: before.read || reads(entry),
        writeMask: (before.writeMask | maskOf(entry)) >>> 0,
      });
      if (registers.size > MAX_GRANTED_REGISTERS) {
        throw new RuntimeError(
          source.code,
          `${source.subject}: the "mmio" permissions for "${label}" grant more than ${MAX_GRANTED_REGISTERS} registers; name fewer`,
        );
      }
    }
  }
  for (const deny of denies) {
    if (deny.registers === undefined) {
      registers.clear();
      continue;
    }
    for (const entry of deny.registers) {
      checkOffsets(entry, label, byteLength, source);
      // Over what is granted, which is limited; a deny may name the whole window.
      for (const [offset, before] of registers) {
        if (offset >= entry.offset && offset <= (entry.last ?? entry.offset)) {
          registers.set(offset, {
            read: before.read && !reads(entry),
            writeMask: (before.writeMask & ~maskOf(entry)) >>> 0,
          });
        }
      }
    }
  }
  const writeOneOnly = new Set(
    Object.values(window?.registers ?? {})
      .filter((register) => register.writeOneOnly)
      .map((register) => register.offset),
  );
  return { kind: 'mmio', label, revocation: new Revocation(), byteLength, registers, writeOneOnly };
}

function reads(entry: RegisterEntry): boolean {
  return (entry.actions ?? ['read', 'write']).includes('read');
}

function maskOf(entry: RegisterEntry): number {
  return (entry.actions ?? ['read', 'write']).includes('write') ? (entry.writeMask ?? ALL_BITS) : 0;
}

function* offsetsOf(
  entry: RegisterEntry,
  label: string,
  byteLength: number,
  source: EntrySource,
): Generator<number> {
  checkOffsets(entry, label, byteLength, source);
  const last = entry.last ?? entry.offset;
  for (let offset = entry.offset; offset <= last; offset += REGISTER_BYTES) {
    yield offset;
  }
}

function checkOffsets(entry: RegisterEntry, label: string, byteLength: number, source: EntrySource): void {
  const last = entry.last ?? entry.offset;
  if (last + REGISTER_BYTES > byteLength) {
    throw new RuntimeError(
      source.code,
      `${source.subject}: an "mmio" entry for "${label}" names register 0x${last.toString(16)}, but the window has ${byteLength} bytes ` +
        '(board file); correct the offset or the window',
    );
  }
}
