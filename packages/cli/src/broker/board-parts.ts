import type { Board } from '@kanchi/runtime';
import { kernelBusOf } from '@kanchi/sensor-framework/worker';

/** What one broker's thread owns of a board. */
export interface BoardPart {
  /** Empty for the main part. */
  readonly name: string;
  readonly i2cBuses: readonly number[];
  readonly spiBuses: readonly number[];
  /** The board file without what others own. */
  readonly board: Board;
}

/** The part that owns a sensor: its bus, as `SensorState.bus` names it. */
export function partOfSensor(board: Board, label: string): string {
  const sensor = board.sensors.get(label);
  const device = sensor?.device;
  if (device === undefined) return kernelBusOf(sensor?.driver ?? '');
  const i2c = board.i2cDevices.get(device);
  if (i2c !== undefined) return `i2c-${i2c.bus}`;
  const spi = board.spiDevices.get(device);
  return spi === undefined ? '' : `spi-${spi.bus}`;
}

/**
 * Divides a board: each bus that a sensor is on gets a thread of its own, so that a slow or hung bus delays no other and
 * no line. The main part, which has everything else, is first.
 */
export function partsOfBoard(board: Board): BoardPart[] {
  const names = [...new Set([...board.sensors.keys()].map((label) => partOfSensor(board, label)))];
  const owned = (kind: 'i2c' | 'spi', bus: number): string =>
    names.includes(`${kind}-${bus}`) ? `${kind}-${bus}` : '';
  return ['', ...names].map((name) => {
    const i2c = only(board.i2cDevices, ({ bus }) => owned('i2c', bus) === name);
    const spi = only(board.spiDevices, ({ bus }) => owned('spi', bus) === name);
    const isMain = name === '';
    return {
      name,
      i2cBuses: isMain ? [] : [...new Set([...i2c.values()].map(({ bus }) => bus))],
      spiBuses: isMain ? [] : [...new Set([...spi.values()].map(({ bus }) => bus))],
      board: {
        ...board,
        lines: isMain ? board.lines : new Map(),
        uartPorts: isMain ? board.uartPorts : new Map(),
        mmioWindows: isMain ? board.mmioWindows : new Map(),
        pwmChannels: isMain ? board.pwmChannels : new Map(),
        i2cBuses: only(board.i2cBuses, ({ bus }) => owned('i2c', bus) === name),
        i2cDevices: i2c,
        spiDevices: spi,
        sensors: new Map([...board.sensors].filter(([label]) => partOfSensor(board, label) === name)),
        world: only(board.world, (_, label) =>
          isMain ? !i2cOrSpiOfOthers(label) : i2c.has(label) || spi.has(label),
        ),
      },
    };
    function i2cOrSpiOfOthers(label: string): boolean {
      const i2cBus = board.i2cDevices.get(label)?.bus;
      const spiBus = board.spiDevices.get(label)?.bus;
      return (
        (i2cBus !== undefined && owned('i2c', i2cBus) !== '') ||
        (spiBus !== undefined && owned('spi', spiBus) !== '')
      );
    }
  });
}

function only<Item>(
  entries: ReadonlyMap<string, Item>,
  keep: (item: Item, label: string) => boolean,
): Map<string, Item> {
  return new Map([...entries].filter(([label, item]) => keep(item, label)));
}
