import type { SpiMode } from '@kanchi/hal';

/**
 * Parsed permissions. The manifest is read once; every call is checked against these values, never against text.
 * A grant object lives as long as the app: handles keep it, so revoking it (`revoked = true`) stops open handles too.
 */
export interface GrantBase {
  /** Label from the board file. */
  readonly label: string;
  revoked: boolean;
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
}

export interface I2cGrant extends GrantBase {
  readonly kind: 'i2c';
  /** 7-bit addresses that may be used: one for a device label, the granted ones for a bus label. */
  readonly addresses: readonly NumberRange[];
  /** Whether plain transfers in that direction are granted at all. */
  readonly read: boolean;
  readonly write: boolean;
  /** When present, only these registers (sorted, merged); undefined means any byte in the granted directions. */
  readonly readRegisters: readonly NumberRange[] | undefined;
  readonly writeRegisters: readonly NumberRange[] | undefined;
  readonly addressing: RegisterAddressing;
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

export interface MmioRegisterGrant {
  /** First and last byte offset of the registers in the window, inclusive of the last register's last byte. */
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly read: boolean;
  /** Bits (of a 32-bit register) that may change; 0 grants no write. */
  readonly writeMask: number;
}

export interface MmioGrant extends GrantBase {
  readonly kind: 'mmio';
  readonly registers: readonly MmioRegisterGrant[];
  /** Byte offsets of registers in which writing 0 to a bit does nothing (GPSET, GPCLR): from the board file. */
  readonly writeOneOnly: readonly number[];
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

export type Grant = GpioGrant | I2cGrant | SpiGrant | UartGrant | MmioGrant | ClockGrant | LogGrant;
export type PermissionKind = Grant['kind'];

/** Everything one app may do. Absent means denied. */
export interface Grants {
  readonly gpio: ReadonlyMap<string, GpioGrant>;
  readonly i2c: ReadonlyMap<string, I2cGrant>;
  readonly spi: ReadonlyMap<string, SpiGrant>;
  readonly uart: ReadonlyMap<string, UartGrant>;
  readonly mmio: ReadonlyMap<string, MmioGrant>;
  readonly clock: ClockGrant | undefined;
  readonly log: LogGrant | undefined;
}

/** Why a call is refused, and what would allow it. */
export interface Refusal {
  readonly kind: PermissionKind;
  /** What was asked for, e.g. `line "status-led"` or `i2c device "environment", register 0xf4`. */
  readonly resource: string;
  /** The rule that refused, e.g. `no "gpio" permission for this line`. */
  readonly rule: string;
  /** The JSON to add to "permissions" in the manifest; undefined when a deny entry or the policy forbids it. */
  readonly manifestLine: string | undefined;
}
