import { MockBoard, VirtualClock } from '@kanchi/hal/mock';
import { expect, it } from 'vitest';
import { parseBoard } from '../app/board.ts';
import { parseManifest } from '../app/manifest.ts';
import { assembleModule, op } from '../guest/assemble-module.test-support.ts';
import { errorNumber } from '../guest/error-number.ts';
import { loadModule } from '../guest/load-module.ts';
import { InlineExecutor } from '../isolation/inline-executor.ts';
import type { HostApi } from './host-api.ts';
import { uartApi } from './uart.ts';

const NS_PER_MS = 1_000_000n;
const LABEL = 16;
const DATA = 64;

const board = parseBoard(
  { kanchi: 1, name: 'test', uart: { ports: { gps: { port: '/dev/serial0', baud: 9600 } } } },
  'board of the test',
);
const manifest = parseManifest(
  {
    kanchi: 1,
    name: 'test',
    version: '0.0.0',
    permissions: [{ kind: 'uart', port: 'gps', actions: ['read'] }],
  },
  'manifest of the test',
);

it('a read that does not wait takes what is there after a stop was asked for; one that waits is interrupted', () => {
  const clock = new VirtualClock();
  const hardware = new MockBoard({ clock, uart: { ports: ['/dev/serial0'] } });
  const results: number[] = [];
  const probe: HostApi = {
    module: 'probe',
    signatures: {},
    create(context) {
      const memory = new WebAssembly.Memory({ initial: 1 });
      context.memory.attach(memory);
      new Uint8Array(memory.buffer).set(new TextEncoder().encode('gps'), LABEL);
      const { open, read } = uartApi.create(context);
      const handle = Number(open?.(LABEL, 3));
      // The run is asked to stop after 10 ms.
      clock.spend(20n * NS_PER_MS);
      results.push(Number(read?.(handle, DATA, 8, 0n)));
      results.push(Number(read?.(handle, DATA, 8, clock.nowNs() + 50n * NS_PER_MS)));
      return {};
    },
  };
  new InlineExecutor({ hal: hardware, clock, durationNs: 10n * NS_PER_MS, hostApis: [probe] }).start(
    {
      manifest,
      board,
      module: loadModule(
        assembleModule({ functions: [{ exports: ['main'], type: '()i', body: () => [op.i32(0)] }] }),
        { source: 'idle', maximumPages: 1 },
      ),
    },
    { log: () => {}, standardOutput: () => {}, standardError: () => {}, denial: () => {} },
  );
  expect(results).toEqual([0, errorNumber.interrupted]);
});
