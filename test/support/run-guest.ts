import { readFileSync } from 'node:fs';
import { VirtualClock as Clock, MockBoard, type VirtualClock } from '@kanchi/hal/mock';
import { type AppExit, InlineExecutor, loadModule, parseBoard, parseManifest } from '@kanchi/runtime';
import { repositoryRoot } from './repository.ts';

export interface GuestRun {
  readonly exit: AppExit;
  /** What it wrote to its standard output, and to its standard error. */
  readonly output: string;
  readonly errorOutput: string;
  readonly logLines: readonly string[];
  readonly denials: readonly string[];
  readonly hardware: MockBoard;
  readonly clock: VirtualClock;
}

export interface GuestRunOptions {
  /** Entries of "permissions"; log is always granted. */
  readonly permissions?: readonly object[];
  /** The board file without its head. */
  readonly board?: object;
  readonly arguments?: readonly string[];
  /** Virtual time after which the guest is asked to stop, seconds. Default 1. */
  readonly seconds?: number;
  /** Puts parts on the board before the guest starts. */
  readonly wire?: (hardware: MockBoard, clock: VirtualClock) => void;
}

/** Runs `test/guests/build/<name>.wasm` on a board of its own with virtual time, until it ends. */
export async function runGuest(name: string, options: GuestRunOptions = {}): Promise<GuestRun> {
  const clock = new Clock();
  const hardware = new MockBoard({ clock });
  options.wire?.(hardware, clock);
  const manifest = parseManifest(
    {
      kanchi: 1,
      name,
      version: '0.0.0',
      permissions: [{ kind: 'log' }, ...(options.permissions ?? [])],
      ...(options.arguments === undefined ? {} : { arguments: options.arguments }),
    },
    'manifest of the test',
  );
  const board = parseBoard({ kanchi: 1, name: 'test', ...options.board }, 'board of the test');
  const path = `${repositoryRoot}test/guests/build/${name}.wasm`;
  const module = loadModule(readFileSync(path), { source: path, maximumPages: manifest.limits.memoryPages });
  const durationNs = BigInt(Math.round((options.seconds ?? 1) * 1e9));
  const executor = new InlineExecutor({ hal: hardware, clock, durationNs });
  const decoder = new TextDecoder();
  let output = '';
  let errorOutput = '';
  const logLines: string[] = [];
  const denials: string[] = [];
  const execution = executor.start(
    { manifest, board, module },
    {
      log: ({ text }) => {
        logLines.push(text);
      },
      standardOutput: (bytes) => {
        output += decoder.decode(bytes);
      },
      standardError: (bytes) => {
        errorOutput += decoder.decode(bytes);
      },
      denial: (text) => {
        denials.push(text);
      },
    },
  );
  const exit = await execution.exited;
  return { exit, output, errorOutput, logLines, denials, hardware, clock };
}
