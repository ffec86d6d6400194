import type { Board } from '../app/board.ts';
import { RuntimeError } from '../error.ts';
import type { DenyEntry, PermissionEntry } from './entry-schema.ts';
import type { I2cGrant, NumberRange } from './grant.ts';
import { DEFAULT_MAX_TRANSACTION_BYTES, type I2cDirection } from './i2c.ts';
import { inRanges, mergeRanges, subtractRanges } from './number-range.ts';

type I2cEntry = Extract<PermissionEntry, { readonly kind: 'i2c' }>;
type I2cDeny = Extract<DenyEntry, { readonly kind: 'i2c' }>;

/** Every register that a device of that address width can have. */
function wholeDevice(addressBytes: 1 | 2): NumberRange {
  return { first: 0, last: addressBytes === 1 ? 0xff : 0xffff };
}

/**
 * Grant of one device or bus label: entries add up per direction, denies are taken out. `allDenies` are those of all
 * labels: a device can be reached by its own label and by its bus, and a deny of one must hold for the other.
 */
export function buildI2cGrant(
  label: string,
  entries: I2cEntry[],
  allDenies: I2cDeny[],
  board: Board,
): I2cGrant {
  const device = board.i2cDevices.get(label);
  const busNumber = device?.bus ?? board.i2cBuses.get(label)?.bus;
  const denies = allDenies.filter((deny) => concerns(deny, label, busNumber, device?.address, board));
  const addressing = device?.registerAddressing;
  const usesRegisters = [...entries, ...denies].some((entry) => entry.registers !== undefined);
  if (usesRegisters && addressing === undefined) {
    throw new RuntimeError(
      'KANCHI_MANIFEST_INVALID',
      `the manifest names registers of "${label}", but ${board.source} does not say how it takes register addresses; ` +
        `add to "i2c.devices.${label}": "registerAddressing": {"addressBytes": 1, "write": "increment"} (see its datasheet)`,
    );
  }
  const granted = device === undefined ? entries.flatMap(addressRanges) : [single(device.address)];
  const deniedAddresses = device === undefined ? denies.flatMap((deny) => addressesTakenBy(deny, board)) : [];
  const addressDenies = device === undefined ? [] : denies.map((deny) => asDeviceDeny(deny));
  const read = direction('read', entries, addressDenies, addressing?.addressBytes);
  const write = direction('write', entries, addressDenies, addressing?.addressBytes);
  return {
    kind: 'i2c',
    label,
    revoked: false,
    addresses: subtractRanges(granted, deniedAddresses),
    read: read.granted,
    write: write.granted,
    readRegisters: read.registers,
    writeRegisters: write.registers,
    addressing,
    maxTransactionBytes: Math.max(
      ...entries.map((entry) => entry.maxTransactionBytes ?? DEFAULT_MAX_TRANSACTION_BYTES),
    ),
  };
}

interface DirectionGrant {
  readonly granted: boolean;
  /** Undefined: any byte. */
  readonly registers: readonly NumberRange[] | undefined;
}

function direction(
  name: I2cDirection,
  entries: readonly I2cEntry[],
  denies: readonly I2cDeny[],
  addressBytes: 1 | 2 | undefined,
): DirectionGrant {
  const parts = entries.map((entry) => registersOf(entry, name)).filter((part) => part !== undefined);
  const denied = denies.map((deny) => registersOf(deny, name)).filter((part) => part !== undefined);
  if (parts.length === 0 || denied.includes('whole')) {
    return { granted: false, registers: undefined };
  }
  const whole = parts.includes('whole');
  const holes = denied.filter((part) => part !== 'whole').flat();
  if (whole && holes.length === 0) {
    return { granted: true, registers: undefined };
  }
  const ranges = whole ? [wholeDevice(addressBytes ?? 1)] : parts.filter((part) => part !== 'whole').flat();
  const registers = subtractRanges(ranges, holes);
  return { granted: registers.length > 0, registers };
}

/** What an entry says about one direction: nothing, the whole device, or registers. */
function registersOf(entry: I2cEntry | I2cDeny, name: I2cDirection): 'whole' | NumberRange[] | undefined {
  const actions = entry.actions ?? ['read', 'write'];
  if (entry.registers === undefined) {
    return actions.includes(name) ? 'whole' : undefined;
  }
  const ranges = entry.registers
    .filter((range) => (range.actions ?? actions).includes(name))
    .map(({ first, last }) => ({ first, last: last ?? first }));
  return ranges.length === 0 ? undefined : mergeRanges(ranges);
}

/** Whether a deny entry takes something from the grant of this label. */
function concerns(
  deny: I2cDeny,
  label: string,
  busNumber: number | undefined,
  address: number | undefined,
  board: Board,
): boolean {
  if (deny.device === label || deny.bus === label) {
    return true;
  }
  if (deny.device !== undefined) {
    // A denied device behind a granted bus; another device's deny does not concern a device.
    return address === undefined && board.i2cDevices.get(deny.device)?.bus === busNumber;
  }
  return (
    board.i2cBuses.get(deny.bus ?? '')?.bus === busNumber &&
    (address === undefined || inRanges(addressRanges(deny), address))
  );
}

/** Addresses that a deny takes from a bus: a denied device goes whole, since a bus knows no registers. */
function addressesTakenBy(deny: I2cDeny, board: Board): NumberRange[] {
  const device = deny.device === undefined ? undefined : board.i2cDevices.get(deny.device);
  return device === undefined ? addressRanges(deny) : [single(device.address)];
}

/** A deny as it holds for a device label: one that came by way of the bus has no registers. */
function asDeviceDeny(deny: I2cDeny): I2cDeny {
  return deny.bus === undefined ? deny : { kind: 'i2c', actions: deny.actions };
}

function addressRanges(entry: I2cEntry | I2cDeny): NumberRange[] {
  return (entry.addresses ?? []).map((address) => (typeof address === 'number' ? single(address) : address));
}

function single(value: number): NumberRange {
  return { first: value, last: value };
}
