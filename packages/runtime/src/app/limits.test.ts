import { describe, expect, it } from 'vitest';
import { type AssembledFunction, type AssembledImport, op } from '../guest/assemble-module.test-support.ts';
import { errorNumber } from '../guest/error-number.ts';
import { counterNames } from './counters.ts';
import { type LimitName, limitNames, limitRule, raiseAdvice } from './limits.ts';
import { runAssembled } from './run-assembled.test-support.ts';

const note: AssembledImport = { module: 'probe', name: 'note', type: '(i)' };
const now: AssembledImport = { module: 'kanchi_clock', name: 'now', type: '()I' };
const startTimer: AssembledImport = { module: 'kanchi_clock', name: 'timer_start', type: '(IIi)i' };
const openLine: AssembledImport = { module: 'kanchi_gpio', name: 'open', type: '(iii)i' };
const writeLine: AssembledImport = { module: 'kanchi_gpio', name: 'write', type: '(ii)i' };
const lastError: AssembledImport = { module: 'kanchi_log', name: 'last_error', type: '(ii)i' };

const LABEL = 16;
const TEXT = 256;
const COUNT = 1024;
/** The first handle of an app, see HandleTable. */
const FIRST_HANDLE = 256;

type Body = AssembledFunction['body'];
type Instructions = readonly (readonly number[])[];

const timer = (call: (name: string) => readonly number[]): Instructions => [
  op.i64(1_000_000_000n),
  op.i64(0n),
  op.i32(0),
  call('kanchi_clock.timer_start'),
  call('probe.note'),
];
const lamp = (call: (name: string) => readonly number[]): Instructions => [
  op.i32(LABEL),
  op.i32(4),
  op.i32(0),
  call('kanchi_gpio.open'),
  call('probe.note'),
];
const error = (call: (name: string) => readonly number[]): Instructions => [
  op.i32(TEXT),
  op.i32(512),
  call('kanchi_log.last_error'),
  op.drop,
];

/** The instructions so many times. */
function repeated(times: number, instructions: Instructions): Instructions {
  return [
    op.i32(COUNT),
    op.i32(0),
    op.store32,
    op.loop,
    ...instructions,
    op.i32(COUNT),
    op.i32(COUNT),
    op.load32,
    op.i32(1),
    op.add32,
    op.store32,
    op.i32(COUNT),
    op.load32,
    op.i32(times),
    op.less32,
    op.branchIf(0),
    op.end,
  ];
}

const turnOn = (call: (name: string) => readonly number[]): Instructions => [
  op.i32(FIRST_HANDLE),
  op.i32(1),
  call('kanchi_gpio.write'),
  op.drop,
];

function run(imports: readonly AssembledImport[], body: Body, limits: object, seconds = 10) {
  return runAssembled(
    { imports, functions: [{ exports: ['main'], type: '()', body }], data: { [LABEL]: 'lamp' } },
    { limits, seconds },
  );
}

function textAt(memory: Uint8Array, address: number): string {
  return new TextDecoder().decode(memory.subarray(address, memory.indexOf(0, address)));
}

describe('the table of limits', () => {
  it('has a default within its maximum, and a counter that there is, for each', () => {
    for (const name of limitNames) {
      const { fallback, maximum, counter, hit, about } = limitRule(name);
      expect(fallback).toBeLessThanOrEqual(maximum);
      expect(counter === undefined || counterNames.includes(counter)).toBe(true);
      if (hit !== undefined) expect(counter).toBeDefined();
      expect(about).toMatch(/\.$/u);
    }
  });

  it('counts each limit by itself', () => {
    const counters = limitNames.map((name) => limitRule(name).counter).filter((name) => name !== undefined);
    expect(new Set(counters).size).toBe(counters.length);
  });

  for (const [name, value, needed, advice] of [
    ['handles', 64, undefined, 'raise "limits.handles" in app.json: "limits": { "handles": 128 }'],
    ['handles', 200, undefined, 'raise "limits.handles" in app.json: "limits": { "handles": 256 }'],
    ['handles', 256, undefined, '"limits.handles" can be raised to 256 at most'],
    ['memoryPages', 4, 50, 'raise "limits.memoryPages" in app.json: "limits": { "memoryPages": 50 }'],
    ['memoryPages', 4, 5000, '"limits.memoryPages" can be raised to 4096 at most'],
  ] as const satisfies readonly (readonly [LimitName, number, number | undefined, string])[]) {
    it(`says what to write for ${name} of ${value}${needed === undefined ? '' : ` where ${needed} are needed`}`, () => {
      expect(raiseAdvice(name, value, undefined, needed)).toBe(advice);
    });
  }
});

