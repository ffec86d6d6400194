import type { DenyEntry, PermissionEntry } from './entry-schema.ts';
import type { I2cGrant, MmioRegisterGrant, NumberRange } from './grant.ts';
import { DEFAULT_SPI_BYTES, DEFAULT_SPI_CLOCK_HZ } from './limits.ts';
import { subtractRanges } from './number-range.ts';
import type { PermissionGain, PermissionSide } from './permission-difference.ts';
import { hex } from './register-walk.ts';

type SpiEntry = Extract<PermissionEntry, { readonly kind: 'spi' }>;
type I2cDeny = Extract<DenyEntry, { readonly kind: 'i2c' }>;

const REGISTER_BYTES = 4;
const ALL_BITS = 0xffff_ffff;

export function i2cGains(before: PermissionSide, after: PermissionSide): PermissionGain[] {
  return [
    ...[...after.grants.i2c].flatMap(([label, grant]) =>
      grantGains(label, before.grants.i2c.get(label), grant, after),
    ),
    ...missingDenies(before, after),
  ];
}

function grantGains(
  label: string,
  had: I2cGrant | undefined,
  has: I2cGrant,
  after: PermissionSide,
): PermissionGain[] {
  const isBus = after.manifest.permissions.some((entry) => entry.kind === 'i2c' && entry.bus === label);
  const name = `i2c ${isBus ? 'bus' : 'device'} "${label}"`;
  const gained = (['read', 'write'] as const).flatMap((direction) => {
    const verb = direction === 'read' ? 'read from' : 'write to';
    const now = has[direction];
    const earlier = had?.[direction];
    if (isBus) {
      const addresses = subtractRanges(now.addresses, earlier?.addresses ?? []);
      return addresses.length === 0
        ? []
        : [`${verb} ${listed('address', 'addresses', addresses)} of ${name}`];
    }
    if (now.addresses.length === 0) {
      return [];
    }
    const hadNothing = earlier === undefined || earlier.addresses.length === 0;
    if (now.registers === undefined) {
      return hadNothing || earlier.registers !== undefined ? [`${verb} the whole of ${name}`] : [];
    }
    const registers = hadNothing
      ? now.registers
      : subtractRanges(now.registers, earlier.registers ?? now.registers);
    return registers.length === 0 ? [] : [`${verb} ${listed('register', 'registers', registers)} of ${name}`];
  });
  const longer =
    had !== undefined && reaches(had) && reaches(has) && has.maxTransactionBytes > had.maxTransactionBytes;
  return [
    ...gained.map((what) => ({ target: label, what, otherwise: undefined })),
    ...(longer
      ? [
          {
            target: label,
            what: `move up to ${has.maxTransactionBytes} bytes in one transaction with ${name}`,
            otherwise: String(had.maxTransactionBytes),
          },
        ]
      : []),
  ];
}

function reaches(grant: I2cGrant): boolean {
  return grant.read.addresses.length > 0 || grant.write.addresses.length > 0;
}

/** Deny entries of a bus that hold for devices, and of a device that hold for its bus, which `after` does not have. */
function missingDenies(before: PermissionSide, after: PermissionSide): PermissionGain[] {
  const has = after.manifest.deny
    .filter((entry) => entry.kind === 'i2c')
    .map((entry) => JSON.stringify(entry));
  return before.manifest.deny
    .filter((entry) => entry.kind === 'i2c')
    .filter((entry) => !has.includes(JSON.stringify(entry)) && mayHoldElsewhere(entry, after))
    .map((entry) => ({
      target: entry.device ?? entry.bus ?? '',
      what:
        entry.device === undefined
          ? `reach devices on i2c bus "${entry.bus}" from which a "deny" entry of the bus kept it`
          : `reach i2c device "${entry.device}" by its bus, from which a "deny" entry kept it`,
      otherwise: undefined,
    }));
}

function mayHoldElsewhere(deny: I2cDeny, { manifest }: PermissionSide): boolean {
  return manifest.permissions.some(
    (entry) => entry.kind === 'i2c' && (entry.bus === undefined) !== (deny.bus === undefined),
  );
}

