import type { GpioLineNames } from '@kanchi/hal';
import { type Board, type Manifest, RuntimeError } from '@kanchi/runtime';
import { readBoard, readManifest } from '../app-files.ts';
import { type BackendName, chooseBackend } from '../backend.ts';
import { CommandError } from '../error.ts';
import { lineNamesOf } from '../line-names.ts';
import { parseParameters, parsePositive } from '../parameters.ts';

/** What the commands for bench work have in common: who may do it, on what, and how it is told. */
export interface BenchOptions {
  /** Words that are no options: what to do, with which label, with which bytes. */
  readonly words: readonly string[];
  readonly backend: BackendName;
  readonly board: Board;
  /** What an app may do, from `--manifest`; without it the least permission that the line needs. */
  readonly manifest: { readonly manifest: Manifest; readonly file: string } | undefined;
  readonly asJson: boolean;
  readonly seconds: number | undefined;
  readonly edges: 'rising' | 'falling' | 'both';
  /** Bytes to read behind those that are sent. */
  readonly readCount: number | undefined;
}

/** Longest time that can be asked for, seconds: a timer of Node.js has 31 bits of milliseconds. */
const MAX_SECONDS = 2_147_483;
/** Most bytes of one transaction, as for apps. */
export const MAX_BENCH_BYTES = 8192;

/** Options that not every command takes. */
type OwnOption = 'seconds' | 'edges' | 'read';

/**
 * Throws CommandError KANCHI_USAGE and what reading the files does, e.g. RuntimeError KANCHI_FILE_NOT_FOUND. `own`: the options
 * that the command takes besides those that all of them do.
 */
export function parseBenchOptions(
  command: string,
  own: readonly OwnOption[],
  parameters: readonly string[],
): BenchOptions {
  const { values, positionals } = parse(command, own, parameters);
  const edges = values.edges ?? 'both';
  if (edges !== 'rising' && edges !== 'falling' && edges !== 'both') {
    throw new CommandError('KANCHI_USAGE', `--edges is rising, falling or both, not "${edges}"`);
  }
  const file = values.manifest;
  const backend = chooseBackend(values.backend);
  return {
    words: positionals,
    backend,
    board: boardOf(command, values.board, lineNamesOf(backend)),
    manifest: file === undefined ? undefined : { manifest: readManifest(file), file },
    asJson: values.json ?? false,
    seconds:
      values.seconds === undefined ? undefined : parsePositive('--seconds', values.seconds, MAX_SECONDS),
    edges,
    readCount: values.read === undefined ? undefined : countOf('--read', values.read),
  };
}

/** How many bytes to read: 1 to MAX_BENCH_BYTES. Throws CommandError KANCHI_USAGE. */
export function countOf(what: string, text: string): number {
  const count = /^\d+$/u.test(text) ? Number(text) : 0;
  if (count < 1 || count > MAX_BENCH_BYTES) {
    throw new CommandError('KANCHI_USAGE', `${what} is 1 to ${MAX_BENCH_BYTES} bytes, not "${text}"`);
  }
  return count;
}

function boardOf(command: string, path: string | undefined, lineNames: GpioLineNames): Board {
  try {
    return readBoard(path ?? '.', lineNames);
  } catch (error) {
    if (path !== undefined || !(error instanceof RuntimeError) || error.code !== 'KANCHI_FILE_NOT_FOUND') {
      throw error;
    }
    throw new RuntimeError(
      'KANCHI_FILE_NOT_FOUND',
      `kanchi ${command} uses the labels of a board file, and there is no board.json here; name one: --board <folder or file>`,
      { cause: error },
    );
  }
}

function parse(command: string, own: readonly OwnOption[], parameters: readonly string[]) {
  const { values, positionals } = parseParameters(command, parameters, {
    board: 'string',
    backend: 'string',
    manifest: 'string',
    json: 'boolean',
    seconds: 'string',
    edges: 'string',
    read: 'string',
  });
  for (const option of ['seconds', 'edges', 'read'] as const) {
    if (values[option] !== undefined && !own.includes(option)) {
      throw new CommandError('KANCHI_USAGE', `kanchi ${command} has no --${option}; run: kanchi help`);
    }
  }
  return { values, positionals };
}
