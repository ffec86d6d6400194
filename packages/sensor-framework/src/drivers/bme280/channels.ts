import type { DriverChannel, DriverTimes } from '../sensor-driver.ts';
import type { Oversampling } from './registers.ts';
import { controlRead, dataRead, longestMeasurementMs } from './registers.ts';

/**
 * Measuring ranges: BST-BME280-DS002 tables 2 to 4. Accuracy: the widest that the tables state; 3 % at 25 degC and 20 to
 * 80 %, 1.5 degC down to -40 degC, 170 Pa down to -20 degC.
 */
export const temperatureChannel: DriverChannel = {
  name: 'temperature',
  unit: 'degC',
  minimum: -40,
  maximum: 85,
  accuracy: 1.5,
};

export const humidityChannel: DriverChannel = {
  name: 'humidity',
  unit: 'percent',
  minimum: 0,
  maximum: 100,
  accuracy: 3,
};

export const pressureChannel: DriverChannel = {
  name: 'pressure',
  unit: 'Pa',
  minimum: 30_000,
  maximum: 110_000,
  accuracy: 170,
};

export const bme280Channels: readonly DriverChannel[] = [
  temperatureChannel,
  humidityChannel,
  pressureChannel,
];

/** UM10204 section 3.1: a combined read of n bytes takes 30 bits and 9 a byte, see DEFAULT_MERGE_GAP. */
const readBits = (byteCount: number): number => 30 + 9 * byteCount;
/** Start, address, two pairs of register and value, stop. */
const WRITE_BITS = 1 + 9 + 4 * 9 + 1;
/** Standard mode, UM10204 table 10: the slowest bus that a board file is likely to have. */
const SLOWEST_CLOCK_HZ = 100_000;

/** What one reading takes of the bus: look at the control registers three times, start, fetch the data. */
const TRANSFER_MS =
  ((3 * readBits(controlRead.count) + WRITE_BITS + readBits(dataRead.count)) * 1_000) / SLOWEST_CLOCK_HZ;

const NS_PER_MS = 1e6;

export function bme280Times(oversampling: Oversampling): DriverTimes {
  const conversionMs = longestMeasurementMs(oversampling);
  const cycleMs = conversionMs + TRANSFER_MS;
  return {
    conversionNs: BigInt(Math.ceil(conversionMs * NS_PER_MS)),
    // In whole milliseconds, so that a late read may be followed by one on time.
    shortestIntervalNs: BigInt(Math.ceil(cycleMs)) * BigInt(NS_PER_MS),
    minimumGapNs: BigInt(Math.ceil(cycleMs * NS_PER_MS)),
  };
}
