import { type BackendName, chooseBackend } from '../backend.ts';
import { parseParameters, parsePositive } from '../parameters.ts';

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
  const { values, positionals } = parseParameters(command, parameters, {
    board: 'string',
    backend: 'string',
    interval: 'string',
    seconds: 'string',
    count: 'string',
  });
  return {
    backend: chooseBackend(values.backend),
    names: positionals,
    board: values.board ?? '.',
    intervalMs: numberOf('--interval', values.interval, 1000, MAX_INTERVAL_MS),
    seconds:
      values.seconds === undefined ? undefined : parsePositive('--seconds', values.seconds, MAX_SECONDS),
    count: Math.ceil(numberOf('--count', values.count, 1, MAX_COUNT)),
  };
}

function numberOf(option: string, text: string | undefined, otherwise: number, most: number): number {
  return text === undefined ? otherwise : parsePositive(option, text, most);
}
