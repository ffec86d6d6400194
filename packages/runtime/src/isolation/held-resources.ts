import type { RevokedResource } from '@kanchi/hal/remote';
import type { Board } from '../app/board.ts';
import type { GrantTarget } from '../policy/grant-target.ts';

/**
 * The hardware that an app must not hold any more once it has lost these targets. `held`: all that it has had until then. A
 * bus is given up only with the last device on it: a broker does not know which handle is for which device, and the app's own
 * thread refuses the calls to the others.
 */
export function resourcesOf(
  targets: readonly GrantTarget[],
  held: readonly GrantTarget[],
  board: Board,
): RevokedResource[] {
  const kept = new Set(
    held.filter((target) => !targets.includes(target)).map((target) => i2cBusOf(target, board)),
  );
  return targets.flatMap((target): RevokedResource[] => {
    const at = target.indexOf(':');
    const label = target.slice(at + 1);
    switch (target.slice(0, at)) {
      case 'gpio': {
        const line = board.lines.get(label);
        return line === undefined ? [] : [{ kind: 'gpio', chip: line.chip, offset: line.line }];
      }
      case 'i2c': {
        const bus = i2cBusOf(target, board);
        return bus === undefined || kept.has(bus) ? [] : [{ kind: 'i2c', bus }];
      }
      case 'spi': {
        const device = board.spiDevices.get(label);
        return device === undefined ? [] : [{ kind: 'spi', bus: device.bus, chipSelect: device.chipSelect }];
      }
      case 'uart': {
        const port = board.uartPorts.get(label);
        return port === undefined ? [] : [{ kind: 'uart', port: port.port }];
      }
      case 'pwm': {
        const wired = board.pwmChannels.get(label);
        return wired === undefined ? [] : [{ kind: 'pwm', chip: wired.chip, channel: wired.channel }];
      }
      case 'mmio': {
        const window = board.mmioWindows.get(label);
        return window === undefined ? [] : [{ kind: 'mmio', device: window.device, base: window.base }];
      }
      default:
        return [];
    }
  });
}

/** Number of the bus that an I2C target is on; undefined for any other. */
function i2cBusOf(target: GrantTarget, board: Board): number | undefined {
  if (!target.startsWith('i2c:')) return undefined;
  const label = target.slice('i2c:'.length);
  return board.i2cDevices.get(label)?.bus ?? board.i2cBuses.get(label)?.bus;
}
