import { parseArgs } from 'node:util';
import { type Board, type Manifest, RuntimeError } from '@kanchi/runtime';
import { readBoard, readManifest } from '../app-files.ts';
import { type BackendName, chooseBackend } from '../backend.ts';
import { CommandError } from '../error.ts';

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
  return {
    words: positionals,
    backend: chooseBackend(values.backend),
    board: boardOf(command, values.board),
    manifest: file === undefined ? undefined : { manifest: readManifest(file), file },
    asJson: values.json ?? false,
    seconds: secondsOf(values.seconds),
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

function boardOf(command: string, path: string | undefined): Board {
  try {
    return readBoard(path ?? '.');
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

function secondsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (text.trim() === '' || !(seconds > 0) || seconds > MAX_SECONDS) {
    throw new CommandError(
      'KANCHI_USAGE',
      `--seconds is a number above 0 and at most ${MAX_SECONDS}, not "${text}"`,
    );
  }
  return seconds;
}

function parse(command: string, own: readonly OwnOption[], parameters: readonly string[]) {
  const { values, positionals } = parseStrictly(command, parameters);
  for (const option of ['seconds', 'edges', 'read'] as const) {
    if (values[option] !== undefined && !own.includes(option)) {
      throw new CommandError('KANCHI_USAGE', `kanchi ${command} has no --${option}; run: kanchi help`);
    }
  }
  return { values, positionals };
}

function parseStrictly(command: string, parameters: readonly string[]) {
  try {
    return parseArgs({
      args: [...parameters],
      allowPositionals: true,
      options: {
        board: { type: 'string' },
        backend: { type: 'string' },
        manifest: { type: 'string' },
        json: { type: 'boolean' },
        seconds: { type: 'string' },
        edges: { type: 'string' },
        read: { type: 'string' },
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
