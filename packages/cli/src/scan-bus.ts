import { HalError, type HalErrorCode, I2C_FIRST_ADDRESS, I2C_LAST_ADDRESS, type I2cBus } from '@kanchi/hal';

export interface ScanResult {
  /** Addresses at which somebody acknowledged. */
  readonly found: readonly number[];
  /** How many addresses nobody acknowledged. */
  readonly silentCount: number;
  /** What failed otherwise. */
  readonly failures: readonly {
    readonly address: number;
    readonly code: HalErrorCode;
    readonly text: string;
  }[];
}

/**
 * Addresses that are asked by reading a byte: some chips there take an address without data for a command (24Cxx, and those that
 * protect EEPROMs). The others are asked by a write without data, which only puts the address on the bus. As i2cdetect(8) does it.
 */
const readRanges = [
  [0x30, 0x37],
  [0x50, 0x5f],
] as const;

const silence: readonly HalErrorCode[] = [
  'HAL_I2C_NO_ACKNOWLEDGE_ADDRESS',
  'HAL_I2C_NO_ACKNOWLEDGE_DATA',
  'HAL_I2C_NO_ACKNOWLEDGE_UNKNOWN',
];

/** Asks every address of a bus once. Blocks for as long as that takes: about 20 ms at 100 kHz. */
export function scanBus(bus: I2cBus): ScanResult {
  const found: number[] = [];
  const failures: { address: number; code: HalErrorCode; text: string }[] = [];
  let silentCount = 0;
  for (let address = I2C_FIRST_ADDRESS; address <= I2C_LAST_ADDRESS; address += 1) {
    try {
      ask(bus, address);
      found.push(address);
    } catch (error) {
      if (!(error instanceof HalError)) throw error;
      if (silence.includes(error.code)) silentCount += 1;
      else failures.push({ address, code: error.code, text: error.message });
    }
  }
  return { found, silentCount, failures };
}

function ask(bus: I2cBus, address: number): void {
  const byRead = readRanges.some(([first, last]) => address >= first && address <= last);
  if (!byRead) {
    try {
      bus.transaction(address, [{ kind: 'write', bytes: new Uint8Array() }]);
      return;
    } catch (error) {
      // Some controllers cannot send an address alone.
      if (!(error instanceof HalError) || error.code !== 'HAL_NOT_SUPPORTED') throw error;
    }
  }
  bus.transaction(address, [{ kind: 'read', buffer: new Uint8Array(1) }]);
}