describe('an app that meets its limit', () => {
  it('of handles is refused the next one, by a text that names the line to change', async () => {
    const { exit, notes, memory, logLines } = await run(
      [openLine, startTimer, note, lastError],
      (call) => [...lamp(call), ...timer(call), ...error(call)],
      { handles: 1 },
    );
    expect(notes).toEqual([FIRST_HANDLE, errorNumber['limit-reached']]);
    const told =
      'timer: 1 handles are open, close some; raise "limits.handles" in app.json: "limits": { "handles": 2 }';
    expect(textAt(memory, TEXT)).toBe(`kanchi_clock.timer_start: ${told}`);
    expect(logLines).toEqual([`app "assembled": ${told}`]);
    expect(exit.counters).toMatchObject({ handlesRefused: 1, timersRefused: 0, failures: 1 });
  });

  it('of timers likewise, counted each time and told once a second', async () => {
    const { exit, notes, logLines } = await run(
      [startTimer, note],
      (call) => Array.from({ length: 5 }, () => timer(call)).flat(),
      { timers: 2 },
    );
    expect(notes.map((result) => result > 0)).toEqual([true, true, false, false, false]);
    expect(notes.slice(2)).toEqual([-20, -20, -20]);
    expect(logLines).toEqual([
      'app "assembled": 2 timers are running, stop some; raise "limits.timers" in app.json: "limits": { "timers": 4 }',
    ]);
    expect(exit.counters.timersRefused).toBe(3);
  });

  it('of memory gets no more of it, and the log says so', async () => {
    const { exit, notes, logLines } = await run(
      [note],
      (call) => [
        op.loop,
        op.i32(1),
        op.memoryGrow,
        op.i32(-1),
        op.notEqual32,
        op.branchIf(0),
        op.end,
        op.i32(0),
        op.memoryGrow,
        call('probe.note'),
      ],
      { memoryPages: 3 },
    );
    expect(notes).toEqual([3]);
    expect(logLines).toEqual([
      'app "assembled": its memory has grown to all 3 pages that it can have; raise "limits.memoryPages" in app.json: "limits": { "memoryPages": 6 }',
    ]);
    expect(exit.counters.memoryFull).toBe(1);
  });

  it.each([
    { what: 'of table elements gets no more of them, and the log says so', own: [], full: 1 },
    // Its own maximum, below its share: the limit is not what holds it down.
    { what: 'that its table never meets is told nothing', own: [7], full: 0 },
  ])('$what', async ({ own, full }) => {
    const FUNCTIONS = 0x70;
    const table = own.length === 0 ? [FUNCTIONS, 0, 2] : [FUNCTIONS, 1, 2, ...own];
    const body = [
      op.loop,
      op.nullFunction,
      op.i32(1),
      op.tableGrow(0),
      op.i32(-1),
      op.notEqual32,
      op.branchIf(0),
      op.end,
    ];
    const { exit, logLines } = await runAssembled(
      { functions: [{ exports: ['main'], type: '()', body: () => body }], tables: [table] },
      { limits: { tableElements: 100 } },
    );
    expect(exit.counters.tablesFull).toBe(full);
    expect(logLines).toEqual(
      full === 0
        ? []
        : [
            'app "assembled": a function table has grown to all of the 100 elements that it can have; raise "limits.tableElements" in app.json: "limits": { "tableElements": 200 }',
          ],
    );
  });

  it('of calls per second waits until the second is over, and goes on', async () => {
    const { exit, logLines, notes } = await run(
      [openLine, writeLine, now, note],
      (call) => [
        ...lamp(call),
        ...repeated(33, turnOn(call)),
        // Whether 3 seconds have passed: 36 calls so far, 10 a second.
        call('kanchi_clock.now'),
        op.i64(3_000_000_000n),
        op.less64,
        call('probe.note'),
      ],
      { hostCallsPerSecond: 10 },
    );
    expect(notes).toEqual([FIRST_HANDLE, 0]);
    expect(exit).toMatchObject({ reason: 'completed', exitCode: 0 });
    expect(exit.counters).toMatchObject({ hostCalls: 37, callsDelayed: 3, failures: 0 });
    expect(logLines).toEqual(
      Array.from(
        { length: 3 },
        () =>
          'app "assembled": it made 10 calls to the host within a second and waits 1000 ms, until that is over; raise "limits.hostCallsPerSecond" in app.json: "limits": { "hostCallsPerSecond": 20 }',
      ),
    );
  });

  it('of calls per second, in a loop that never ends, is ended after a stop all the same', async () => {
    const { exit } = await run(
      [writeLine],
      (call) => [op.loop, ...turnOn(call), op.branch(0), op.end],
      { hostCallsPerSecond: 100 },
      3,
    );
    expect(exit).toMatchObject({ reason: 'trapped', code: 'KANCHI_TRAP' });
    expect(exit.message).toContain('a call to the host: the app was asked to stop and began 32 more waits');
    // 100 a second: 3 waits before the stop, 33 after it.
    expect(exit.counters.hostCalls).toBe(3601);
  });
});

describe('a call to the host', () => {
  const wasi = 'wasi_snapshot_preview1';
  it('is counted once, whatever its calling convention; the computing functions of the small libc are none', async () => {
    const { exit, output } = await runAssembled({
      imports: [
        { module: wasi, name: 'fd_write', type: '(iiii)i' },
        { module: wasi, name: 'random_get', type: '(ii)i' },
        { module: 'env', name: 'puts', type: '(i)i' },
        { module: 'env', name: 'strlen', type: '(i)i' },
        now,
      ],
      functions: [
        {
          exports: ['main'],
          type: '()',
          body: (call) => [
            op.i32(64),
            op.i32(LABEL),
            op.store32,
            op.i32(68),
            op.i32(4),
            op.store32,
            op.i32(1),
            op.i32(64),
            op.i32(1),
            op.i32(80),
            call(`${wasi}.fd_write`),
            op.drop,
            op.i32(128),
            op.i32(4),
            call(`${wasi}.random_get`),
            op.drop,
            op.i32(LABEL),
            call('env.puts'),
            op.drop,
            op.i32(LABEL),
            call('env.strlen'),
            op.drop,
            call('kanchi_clock.now'),
            op.drop,
          ],
        },
      ],
      data: { [LABEL]: 'lamp' },
    });
    expect(output).toBe('lamplamp\n');
    expect(exit.counters.hostCalls).toBe(4);
  });
});
