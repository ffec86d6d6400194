import { I2C_FIRST_ADDRESS, I2C_LAST_ADDRESS } from '@kanchi/hal';
import type { Board } from '../app/board.ts';
import { RuntimeError } from '../error.ts';
import type { DenyEntry, PermissionEntry } from './entry-schema.ts';
import type { EntrySource } from './entry-source.ts';
import type { I2cDirectionGrant, I2cGrant, NumberRange } from './grant.ts';
import type { I2cDirection } from './i2c.ts';
import { DEFAULT_I2C_BYTES } from './limits.ts';
import { inRanges, mergeRanges, subtractRanges } from './number-range.ts';
import { lastRegister } from './register-walk.ts';
import { Revocation } from './revocation.ts';

type I2cEntry = Extract<PermissionEntry, { readonly kind: 'i2c' }>;
type I2cDeny = Extract<DenyEntry, { readonly kind: 'i2c' }>;

/**
 * Grant of one device or bus label: entries add up per direction, denies are taken out. `allDenies` are those of all
 * labels: a device can be reached by its own label and by its bus, and a deny of one must hold for the other.
 */
export function buildI2cGrant(
  label: string,
  entries: readonly I2cEntry[],
  allDenies: readonly I2cDeny[],
  board: Board,
  source: EntrySource,
): I2cGrant {
  const device = board.i2cDevices.get(label);
  const denies = allDenies.filter((deny) => concernsI2c(deny, label, board));
  const addressing = device?.registerAddressing;
  const usesRegisters = [...entries, ...denies].some((entry) => entry.registers !== undefined);
  if (device !== undefined && usesRegisters && addressing === undefined) {
    throw new RuntimeError(
      source.code,
      `${source.subject}: an entry names registers of "${label}", but ${board.source} does not say how it takes register addresses; ` +
        `add to "i2c.devices.${label}": "registerAddressing": {"addressBytes": 1, "write": "increment"} (see its datasheet)`,
    );
  }
  const build = (name: I2cDirection): I2cDirectionGrant =>
    device === undefined
      ? busDirection(name, entries, denies, board)
      : deviceDirection(name, device.address, entries, denies.map(asDeviceDeny), addressing?.addressBytes);
  return {
    kind: 'i2c',
    label,
    revocation: new Revocation(),
    read: build('read'),
    write: build('write'),
    addressing,
    maxTransactionBytes: Math.max(...entries.map((entry) => entry.maxTransactionBytes ?? DEFAULT_I2C_BYTES)),
  };
}

/** Whether a deny entry takes something from the grant of this label. */
export function concernsI2c(deny: I2cDeny, label: string, board: Board): boolean {
  if (deny.device === label || deny.bus === label) {
    return true;
  }
  const device = board.i2cDevices.get(label);
  const busNumber = device?.bus ?? board.i2cBuses.get(label)?.bus;
  if (deny.device !== undefined) {
    // A denied device behind a granted bus; another device's deny does not concern a device.
    return device === undefined && board.i2cDevices.get(deny.device)?.bus === busNumber;
  }
  return (
    board.i2cBuses.get(deny.bus ?? '')?.bus === busNumber &&
    (device === undefined || inRanges(addressRanges(deny), device.address))
  );
}

/** Each entry grants its own addresses in its own directions; nothing is granted that no entry says. */
function busDirection(
  name: I2cDirection,
  entries: readonly I2cEntry[],
  denies: readonly I2cDeny[],
  board: Board,
): I2cDirectionGrant {
  const granted = entries.filter((entry) => registersOf(entry, name) !== undefined);
  const denied = denies.filter((deny) => registersOf(deny, name) !== undefined);
  return {
    addresses: subtractRanges(
      granted.flatMap(addressRanges),
      denied.flatMap((deny) => addressesTakenBy(deny, board)),
    ),
    registers: undefined,
  };
}

function deviceDirection(
  name: I2cDirection,
  address: number,
  entries: readonly I2cEntry[],
  denies: readonly I2cDeny[],
  addressBytes: 1 | 2 | undefined,
): I2cDirectionGrant {
  const parts = entries.map((entry) => registersOf(entry, name)).filter((part) => part !== undefined);
  const denied = denies.map((deny) => registersOf(deny, name)).filter((part) => part !== undefined);
  if (parts.length === 0 || denied.includes('whole')) {
    return { addresses: [], registers: undefined };
  }
  const whole = parts.includes('whole');
  const holes = denied.filter((part) => part !== 'whole').flat();
  if (whole && holes.length === 0) {
    return { addresses: [single(address)], registers: undefined };
  }
  const ranges = whole
    ? [{ first: 0, last: lastRegister(addressBytes ?? 1) }]
    : parts.filter((part) => part !== 'whole').flat();
  const registers = subtractRanges(ranges, holes);
  return registers.length === 0
    ? { addresses: [], registers: undefined }
    : { addresses: [single(address)], registers };
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

/** Addresses that a deny takes from a bus: a denied device goes whole in that direction, since a bus knows no registers. */
function addressesTakenBy(deny: I2cDeny, board: Board): NumberRange[] {
  const device = deny.device === undefined ? undefined : board.i2cDevices.get(deny.device);
  return device === undefined ? addressRanges(deny) : [single(device.address)];
}

/** A deny as it holds for a device label: one that came by way of the bus has no registers. */
function asDeviceDeny(deny: I2cDeny): I2cDeny {
  return deny.bus === undefined ? deny : { kind: 'i2c', actions: deny.actions };
}

/** A deny of a bus without addresses takes them all. */
function addressRanges(entry: I2cEntry | I2cDeny): NumberRange[] {
  return (entry.addresses ?? [{ first: I2C_FIRST_ADDRESS, last: I2C_LAST_ADDRESS }]).map((address) =>
    typeof address === 'number' ? single(address) : address,
  );
}

function single(value: number): NumberRange {
  return { first: value, last: value };
}
