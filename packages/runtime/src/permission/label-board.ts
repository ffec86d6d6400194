import { type Board, parseBoard } from '../app/board.ts';
import type { Manifest } from '../app/manifest.ts';
import type { DenyEntry, PermissionEntry } from './entry-schema.ts';
import { MAX_WINDOW_BYTES } from './limits.ts';

/** One of each that has a label, as the board file of a device without particulars would describe it. */
const one = parseBoard(
  {
    kanchi: 1,
    name: 'any-board',
    lines: { line: { line: 0 } },
    i2c: {
      buses: { bus: { bus: 0 } },
      // The longer register address, so that no register of a manifest is too large for it.
      devices: { device: { bus: 0, address: 0x08, registerAddressing: { addressBytes: 2 } } },
    },
    spi: { devices: { chip: { bus: 0, chipSelect: 0 } } },
    uart: { ports: { port: { port: 'port', baud: 9600 } } },
    mmio: { windows: { window: { device: 'window', byteLength: MAX_WINDOW_BYTES } } },
    pwm: { channels: { output: { channel: 0, periodNs: 1 } } },
    sensors: { sensor: { driver: 'any' } },
  },
  'any board',
);

/**
 * A board that has every label of the manifests, for questions about manifests alone. Each I2C device is on a bus of its
 * own: which bus has it is not in a manifest.
 */
export function labelBoard(manifests: readonly Manifest[]): Board {
  const entries: readonly (PermissionEntry | DenyEntry)[] = manifests.flatMap(({ permissions, deny }) => [
    ...permissions,
    ...deny,
  ]);
  let busCount = 0;
  const ownBus = (): number => {
    busCount += 1;
    return busCount;
  };
  const section = <Item>(
    from: ReadonlyMap<string, Item>,
    labelOf: (entry: PermissionEntry | DenyEntry) => string | undefined,
    particulars: () => Partial<Item> = () => ({}),
  ): ReadonlyMap<string, Item> => {
    const [[, item] = []] = from;
    const labels = new Set(entries.map(labelOf).filter((label) => label !== undefined));
    return item === undefined
      ? new Map()
      : new Map([...labels].map((label) => [label, { ...item, ...particulars() }]));
  };
  return {
    ...one,
    lines: section(one.lines, (entry) => (entry.kind === 'gpio' ? entry.line : undefined)),
    i2cBuses: section(
      one.i2cBuses,
      (entry) => (entry.kind === 'i2c' ? entry.bus : undefined),
      () => ({ bus: ownBus() }),
    ),
    i2cDevices: section(
      one.i2cDevices,
      (entry) => (entry.kind === 'i2c' ? entry.device : undefined),
      () => ({ bus: ownBus() }),
    ),
    spiDevices: section(one.spiDevices, (entry) => (entry.kind === 'spi' ? entry.device : undefined)),
    uartPorts: section(one.uartPorts, (entry) => (entry.kind === 'uart' ? entry.port : undefined)),
    mmioWindows: section(one.mmioWindows, (entry) => (entry.kind === 'mmio' ? entry.window : undefined)),
    pwmChannels: section(one.pwmChannels, (entry) => (entry.kind === 'pwm' ? entry.channel : undefined)),
    sensors: section(one.sensors, (entry) => (entry.kind === 'sensor' ? entry.sensor : undefined)),
  };
}