function listed(one: string, many: string, ranges: readonly NumberRange[]): string {
  const texts = ranges.map(({ first, last }) =>
    first === last ? hex(first) : `${hex(first)} to ${hex(last)}`,
  );
  const single = ranges.length === 1 && ranges[0]?.first === ranges[0]?.last;
  return `${single ? one : many} ${texts.join(', ')}`;
}

/**
 * A device's clock and mode are the board's, and the entries count that are wide enough for both: bytes per transaction by
 * mode and clock, compared on each stretch of clocks between two that an entry names.
 */
export function spiGains(before: PermissionSide, after: PermissionSide): PermissionGain[] {
  return [...after.grants.spi.keys()].flatMap((label) => {
    const had = spiEntries(before, label);
    const has = spiEntries(after, label);
    const clocks = [...new Set([...had, ...has].map(clockOf))].sort((one, other) => one - other);
    return ([0, 1, 2, 3] as const).flatMap((mode) => {
      const stretches: { bytes: number; had: number; clockHz: number }[] = [];
      for (const clockHz of clocks) {
        const [bytes, hadBytes] = [bytesAt(has, mode, clockHz), bytesAt(had, mode, clockHz)];
        const last = stretches.at(-1);
        if (last !== undefined && last.bytes === bytes && last.had === hadBytes) {
          last.clockHz = clockHz;
        } else {
          stretches.push({ bytes, had: hadBytes, clockHz });
        }
      }
      return stretches
        .filter(({ bytes, had: hadBytes }) => bytes > hadBytes)
        .map(({ bytes, had: hadBytes, clockHz }) => ({
          target: label,
          what: `move up to ${bytes} bytes in one transaction with spi device "${label}", mode ${mode}, up to ${clockHz} Hz`,
          otherwise: hadBytes === 0 ? undefined : String(hadBytes),
        }));
    });
  });
}

function spiEntries({ manifest, grants }: PermissionSide, label: string): SpiEntry[] {
  return grants.spi.has(label)
    ? manifest.permissions.filter((entry) => entry.kind === 'spi').filter((entry) => entry.device === label)
    : [];
}

function clockOf(entry: SpiEntry): number {
  return entry.maxClockHz ?? DEFAULT_SPI_CLOCK_HZ;
}

function bytesAt(entries: readonly SpiEntry[], mode: 0 | 1 | 2 | 3, clockHz: number): number {
  return Math.max(
    0,
    ...entries
      .filter((entry) => (entry.modes ?? [0]).includes(mode) && clockOf(entry) >= clockHz)
      .map((entry) => entry.maxTransactionBytes ?? DEFAULT_SPI_BYTES),
  );
}

export function mmioGains(before: PermissionSide, after: PermissionSide): PermissionGain[] {
  return [...after.grants.mmio].flatMap(([label, { registers }]) => {
    const had = before.grants.mmio.get(label)?.registers ?? new Map<number, MmioRegisterGrant>();
    const reads = runs(registers, (offset, grant) => (grant.read && had.get(offset)?.read !== true ? 1 : 0));
    const writes = runs(
      registers,
      (offset, { writeMask }) => (writeMask & ~(had.get(offset)?.writeMask ?? 0)) >>> 0,
    );
    return [
      ...reads.map(({ range }) => `read ${listed('register', 'registers', [range])} of window "${label}"`),
      ...writes.map(
        ({ range, value }) =>
          `change ${value === ALL_BITS ? 'every bit' : `bits 0x${value.toString(16)}`} of ` +
          `${listed('register', 'registers', [range])} of window "${label}"`,
      ),
    ].map((what) => ({ target: label, what, otherwise: undefined }));
  });
}

/** Neighbours with the same value, which is not 0. */
function runs(
  registers: ReadonlyMap<number, MmioRegisterGrant>,
  valueFor: (offset: number, grant: MmioRegisterGrant) => number,
): { range: NumberRange; value: number }[] {
  const found: { range: { first: number; last: number }; value: number }[] = [];
  for (const [offset, grant] of [...registers].sort(([one], [other]) => one - other)) {
    const value = valueFor(offset, grant);
    const last = found.at(-1);
    if (value !== 0 && last?.value === value && last.range.last + REGISTER_BYTES === offset) {
      last.range.last = offset;
    } else if (value !== 0) {
      found.push({ range: { first: offset, last: offset }, value });
    }
  }
  return found;
}
