import { describe, expect, it } from 'vitest';
import { type AssembledFunction, op } from '../guest/assemble-module.test-support.ts';
import { runAssembled } from './run-assembled.test-support.ts';

const note = { module: 'probe', name: 'note', type: '(i)' };
const logWrite = { module: 'kanchi_log', name: 'write', type: '(iii)i' };

/** An exported function that notes a number and does nothing else. */
function notes(name: string, value: number): AssembledFunction {
  return { exports: [name], type: '()', body: (call) => [op.i32(value), call('probe.note')] };
}

const logHello: AssembledFunction['body'] = (call) => [
  op.i32(2),
  op.i32(16),
  op.i32(5),
  call('kanchi_log.write'),
  op.drop,
];

describe('an app in main style', () => {
  for (const name of ['main', '_main', '__main_void', '__main_argc_argv']) {
    it(`starts at its export ${name} and ends with the code that it returns`, async () => {
      const { exit } = await runAssembled({
        functions: [{ exports: [name], type: '()i', body: () => [op.i32(7)] }],
      });
      expect(exit).toMatchObject({ reason: 'completed', exitCode: 7, code: undefined, message: undefined });
    });
  }

  for (const [returned, exitCode] of [
    [0, 0],
    [-1, 255],
    [256, 0],
    [258, 2],
  ] as const) {
    it(`that returns ${returned} exits with its low byte, ${exitCode}`, async () => {
      const { exit } = await runAssembled({
        functions: [{ exports: ['main'], type: '()i', body: () => [op.i32(returned)] }],
      });
      expect(exit).toMatchObject({ reason: 'completed', exitCode });
    });
  }

  it('exits with 0 when _start or main returns nothing', async () => {
    for (const name of ['_start', 'main']) {
      const { exit } = await runAssembled({ functions: [{ exports: [name], type: '()', body: () => [] }] });
      expect(exit).toMatchObject({ reason: 'completed', exitCode: 0 });
    }
  });

  it('starts at _start when it exports main as well, as C compilers do', async () => {
    const run = await runAssembled({
      imports: [note],
      functions: [notes('_start', 1), { exports: ['main'], type: '()i', body: () => [op.unreachable] }],
    });
    expect(run.notes).toEqual([1]);
    expect(run.exit.reason).toBe('completed');
  });

  it('gets its name and arguments in memory when main takes them', async () => {
    const run = await runAssembled(
      {
        imports: [note],
        functions: [
          {
            exports: ['main'],
            type: '(ii)i',
            body: (call) => [
              op.local(0),
              call('probe.note'),
              // The last of the pointers in argv.
              op.local(1),
              op.i32(8),
              op.add32,
              op.load32,
            ],
          },
        ],
      },
      { arguments: ['first', 'second'] },
    );
    expect(run.notes).toEqual([3]);
    expect(new TextDecoder().decode(run.memory)).toContain('second\0');
  });

  for (const [from, name, code, exitCode] of [
    ['wasi_snapshot_preview1', 'proc_exit', 9, 9],
    ['wasi_snapshot_preview1', 'proc_exit', 0, 0],
    ['wasi_snapshot_preview1', 'proc_exit', -1, 255],
    ['env', 'exit', 300, 44],
    ['env', '_exit', 3, 3],
  ] as const) {
    it(`ends at ${from}.${name}(${code}) with ${exitCode} and runs nothing behind it`, async () => {
      const run = await runAssembled({
        imports: [note, { module: from, name, type: '(i)' }],
        functions: [
          {
            exports: ['_start'],
            type: '()',
            body: (call) => [
              op.i32(code),
              call(`${from}.${name}`),
              op.i32(1),
              call('probe.note'),
              op.unreachable,
            ],
          },
        ],
      });
      expect(run.exit).toMatchObject({ reason: 'completed', exitCode, message: undefined });
      expect(run.notes).toEqual([]);
    });
  }

  it('that exits because it was asked to stop is stopped, like one that returns', async () => {
    const sleep = { module: 'kanchi_clock', name: 'sleep_until', type: '(I)i' };
    const exits = { module: 'wasi_snapshot_preview1', name: 'proc_exit', type: '(i)' };
    const { exit } = await runAssembled({
      imports: [sleep, exits],
      functions: [
        {
          exports: ['_start'],
          type: '()',
          body: (call) => [
            op.i64(9_000_000_000n),
            call('kanchi_clock.sleep_until'),
            op.drop,
            op.i32(4),
            call('wasi_snapshot_preview1.proc_exit'),
          ],
        },
      ],
    });
    expect(exit).toMatchObject({ reason: 'stopped', exitCode: 4 });
  });
});

