import { parseArgs } from 'node:util';
import { type BackendName, chooseBackend } from '../backend.ts';
import { CommandError } from '../error.ts';

export interface SensorOptions {
  readonly backend: BackendName;
  readonly names: readonly string[];
  /** Folder with a board.json, or the file itself. */
  readonly board: string;
  readonly intervalMs: number;
  readonly seconds: number | undefined;
  readonly count: number;
}

const MAX_INTERVAL_MS = 86_400_000;
/** What one timer takes, milliseconds in 32 bits with sign: 24 days. */
const MAX_SECONDS = 2_147_483;
const MAX_COUNT = 1_000_000;

/** Parameters of the commands that look at sensors. Throws CommandError KANCHI_USAGE. */
export function parseSensorOptions(command: string, parameters: readonly string[]): SensorOptions {
  const { values, positionals } = parse(command, parameters);
  return {
    backend: chooseBackend(values.backend),
    names: positionals,
    board: values.board ?? '.',
    intervalMs: numberOf('--interval', values.interval, 1000, MAX_INTERVAL_MS),
    seconds: values.seconds === undefined ? undefined : numberOf('--seconds', values.seconds, 1, MAX_SECONDS),
    count: Math.ceil(numberOf('--count', values.count, 1, MAX_COUNT)),
  };
}

function parse(command: string, parameters: readonly string[]) {
  try {
    return parseArgs({
      args: [...parameters],
      allowPositionals: true,
      options: {
        board: { type: 'string' },
        backend: { type: 'string' },
        interval: { type: 'string' },
        seconds: { type: 'string' },
        count: { type: 'string' },
        debug: { type: 'boolean' },
      },
    });
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).replace(/\. To specify.*$/su, '');
    throw new CommandError('KANCHI_USAGE', `kanchi ${command}: ${reason}; run: kanchi help`, {
      cause: error,
    });
  }
}

function numberOf(option: string, text: string | undefined, otherwise: number, most: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (text.trim() === '' || !(value > 0) || value > most) {
    throw new CommandError(
      'KANCHI_USAGE',
      `${option} is a number above 0 and at most ${most}, not "${text}"`,
    );
  }
  return value;
}
