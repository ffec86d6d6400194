import type { SpiMode } from '@kanchi/hal';
import type { AccessObserver } from './access.ts';
import type { Revocation } from './revocation.ts';

/**
 * Parsed permissions. The manifest is read once; every call is checked against these values, never against text.
 * Handles keep the grant that they were opened under, so that revoking it stops open handles too.
 */
interface GrantBase {
  /** Label from the board file. */
  readonly label: string;
  readonly revocation: Revocation;
  /**
   * Asked by the check about what the grant itself does not permit: only where an app is run to learn what it needs
   * (`learnPermissions`). A grant that is built from a manifest has none.
   */
  readonly observer?: AccessObserver;
}

export interface GpioGrant extends GrantBase {
  readonly kind: 'gpio';
  readonly read: boolean;
  readonly write: boolean;
  readonly watch: boolean;
}

/** Inclusive range of numbers. */
export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

/** How a device takes register addresses: board data, because it is a fact of the chip. */
export interface RegisterAddressing {
  /** Bytes of register address at the start of a write, most significant first. */
  readonly addressBytes: 1 | 2;
  /** `increment`: further bytes go to the next registers. `pairs`: (register, value) pairs, as on the BME280. */
  readonly write: 'increment' | 'pairs';
  /** Writes come round at the end of a page of so many bytes (a power of two), as in memories; undefined: they do not. */
  readonly pageBytes?: number | undefined;
}

/** What one direction of an I2C grant covers. */
export interface I2cDirectionGrant {
  /** 7-bit addresses that may be used: the device's own for a device label, the granted ones for a bus label. */
  readonly addresses: readonly NumberRange[];
  /** When present, only these registers (sorted, merged); undefined means any byte. */
  readonly registers: readonly NumberRange[] | undefined;
}

export interface I2cGrant extends GrantBase {
  readonly kind: 'i2c';
  readonly read: I2cDirectionGrant;
  readonly write: I2cDirectionGrant;
  /** Undefined when the board does not say: then no write can be told from a register address. */
  readonly addressing: RegisterAddressing | undefined;
  readonly maxTransactionBytes: number;
}

export interface SpiGrant extends GrantBase {
  readonly kind: 'spi';
  readonly maxClockHz: number;
  readonly modes: readonly SpiMode[];
  readonly maxTransactionBytes: number;
}

export interface UartGrant extends GrantBase {
  readonly kind: 'uart';
  readonly read: boolean;
  readonly write: boolean;
}

/** What may be done with one 32-bit register. */
export interface MmioRegisterGrant {
  readonly read: boolean;
  /** Bits that may change, unsigned; 0 grants no write. */
  readonly writeMask: number;
}

export interface MmioGrant extends GrantBase {
  readonly kind: 'mmio';
  /** Size of the window. */
  readonly byteLength: number;
  /** By byte offset of the register in the window, a multiple of 4. */
  readonly registers: ReadonlyMap<number, MmioRegisterGrant>;
  /**
   * Byte offsets of registers in which writing 0 to a bit does nothing (GPSET0, GPEDS0): from the board file. A plain
   * write of a few bits is harmless there; a modify is not, since it writes back the ones that it read.
   */
  readonly writeOneOnly: ReadonlySet<number>;
}

/** Periods, each with duties. What one entry grants goes together. */
export interface PwmRangeGrant {
  readonly periodsNs: NumberRange;
  readonly dutiesNs: NumberRange;
}

export interface PwmGrant extends GrantBase {
  readonly kind: 'pwm';
  /** As `canonicalPwmRanges` says them. */
  readonly ranges: readonly PwmRangeGrant[];
}

export interface ClockGrant extends GrantBase {
  readonly kind: 'clock';
  readonly monotonic: boolean;
  readonly wall: boolean;
  readonly sleep: boolean;
  readonly timer: boolean;
  readonly minimumIntervalNs: bigint;
}

export interface LogGrant extends GrantBase {
  readonly kind: 'log';
  readonly maxBytesPerSecond: number;
}

/** One permission for a sensor. */
export interface SensorRateGrant {
  /** Undefined: all channels. */
  readonly channels: ReadonlySet<string> | undefined;
  readonly shortestIntervalNs: bigint;
}

export interface SensorGrant extends GrantBase {
  readonly kind: 'sensor';
  readonly rates: readonly SensorRateGrant[];
}

export type MessageAction = 'request' | 'register' | 'publish' | 'subscribe';

/** Topics by action; a topic that ends in `*` is a prefix. Deny entries are kept apart, and win. */
export interface MessageGrant extends GrantBase {
  readonly kind: 'message';
  readonly topics: Readonly<Record<MessageAction, readonly string[]>>;
  readonly deniedTopics: Readonly<Record<MessageAction, readonly string[]>>;
}

export interface ConnectionTarget {
  readonly protocol: 'tcp' | 'udp';
  readonly host: string;
  readonly port: number;
}

export interface ConnectionGrant extends GrantBase {
  readonly kind: 'connection';
  readonly targets: readonly ConnectionTarget[];
  /** What deny entries take; it is not among the targets. */
  readonly deniedTargets: readonly ConnectionTarget[];
}

/** Everything one app may do. Absent means denied. */
export interface Grants {
  readonly gpio: ReadonlyMap<string, GpioGrant>;
  readonly i2c: ReadonlyMap<string, I2cGrant>;
  readonly spi: ReadonlyMap<string, SpiGrant>;
  readonly uart: ReadonlyMap<string, UartGrant>;
  readonly mmio: ReadonlyMap<string, MmioGrant>;
  readonly pwm: ReadonlyMap<string, PwmGrant>;
  readonly sensor: ReadonlyMap<string, SensorGrant>;
  readonly message: MessageGrant | undefined;
  readonly connection: ConnectionGrant | undefined;
  readonly clock: ClockGrant | undefined;
  readonly log: LogGrant | undefined;
  /**
   * `kind:label` of every target that a deny entry narrows: adding a permission may not help there. Not of messages and
   * connections, whose grants know what is denied.
   */
  readonly denied: ReadonlySet<string>;
}

/** What a permission can be about. */
export type PermissionKind = Exclude<keyof Grants, 'denied'>;

/** Why a call is refused, and what would allow it. */
export interface Refusal {
  readonly kind: PermissionKind;
  /** Label of the target; the kind's name for clock and log. */
  readonly label: string;
  /** What was asked for, e.g. `line "status-led"` or `i2c device "environment", register 0xf4`. */
  readonly resource: string;
  /** The rule that refused, e.g. `no "gpio" permission for this line`. */
  readonly rule: string;
  /** The JSON to add to "permissions" in the manifest; undefined when nothing that could be added would help. */
  readonly manifestLine: string | undefined;
  /** The refusal of the same under other grants, undefined where they permit it: tells which file it is that refuses. */
  readonly under: (grants: Grants) => Refusal | undefined;
  /** What to do, where that is not a matter of the manifest. */
  readonly advice?: string;
}