describe('an app in callback style', () => {
  for (const prefix of ['', '_']) {
    it(`is called back as ${prefix}on_init, ${prefix}on_event, ${prefix}on_stop, in that order`, async () => {
      const run = await runAssembled({
        imports: [note],
        functions: [
          {
            exports: [`${prefix}on_init`],
            type: '()i',
            body: (call) => [op.i32(1), call('probe.note'), op.i32(0)],
          },
          {
            exports: [`${prefix}on_event`],
            type: '(ii)',
            body: (call) => [op.local(0), call('probe.note')],
          },
          notes(`${prefix}on_stop`, 9),
        ],
      });
      // 5 is the stop event.
      expect(run.notes).toEqual([1, 5, 9]);
      expect(run.exit).toMatchObject({ reason: 'stopped', exitCode: 0 });
    });
  }

  it('may leave out on_event and on_stop', async () => {
    const { exit } = await runAssembled({
      functions: [{ exports: ['on_init'], type: '()', body: () => [] }],
    });
    expect(exit).toMatchObject({ reason: 'stopped', exitCode: 0 });
  });

  for (const [returned, words] of [
    [-5, 'on_init returned -5 (busy)'],
    [12, 'on_init returned 12'],
  ] as const) {
    it(`fails when on_init returns ${returned}, and nothing else is called`, async () => {
      const run = await runAssembled({
        imports: [note],
        functions: [
          { exports: ['on_init'], type: '()i', body: () => [op.i32(returned)] },
          { exports: ['on_event'], type: '(ii)', body: () => [op.unreachable] },
          notes('on_stop', 9),
        ],
      });
      expect(run.notes).toEqual([]);
      expect(run.exit).toMatchObject({ reason: 'failed', exitCode: 1, code: 'KANCHI_INIT_FAILED' });
      expect(run.exit.message).toContain(words);
    });
  }
});

describe('the start of a module', () => {
  it('is the start section, then _initialize once, then the entry', async () => {
    const run = await runAssembled({
      imports: [note],
      functions: [{ ...notes('unused', 1), exports: [] }, notes('_initialize', 2), notes('main', 3)],
      start: 0,
    });
    expect(run.notes).toEqual([1, 2, 3]);
  });

  it('with _start does not run what is behind a trap in _initialize', async () => {
    const run = await runAssembled({
      imports: [note],
      functions: [{ exports: ['_initialize'], type: '()', body: () => [op.unreachable] }, notes('_start', 3)],
    });
    expect(run.notes).toEqual([]);
    expect(run.exit).toMatchObject({ reason: 'trapped', code: 'KANCHI_TRAP' });
  });

  it('tells a start section that passes data to the host what to do instead', async () => {
    const { exit } = await runAssembled({
      imports: [logWrite],
      functions: [
        { type: '()', body: logHello },
        { exports: ['main'], type: '()', body: () => [] },
      ],
      start: 0,
      data: { 16: 'hello' },
    });
    expect(exit).toMatchObject({ reason: 'trapped', code: 'KANCHI_TRAP' });
    expect(exit.message).toMatch(/kanchi_log\.write: called before .*_initialize, main or on_init/u);
  });

  it('can pass data from its start section when its memory is imported', async () => {
    const run = await runAssembled({
      imports: [logWrite],
      functions: [
        { type: '()', body: logHello },
        { exports: ['main'], type: '()', body: () => [] },
      ],
      start: 0,
      memoryImported: true,
    });
    expect(run.exit.reason).toBe('completed');
    // The start function runs after the data segments are in place; here there are none.
    expect(run.logLines).toEqual(['\ufffd\ufffd\ufffd\ufffd\ufffd']);
  });
});

describe('an imported memory', () => {
  it('is made with the limits that the module wants and seen by host calls', async () => {
    const run = await runAssembled({
      imports: [logWrite],
      functions: [{ exports: ['main'], type: '()', body: logHello }],
      memory: [1, 2, 3],
      memoryImported: true,
      data: { 16: 'hello' },
    });
    expect(run.logLines).toEqual(['hello']);
    expect(run.memory.length).toBe(2 * 65_536);
  });
});

describe('a fault of the host', () => {
  it('is told as one, and leaves no handle open', async () => {
    const { exit, hardware } = await runAssembled({
      imports: [{ module: 'probe', name: 'fault', type: '()' }],
      functions: [{ exports: ['main'], type: '()', body: (call) => [call('probe.fault')] }],
    });
    expect(exit).toMatchObject({ reason: 'failed', exitCode: 72, code: 'KANCHI_INTERNAL' });
    expect(exit.message).toContain('the probe is broken');
    expect(hardware.openHandleCount()).toBe(0);
  });
});

describe('an import that a module carries with two types', () => {
  for (const types of [
    ['(II)I', '(ii)i'],
    ['(ii)i', '(II)I'],
  ] as const) {
    it(`(${types.join(' and ')}) reaches no host function by either`, async () => {
      // The engine takes one function for both, so the host would get parameters of the type that it was not made for.
      const [first] = types;
      const zero = first === '(ii)i' ? op.i32(0) : op.i64(0n);
      const { exit } = await runAssembled({
        imports: types.map((type) => ({ module: 'kanchi_gpio', name: 'write', type })),
        functions: [
          { exports: ['main'], type: '()', body: (call) => [zero, zero, call('kanchi_gpio.write'), op.drop] },
        ],
      });
      expect(exit).toMatchObject({ reason: 'trapped', code: 'KANCHI_TRAP' });
      expect(exit.message).toContain('kanchi_gpio.write: failed to call unlinked import function');
    });
  }
});
