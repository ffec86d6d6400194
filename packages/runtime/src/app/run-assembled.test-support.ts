import { MockBoard, VirtualClock } from '@kanchi/hal/mock';
import { type AssembledModule, assembleModule } from '../guest/assemble-module.test-support.ts';
import { loadModule } from '../guest/load-module.ts';
import type { AppContext } from '../host-api/app-context.ts';
import type { HostApi } from '../host-api/host-api.ts';
import { kanchiHostApis } from '../host-api/registry.ts';
import { InlineExecutor } from '../isolation/inline-executor.ts';
import type { AppExit } from './app-exit.ts';
import { parseBoard } from './board.ts';
import { parseManifest } from './manifest.ts';

export interface AssembledRun {
  readonly exit: AppExit;
  /** What the module passed to `probe.note`, in order. */
  readonly notes: readonly number[];
  readonly output: string;
  readonly logLines: readonly string[];
  readonly denials: readonly string[];
  readonly hardware: MockBoard;
  /** The guest's memory after its end, from address 0. */
  readonly memory: Uint8Array;
}

/** Runs an assembled module on a board with the line "lamp" on GPIO17, with every permission for it, time and log. */
export async function runAssembled(
  module: AssembledModule,
  options: {
    readonly seconds?: number;
    readonly arguments?: readonly string[];
    readonly log?: object;
    /** Of the manifest; 4 pages of memory when left out. */
    readonly limits?: object;
  } = {},
): Promise<AssembledRun> {
  const clock = new VirtualClock();
  const hardware = new MockBoard({ clock });
  const notes: number[] = [];
  const logLines: string[] = [];
  const denials: string[] = [];
  const decoder = new TextDecoder();
  let output = '';
  let context: AppContext | undefined;
  const probe: HostApi = {
    module: 'probe',
    signatures: { note: '(i)', fault: '()' },
    create: (given) => {
      context = given;
      return {
        note: (value: number): undefined => {
          notes.push(value);
        },
        fault: (): never => {
          throw new Error('the probe is broken');
        },
      };
    },
  };
  const manifest = parseManifest(
    {
      kanchi: 1,
      name: 'assembled',
      version: '0.0.0',
      permissions: [
        { kind: 'gpio', line: 'lamp', actions: ['read', 'write'] },
        { kind: 'clock', actions: ['monotonic', 'wall', 'sleep', 'timer'] },
        { kind: 'log', ...options.log },
      ],
      arguments: options.arguments ?? [],
      limits: { memoryPages: 4, ...options.limits },
    },
    'manifest of the test',
  );
  const board = parseBoard(
    {
      kanchi: 1,
      name: 'test',
      lines: { lamp: { line: 17, direction: 'output', initialLevel: 1, safeLevel: 0 } },
    },
    'board of the test',
  );
  const loaded = loadModule(assembleModule(module), {
    source: 'assembled.wasm',
    maximumPages: manifest.limits.memoryPages,
    maximumTableElements: manifest.limits.tableElements,
  });
  const execution = new InlineExecutor({
    hal: hardware,
    clock,
    durationNs: BigInt(Math.round((options.seconds ?? 1) * 1e9)),
    hostApis: [...kanchiHostApis, probe],
  }).start(
    { manifest, board, module: loaded },
    {
      log: ({ text }) => logLines.push(text),
      standardOutput: (bytes) => {
        output += decoder.decode(bytes);
      },
      standardError: () => {},
      denial: (text) => denials.push(text),
    },
  );
  const exit = await execution.exited;
  const memory = context?.memory.read('test', 0, context.memory.byteLength) ?? new Uint8Array(0);
  return { exit, notes, output, logLines, denials, hardware, memory };
}
