import { I2C_FIRST_ADDRESS, I2C_LAST_ADDRESS, PWM_MAX_PERIOD_NS } from '@kanchi/hal';
import type { Board } from '../app/board.ts';
import type { PermissionEntry } from './entry-schema.ts';
import {
  MAX_LOG_BYTES_PER_SECOND,
  MAX_PERMITTED_BYTES,
  MAX_SENSOR_RATE_HZ,
  MAX_SPI_CLOCK_HZ,
  MIN_TIMER_INTERVAL_MS,
} from './limits.ts';
import { messageActionNames } from './message.ts';

/**
 * Every permission that one entry can give for what a board has. Not for windows and connections: a window may have more
 * registers than a manifest can grant, and a connection has no entry for all of them.
 */
export function everyPermission(board: Board): PermissionEntry[] {
  const maxTransactionBytes = MAX_PERMITTED_BYTES;
  const addresses = [{ first: I2C_FIRST_ADDRESS, last: I2C_LAST_ADDRESS }];
  return [
    ...[...board.lines.keys()].map(
      (line): PermissionEntry => ({ kind: 'gpio', line, actions: ['read', 'write', 'watch'] }),
    ),
    ...[...board.i2cDevices.keys()].map(
      (device): PermissionEntry => ({ kind: 'i2c', device, actions: ['read', 'write'], maxTransactionBytes }),
    ),
    ...[...board.i2cBuses.keys()].map(
      (bus): PermissionEntry => ({
        kind: 'i2c',
        bus,
        addresses,
        actions: ['read', 'write'],
        maxTransactionBytes,
      }),
    ),
    ...[...board.spiDevices.keys()].map(
      (device): PermissionEntry => ({
        kind: 'spi',
        device,
        maxClockHz: MAX_SPI_CLOCK_HZ,
        modes: [0, 1, 2, 3],
        maxTransactionBytes,
      }),
    ),
    ...[...board.uartPorts.keys()].map(
      (port): PermissionEntry => ({ kind: 'uart', port, actions: ['read', 'write'] }),
    ),
    ...[...board.pwmChannels.keys()].map(
      (channel): PermissionEntry => ({
        kind: 'pwm',
        channel,
        periodsNs: { first: 1, last: PWM_MAX_PERIOD_NS },
        dutiesNs: { first: 0, last: PWM_MAX_PERIOD_NS },
      }),
    ),
    ...[...board.sensors.keys()].map(
      (sensor): PermissionEntry => ({ kind: 'sensor', sensor, maximumRateHz: MAX_SENSOR_RATE_HZ }),
    ),
    { kind: 'message', actions: [...messageActionNames], topics: ['*'] },
    {
      kind: 'clock',
      actions: ['monotonic', 'wall', 'sleep', 'timer'],
      minimumIntervalMs: MIN_TIMER_INTERVAL_MS,
    },
    { kind: 'log', maxBytesPerSecond: MAX_LOG_BYTES_PER_SECOND },
  ];
}
