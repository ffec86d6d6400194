import type {
  ClockGrant,
  GpioGrant,
  Grants,
  I2cDirectionGrant,
  I2cGrant,
  LogGrant,
  MmioGrant,
  PwmGrant,
  SpiGrant,
  UartGrant,
} from '../permission/grant.ts';
import { i2cGrantsAnything } from '../permission/i2c.ts';
import { combinePwmRanges } from '../permission/pwm-ranges.ts';
import { Revocation } from '../permission/revocation.ts';
import { intersectRanges } from './intersect-ranges.ts';
import { intersectConnection, intersectMessage, intersectSensor, longer } from './intersect-services.ts';

/**
 * What both grant: a call is permitted by the result only when each of the two permits it. Never more; a little less where
 * one call needs two permissions of which each side has another (a register pointer that one may read and the other
 * write; a write that touches no bit of a register of which each may write other bits). What the board says about a target is the same in both. `denied` is that of the first.
 */
export function intersectGrants(one: Grants, other: Grants): Grants {
  return {
    gpio: inBoth(one.gpio, other.gpio, intersectGpio),
    i2c: inBoth(one.i2c, other.i2c, intersectI2c),
    spi: inBoth(one.spi, other.spi, intersectSpi),
    uart: inBoth(one.uart, other.uart, intersectUart),
    mmio: inBoth(one.mmio, other.mmio, intersectMmio),
    pwm: inBoth(one.pwm, other.pwm, intersectPwm),
    sensor: inBoth(one.sensor, other.sensor, intersectSensor),
    message: ofBoth(one.message, other.message, intersectMessage),
    connection: ofBoth(one.connection, other.connection, intersectConnection),
    clock: ofBoth(one.clock, other.clock, intersectClock),
    log: ofBoth(one.log, other.log, intersectLog),
    denied: one.denied,
  };
}

function inBoth<Grant>(
  one: ReadonlyMap<string, Grant>,
  other: ReadonlyMap<string, Grant>,
  intersect: (one: Grant, other: Grant) => Grant | undefined,
): ReadonlyMap<string, Grant> {
  const common = new Map<string, Grant>();
  for (const [label, grant] of one) {
    const against = other.get(label);
    const both = against === undefined ? undefined : intersect(grant, against);
    if (both !== undefined) common.set(label, both);
  }
  return common;
}

function ofBoth<Grant>(
  one: Grant | undefined,
  other: Grant | undefined,
  intersect: (one: Grant, other: Grant) => Grant,
): Grant | undefined {
  return one === undefined || other === undefined ? undefined : intersect(one, other);
}

function intersectGpio(one: GpioGrant, other: GpioGrant): GpioGrant {
  return {
    kind: 'gpio',
    label: one.label,
    revocation: new Revocation(),
    read: one.read && other.read,
    write: one.write && other.write,
    watch: one.watch && other.watch,
  };
}

function intersectI2c(one: I2cGrant, other: I2cGrant): I2cGrant | undefined {
  const read = intersectDirection(one.read, other.read);
  const write = intersectDirection(one.write, other.write);
  if (!i2cGrantsAnything({ read, write })) return undefined;
  return {
    kind: 'i2c',
    label: one.label,
    revocation: new Revocation(),
    read,
    write,
    addressing: one.addressing,
    maxTransactionBytes: Math.min(one.maxTransactionBytes, other.maxTransactionBytes),
  };
}

function intersectDirection(one: I2cDirectionGrant, other: I2cDirectionGrant): I2cDirectionGrant {
  const nothing = { addresses: [], registers: undefined };
  const addresses = intersectRanges(one.addresses, other.addresses);
  if (addresses.length === 0) return nothing;
  if (one.registers === undefined || other.registers === undefined) {
    return { addresses, registers: one.registers ?? other.registers };
  }
  const registers = intersectRanges(one.registers, other.registers);
  return registers.length === 0 ? nothing : { addresses, registers };
}

function intersectSpi(one: SpiGrant, other: SpiGrant): SpiGrant {
  return {
    kind: 'spi',
    label: one.label,
    revocation: new Revocation(),
    maxClockHz: Math.min(one.maxClockHz, other.maxClockHz),
    modes: one.modes.filter((mode) => other.modes.includes(mode)),
    maxTransactionBytes: Math.min(one.maxTransactionBytes, other.maxTransactionBytes),
  };
}

function intersectUart(one: UartGrant, other: UartGrant): UartGrant {
  return {
    kind: 'uart',
    label: one.label,
    revocation: new Revocation(),
    read: one.read && other.read,
    write: one.write && other.write,
  };
}

function intersectMmio(one: MmioGrant, other: MmioGrant): MmioGrant {
  const registers = new Map<number, { read: boolean; writeMask: number }>();
  for (const [offset, here] of one.registers) {
    const there = other.registers.get(offset);
    const read = here.read && there?.read === true;
    const writeMask = (here.writeMask & (there?.writeMask ?? 0)) >>> 0;
    if (read || writeMask !== 0) registers.set(offset, { read, writeMask });
  }
  return {
    kind: 'mmio',
    label: one.label,
    revocation: new Revocation(),
    byteLength: one.byteLength,
    registers,
    writeOneOnly: one.writeOneOnly,
  };
}

/** Undefined when nothing is left. */
function intersectPwm(one: PwmGrant, other: PwmGrant): PwmGrant | undefined {
  const ranges = combinePwmRanges(one.ranges, other.ranges, intersectRanges);
  return ranges.length === 0
    ? undefined
    : { kind: 'pwm', label: one.label, revocation: new Revocation(), ranges };
}

function intersectClock(one: ClockGrant, other: ClockGrant): ClockGrant {
  return {
    kind: 'clock',
    label: one.label,
    revocation: new Revocation(),
    monotonic: one.monotonic && other.monotonic,
    wall: one.wall && other.wall,
    sleep: one.sleep && other.sleep,
    timer: one.timer && other.timer,
    minimumIntervalNs: longer(one.minimumIntervalNs, other.minimumIntervalNs),
  };
}

function intersectLog(one: LogGrant, other: LogGrant): LogGrant {
  return {
    kind: 'log',
    label: one.label,
    revocation: new Revocation(),
    maxBytesPerSecond: Math.min(one.maxBytesPerSecond, other.maxBytesPerSecond),
  };
}
