import { ChannelLog } from '@kanchi/sensor-framework';
import { readBoard } from '../app-files.ts';
import { channelSummary, summaryHead } from '../channel-summary.ts';
import type { ConsoleIo } from '../console-io.ts';
import { lineNamesOf } from '../line-names.ts';
import { alignColumns, LiveTable } from '../live-table.ts';
import { valueText } from '../reading-text.ts';
import { sparkline } from '../sparkline.ts';
import { parseSensorOptions } from './sensor-options.ts';
import { SensorSession } from './sensor-session.ts';

/** Values in a sparkline. */
const HISTORY = 30;

interface Row {
  readonly sensor: string;
  readonly channel: string;
  readonly unit: string;
  readonly log: ChannelLog;
  /** What is older is no value any more. */
  readonly maximumAgeNs: bigint;
  readings: number;
  failures: number;
  history: (number | undefined)[];
}

/** `kanchi watch`: the board's sensors (or the named ones) live, each channel with what it said lately. */
export async function runWatchCommand(parameters: readonly string[], io: ConsoleIo): Promise<number> {
  const options = parseSensorOptions('watch', parameters);
  const board = readBoard(options.board, lineNamesOf(options.backend));
  const session = await SensorSession.start(options.backend, board, io);
  try {
    const intervalNs = BigInt(Math.round(options.intervalMs * 1e6));
    const rows = new Map<string, Row>();
    const sensors = options.names.length === 0 ? [...board.sensors.keys()] : options.names;
    const contracts = await session.open(sensors, { intervalNs, firstReading: 'at-once' });
    for (const sensor of sensors) {
      const { channels = [], stepTimeoutNs = 0n } = session.describe(sensor) ?? {};
      const maximumAgeNs = 2n * (contracts.get(sensor)?.intervalNs ?? intervalNs) + stepTimeoutNs;
      for (const { channel } of channels) {
        const row: Row = {
          sensor,
          channel: channel.name,
          unit: channel.unit,
          log: new ChannelLog(channel),
          maximumAgeNs,
          readings: 0,
          failures: 0,
          history: [],
        };
        rows.set(`${sensor} ${channel.name}`, row);
      }
    }
    const table = new LiveTable(io);
    const show = (): void => {
      const nowNs = process.hrtime.bigint();
      const cells = [...rows.values()].map((row) => [
        row.sensor,
        row.channel,
        session.isHung(row.sensor) ? 'timeout' : valueText(row.log.current(nowNs, row.maximumAgeNs)),
        row.unit,
        `${row.readings}`,
        `${row.failures}`,
      ]);
      const lines = alignColumns([['sensor', 'channel', 'now', 'unit', 'readings', 'no value'], ...cells]);
      const width = Math.max(...lines.map((line) => Array.from(line).length));
      // The newest values of as many as there is room for: the table's cut would take those away.
      const { columns = Number.POSITIVE_INFINITY } = io.terminalSize() ?? {};
      const room = Math.max(1, Math.min(HISTORY, columns - width - 2));
      const lately = ['lately', ...[...rows.values()].map(({ history }) => sparkline(history.slice(-room)))];
      table.update(lines.map((line, index) => `${line.padEnd(width)}  ${lately[index]}`));
    };
    const milliseconds = options.seconds === undefined ? undefined : options.seconds * 1000;
    await session.watch({ milliseconds, io, each: show }, (sensor, readings) => {
      for (const reading of readings) {
        const row = rows.get(`${sensor} ${reading.channel}`);
        if (row === undefined) continue;
        // A point that was given up while its read hung may come once more, with its value.
        if (reading.sequence > (row.log.last?.sequence ?? 0)) row.log.record(reading);
        row.readings += 1;
        if (reading.reason !== undefined) row.failures += 1;
        row.history = [...row.history, reading.value].slice(-HISTORY);
      }
      return false;
    });
    show();
    table.leave();
    const summary = [...rows.values()].map(({ sensor, log }) => channelSummary(sensor, log.snapshot()));
    io.out(`\n${alignColumns([summaryHead, ...summary]).join('\n')}\n`);
    return 0;
  } finally {
    await session.close();
  }
}
