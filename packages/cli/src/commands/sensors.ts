import type { Reading } from '@kanchi/sensor-framework';
import { readBoard } from '../app-files.ts';
import type { ConsoleIo } from '../console-io.ts';
import { lineNamesOf } from '../line-names.ts';
import { alignColumns } from '../live-table.ts';
import { rateText, valueText } from '../reading-text.ts';
import { parseSensorOptions } from './sensor-options.ts';
import { SensorSession } from './sensor-session.ts';

/** How long a sensor may take for its first reading before the list says so. */
const FIRST_READING_MS = 3000;

/** `kanchi sensors`: what the board has, what each channel measures and what it says now. */
export async function runSensorsCommand(parameters: readonly string[], io: ConsoleIo): Promise<number> {
  const options = parseSensorOptions('sensors', parameters);
  const board = readBoard(options.names[0] ?? options.board, lineNamesOf(options.backend));
  if (board.sensors.size === 0) {
    io.out(`${board.source}: no sensors; name them under "sensors" (docs/board.md)\n`);
    return 0;
  }
  const session = await SensorSession.start(options.backend, board, io);
  try {
    const first = new Map<string, readonly Reading[]>();
    await session.open([...board.sensors.keys()], { intervalNs: 60_000_000_000n, firstReading: 'at-once' });
    const hung = (sensor: string): boolean => {
      if (!first.has(sensor)) first.set(sensor, []);
      return first.size === board.sensors.size;
    };
    await session.watch({ milliseconds: FIRST_READING_MS, io, hung }, (sensor, readings) => {
      if (!first.has(sensor)) first.set(sensor, readings);
      return first.size === board.sensors.size;
    });
    const { sensors } = await session.hardware.state();
    const rows = sensors.flatMap(({ sensor, driver, bus, channels, shortestIntervalNs, failure }) =>
      channels.map(({ channel }, index) => [
        sensor,
        channel.name,
        channel.unit,
        `${channel.minimum} to ${channel.maximum}`,
        rateText(shortestIntervalNs),
        bus === undefined ? driver : `${driver}, ${bus}`,
        failure === undefined ? 'ok' : failure.reason,
        session.isHung(sensor) ? 'timeout' : valueText(first.get(sensor)?.[index]),
      ]),
    );
    const head = ['sensor', 'channel', 'unit', 'range', 'at most', 'read by', 'state', 'now'];
    io.out(`${alignColumns([head, ...rows]).join('\n')}\n`);
    return 0;
  } finally {
    await session.close();
  }
}
