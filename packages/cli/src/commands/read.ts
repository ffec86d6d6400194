import { readBoard } from '../app-files.ts';
import type { ConsoleIo } from '../console-io.ts';
import { CommandError, commandErrorTable } from '../error.ts';
import { lineNamesOf } from '../line-names.ts';
import { valueText } from '../reading-text.ts';
import { parseSensorOptions } from './sensor-options.ts';
import { SensorSession } from './sensor-session.ts';

/** `kanchi read`: one sensor, one line for each channel and reading. The exit code tells whether the last had values. */
export async function runReadCommand(parameters: readonly string[], io: ConsoleIo): Promise<number> {
  const options = parseSensorOptions('read', parameters);
  const [sensor, folder] = options.names;
  if (sensor === undefined) {
    throw new CommandError('KANCHI_USAGE', 'read what? kanchi read <sensor> [folder with board.json]');
  }
  const session = await SensorSession.start(
    options.backend,
    readBoard(folder ?? options.board, lineNamesOf(options.backend)),
    io,
  );
  try {
    const intervalNs = BigInt(Math.round(options.intervalMs * 1e6));
    await session.open([sensor], { intervalNs, firstReading: 'at-once' });
    let count = 0;
    let failed = true;
    const milliseconds = options.seconds === undefined ? undefined : options.seconds * 1000;
    // The last words of a sensor whose thread hangs; the thread has none.
    const hung = (): boolean => {
      if (count >= options.count) return true;
      count += 1;
      failed = true;
      for (const { channel } of session.describe(sensor)?.channels ?? []) {
        io.out(`${sensor} ${channel.name} timeout ${channel.unit}\n`);
      }
      return count >= options.count;
    };
    await session.watch({ milliseconds, io, hung }, (_, readings) => {
      if (count >= options.count) return true;
      count += 1;
      for (const reading of readings) {
        io.out(`${sensor} ${reading.channel} ${valueText(reading)} ${reading.unit}\n`);
      }
      failed = readings.some(({ reason }) => reason !== undefined);
      return count >= options.count;
    });
    return failed ? commandErrorTable.KANCHI_NO_READING.exitCode : 0;
  } finally {
    await session.close();
  }
}
