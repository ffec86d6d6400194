import type { Clock, Hal } from '@kanchi/hal';
import { HalError, NS_PER_S } from '@kanchi/hal';
import type { Board, BoardSensor } from '@kanchi/runtime';
import { RuntimeError } from '@kanchi/runtime/extension';
import { findSensorDriver } from '../drivers/parts.ts';
import type { SensorDriver, SensorDriverPart, SensorWiring } from '../drivers/sensor-driver.ts';
import { SensorError } from '../error.ts';
import { boardCalibration } from './board-calibration.ts';
import type { HubSensorEntry } from './hub-sensor.ts';
import { kernelBusOf } from './kernel-bus.ts';

/** Where the sensors of a board are read. */
export interface BoardSensorsOptions {
  readonly hal: Hal;
  readonly clock: Clock;
  readonly drivers: readonly SensorDriverPart[];
}

/**
 * Starts the driver of every sensor that the board file names. The parts themselves need not be there. Throws
 * RuntimeError KANCHI_BOARD_INVALID, which names the field of the board file; every driver that was started is closed then.
 */
export function openBoardSensors(board: Board, options: BoardSensorsOptions): HubSensorEntry[] {
  const opened: HubSensorEntry[] = [];
  try {
    for (const [label, sensor] of board.sensors) opened.push(open(board, label, sensor, options));
  } catch (error) {
    for (const { driver } of opened) driver.close();
    throw error;
  }
  return opened;
}

function open(
  board: Board,
  label: string,
  sensor: BoardSensor,
  options: BoardSensorsOptions,
): HubSensorEntry {
  const { hal, clock, drivers } = options;
  try {
    const part = findSensorDriver(drivers, sensor.driver);
    const wiring = wiringOf(board, sensor, part);
    const driver = part.create({ hal, clock, wiring, consumer: `sensor ${label}`, options: sensor.options });
    return {
      name: label,
      driverName: part.name,
      bus: busOf(wiring, part.name),
      driver,
      ...calibrated(sensor, driver),
      ...(sensor.maximumRateHz === undefined
        ? {}
        : { shortestIntervalNs: BigInt(Math.ceil(Number(NS_PER_S) / sensor.maximumRateHz)) }),
    };
  } catch (error) {
    if (error instanceof SensorError || error instanceof HalError) {
      throw new RuntimeError(
        'KANCHI_BOARD_INVALID',
        `${board.source}: "sensors.${label}": ${error.message}`,
        {
          cause: error,
        },
      );
    }
    throw error;
  }
}

/** Throws as `boardCalibration` does, with the driver closed. */
function calibrated(sensor: BoardSensor, driver: SensorDriver): Pick<HubSensorEntry, 'calibration'> {
  try {
    const calibration = boardCalibration(sensor, driver.channels);
    return calibration.size === 0 ? {} : { calibration };
  } catch (error) {
    driver.close();
    throw error;
  }
}

/** Throws SENSOR_BAD_DESCRIPTION when the entry names no device and the driver needs one, or the other way round. */
function wiringOf(board: Board, { device }: BoardSensor, part: SensorDriverPart): SensorWiring {
  if (device === undefined) {
    if (part.wiring === 'kernel') return { kind: 'kernel' };
    throw refused(part, `it needs "device", a label under "${part.wiring}.devices"`);
  }
  const i2c = board.i2cDevices.get(device);
  if (i2c !== undefined) return { kind: 'i2c', bus: i2c.bus, address: i2c.address };
  const spi = board.spiDevices.get(device);
  if (spi === undefined) throw refused(part, `no device "${device}"`);
  const { bus, chipSelect, clockHz, mode } = spi;
  return { kind: 'spi', bus, chipSelect, clockHz, mode };
}

function refused(part: SensorDriverPart, why: string): SensorError {
  return new SensorError('SENSOR_BAD_DESCRIPTION', `${part.name}: device: ${why}`, {
    part: part.name,
    field: 'device',
  });
}

/** Parts on one bus wait for each other. */
function busOf(wiring: SensorWiring, driver: string): string {
  return wiring.kind === 'kernel' ? kernelBusOf(driver) : `${wiring.kind}-${wiring.bus}`;
}
