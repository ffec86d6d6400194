/** The counting rules of the DS1338's calendar registers 0x00 to 0x06 (table 3 of 19-4977, "clock and calendar"). Pure. */

// Table 3: addresses.
export const SECONDS = 0x00;
export const MINUTES = 0x01;
export const HOURS = 0x02;
export const DAY = 0x03;
export const DATE = 0x04;
export const MONTH = 0x05;
export const YEAR = 0x06;

/** Bit 7 of the seconds stops the oscillator. */
export const CLOCK_HALT = 0x80;
const SECONDS_BITS = 0x7f;
/** Bits of the hours: twelve-hour mode, and then PM. */
const TWELVE_HOURS = 0x40;
const PM = 0x20;

const SECONDS_PER_DAY = 86_400;
const DAYS_PER_WEEK = 7;
/** The two digits of the year stand for 2000 to 2099, and every fourth of them is a leap year. */
const CENTURY_START_MS = Date.UTC(2000, 0, 1);
const SECONDS_PER_CENTURY = (Date.UTC(2100, 0, 1) - CENTURY_START_MS) / 1000;

/** Seconds from the start of 2000 to this wall time, or undefined when it is in another century. */
export function centurySecondsOf(wallNs: bigint): number | undefined {
  const seconds = Number(wallNs / 1_000_000_000n) - CENTURY_START_MS / 1000;
  return seconds >= 0 && seconds < SECONDS_PER_CENTURY ? seconds : undefined;
}

/** Sets the registers to this time, seconds from the start of 2000, in 24-hour mode; Monday is day 1. */
export function setCalendar(registers: Uint8Array, centurySeconds: number): void {
  registers[HOURS] = 0;
  write(registers, centurySeconds);
  const sundayFirst = new Date(CENTURY_START_MS + centurySeconds * 1000).getUTCDay();
  registers[DAY] = sundayFirst === 0 ? DAYS_PER_WEEK : sundayFirst;
}

/**
 * Counts `seconds` on, 0 or more. The day of the week counts on at midnight, whatever it was. Registers that hold no time
 * (the thirtieth of February, 0x7a seconds) stand still: the datasheet leaves undefined what they do.
 */
export function advanceCalendar(registers: Uint8Array, seconds: number): void {
  const before = read(registers);
  if (before === undefined || seconds === 0) return;
  const after = before + seconds;
  const midnights = Math.floor(after / SECONDS_PER_DAY) - Math.floor(before / SECONDS_PER_DAY);
  if (midnights > 0) registers[DAY] = (((registers[DAY] ?? 0) + midnights + 6) % DAYS_PER_WEEK) + 1;
  write(registers, after % SECONDS_PER_CENTURY);
}

/** Seconds from the start of 2000; undefined when a register holds what it cannot count from. */
function read(registers: Uint8Array): number | undefined {
  const second = fromBcd((registers[SECONDS] ?? 0) & SECONDS_BITS);
  const minute = fromBcd(registers[MINUTES] ?? 0);
  const hour = readHour(registers[HOURS] ?? 0);
  const date = fromBcd(registers[DATE] ?? 0);
  const month = fromBcd(registers[MONTH] ?? 0);
  const year = fromBcd(registers[YEAR] ?? 0);
  // Not a number compares as false with everything.
  if (!(second < 60 && minute < 60 && hour < 24 && year < 100)) return undefined;
  if (!(month >= 1 && month <= 12 && date >= 1)) return undefined;
  // Day 0 of the next month is the last of this one.
  if (date > new Date(Date.UTC(2000 + year, month, 0)).getUTCDate()) return undefined;
  return (Date.UTC(2000 + year, month - 1, date, hour, minute, second) - CENTURY_START_MS) / 1000;
}

function write(registers: Uint8Array, centurySeconds: number): void {
  const time = new Date(CENTURY_START_MS + centurySeconds * 1000);
  registers[SECONDS] = toBcd(time.getUTCSeconds());
  registers[MINUTES] = toBcd(time.getUTCMinutes());
  registers[HOURS] = hourLike(registers[HOURS] ?? 0, time.getUTCHours());
  registers[DATE] = toBcd(time.getUTCDate());
  registers[MONTH] = toBcd(time.getUTCMonth() + 1);
  registers[YEAR] = toBcd(time.getUTCFullYear() - 2000);
}

function readHour(register: number): number {
  if ((register & TWELVE_HOURS) === 0) return fromBcd(register);
  const hour = fromBcd(register & ~(TWELVE_HOURS | PM));
  if (!(hour >= 1 && hour <= 12)) return Number.NaN;
  return (hour % 12) + ((register & PM) === 0 ? 0 : 12);
}

/** This hour in the mode that the register has. */
function hourLike(register: number, hour: number): number {
  if ((register & TWELVE_HOURS) === 0) return toBcd(hour);
  const half = hour % 12;
  return TWELVE_HOURS | (hour < 12 ? 0 : PM) | toBcd(half === 0 ? 12 : half);
}

/** Not a number for a digit above 9. */
function fromBcd(value: number): number {
  const tens = value >> 4;
  const ones = value & 0x0f;
  return tens > 9 || ones > 9 ? Number.NaN : tens * 10 + ones;
}

function toBcd(value: number): number {
  return (Math.floor(value / 10) << 4) | (value % 10);
}
