import { AppCounters, loadModule, parseBoard, parseManifest } from '@kanchi/runtime';
import { describe, expect, it } from 'vitest';
import { limitLines } from './limit-report.ts';

/** (module (func (export "main"))), assembled by hand. */
const idle = Uint8Array.from(
  [
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    [1, 4, 1, 0x60, 0, 0],
    [3, 2, 1, 0],
    [7, 8, 1, 4, 0x6d, 0x61, 0x69, 0x6e, 0, 0],
    [10, 4, 1, 2, 0, 0x0b],
  ].flat(),
);

const app = {
  manifest: parseManifest(
    {
      kanchi: 1,
      name: 'greedy',
      version: '0.0.0',
      limits: { handles: 256, timers: 3 },
      permissions: [{ kind: 'log', maxBytesPerSecond: 1000 }],
    },
    'manifest of the test',
  ),
  board: parseBoard({ kanchi: 1, name: 'test' }, 'board of the test'),
  module: loadModule(idle, { source: 'idle.wasm', maximumPages: 1 }),
};

describe('the report of limits', () => {
  it('has no line for an app that met none', () => {
    expect(limitLines(app, new AppCounters().snapshot())).toEqual([]);
  });

  it('has a line for each that was met: its value, what happened, what to change', () => {
    const counters = new AppCounters();
    counters.add('handlesRefused', 2);
    counters.add('timersRefused', 1);
    counters.add('callsDelayed', 4);
    counters.add('logBytesDropped', 77);
    expect(limitLines({ ...app, manifestName: 'greedy.json' }, counters.snapshot())).toEqual([
      'limit "handles" of 256: 2 opens refused; "limits.handles" can be raised to 256 at most',
      'limit "timers" of 3: 1 timers refused; raise "limits.timers" in greedy.json: "limits": { "timers": 6 }',
      'limit "hostCallsPerSecond" of 10000000: 4 times made to wait; raise "limits.hostCallsPerSecond" in greedy.json: "limits": { "hostCallsPerSecond": 20000000 }',
      'limit of 1000 bytes of output per second (of a log line 1024): 77 bytes dropped; raise it in greedy.json: { "kind": "log", "maxBytesPerSecond": 2000 }',
    ]);
  });

  it('has a line on threads that could not be ended', () => {
    const counters = new AppCounters();
    counters.add('threadsStuck');
    expect(limitLines(app, counters.snapshot())).toEqual([
      '1 thread could not be ended in time, and had no hardware any more',
    ]);
    counters.add('threadsStuck');
    expect(limitLines(app, counters.snapshot())).toEqual([
      '2 threads could not be ended in time, and had no hardware any more',
    ]);
  });
});
