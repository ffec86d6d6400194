import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assembleModule, op } from '../support/assembled.ts';
import { mainOf, openDevice, openLamp, readDevice, sayReady, waitForStop } from './guest-modules.ts';
import { appPackage, builtGuest, testBoard, WorkerBench } from './worker-bench.ts';

/** What went wrong for users of other systems (numbers of the public reports in the names), tried with apps in threads. */

const board = {
  ...testBoard,
  lines: { ...testBoard.lines, fan: { line: 18, direction: 'output', safeLevel: 0 } },
  i2c: { ...testBoard.i2c, buses: { sensors: { bus: 1 } } },
};
let bench: WorkerBench;
beforeEach(() => {
  bench = new WorkerBench(board);
});
afterEach(() => bench.stop());

const BYTES = 256;

describe('one owner for each output', () => {
  it("keeps a second app from driving a line, and tells it who does; the first one's level stays (9)", async () => {
    const holds = mainOf((call) => [...openLamp(call), ...sayReady(call), ...waitForStop(call)]);
    const holder = bench.start(appPackage({ name: 'holder', module: holds, board }));
    await holder.said('ready');
    const other = bench.start(appPackage({ name: 'other', module: mainOf(openLamp), board }));
    expect(await other.execution.exited).toMatchObject({ reason: 'completed', exitCode: 1 });
    expect(other.logLines).toEqual([
      expect.stringMatching(/^kanchi_gpio\.open: line "lamp": line \S+ is in use by holder \(EBUSY\)$/u),
    ]);
    expect(await bench.view()).toMatchObject({ levels: { lamp: 1, fan: 0 }, openHandles: 1 });
    holder.execution.requestStop();
    await holder.execution.exited;
  });
});

describe('shared reads', () => {
  it('lets two apps watch one button, and goes on with one when the other is ended', async () => {
    const lines = {
      ...board.lines,
      button: { line: 4, direction: 'input', bias: 'pull-up' },
    };
    const permissions = [
      { kind: 'clock', actions: ['sleep'] },
      { kind: 'log' },
      { kind: 'gpio', line: 'button', actions: ['read', 'watch'] },
    ];
    const start = (name: string) =>
      bench.start(
        appPackage({ name, module: builtGuest('edge-watch'), permissions, board: { ...board, lines } }),
      );
    const [door, alarm] = [start('door'), start('alarm')];
    await Promise.all([door.said('level 1'), alarm.said('level 1')]);
    expect(await bench.view()).toMatchObject({ openHandles: 1 });
    bench.drive(4, 0);
    await Promise.all([door.said('edge to 0'), alarm.said('edge to 0')]);
    door.execution.requestStop();
    await door.execution.exited;
    bench.drive(4, 1);
    await alarm.said('edge to 1');
    alarm.execution.requestStop();
    await alarm.execution.exited;
    expect([door.output, alarm.output].map((text) => text.replace(/ at \d+ ns/gu, ''))).toEqual([
      'level 1\nedge to 0 sequence 1 lost 0\nstop\n',
      'level 1\nedge to 0 sequence 1 lost 0\nedge to 1 sequence 2 lost 0\nstop\n',
    ]);
    expect(await bench.view()).toMatchObject({ openHandles: 0 });
  });
});

/** Opens both lines high and gives the results of opening as exit code: 1 for the lamp, 2 for the fan. */
const opensBoth = assembleModule({
  imports: [{ module: 'kanchi_gpio', name: 'open', type: '(iii)i' }],
  functions: [
    {
      exports: ['main'],
      type: '()i',
      body: (call) => {
        const opens = (at: number, length: number) => [
          op.i32(0),
          op.i32(at),
          op.i32(length),
          op.i32(3),
          call('kanchi_gpio.open'),
          op.less32,
        ];
        // 1 + 1 (0 < handle) for both, 1 for one of them.
        return [...opens(16, 4), ...opens(32, 3), op.add32];
      },
    },
  ],
  data: { 16: 'lamp', 32: 'fan' },
});

describe('a permission for one line', () => {
  it('is none for another: the other is refused with the reason, and does not move (13)', async () => {
    const app = bench.start(
      appPackage({
        name: 'one-line',
        module: opensBoth,
        board,
        permissions: [{ kind: 'gpio', line: 'lamp', actions: ['write'] }],
      }),
    );
    expect(await app.execution.exited).toMatchObject({ reason: 'completed', exitCode: 1 });
    expect(app.denials).toEqual([
      'app "one-line": kanchi_gpio.open refused: line "fan": no "gpio" permission for this line; add to "permissions" in app.json: {"kind":"gpio","line":"fan","actions":["write"]}',
    ]);
    const { trace } = await bench.view();
    expect(trace).toContain('17');
    expect(trace).not.toMatch(/gpio\S* \S*18\b/iu);
  });
});

/** Two transactions by the bus: a byte is read from one address, then written to it. */
const usesBus = (address: number): Uint8Array =>
  assembleModule({
    imports: [
      { module: 'kanchi_i2c', name: 'open', type: '(ii)i' },
      { module: 'kanchi_i2c', name: 'transaction', type: '(iiii)i' },
    ],
    functions: [
      {
        exports: ['main'],
        type: '()i',
        body: (call) => {
          const transact = (kind: 0 | 1) => [
            op.i32(128),
            op.i32(kind),
            op.store32,
            op.i32(132),
            op.i32(BYTES),
            op.store32,
            op.i32(136),
            op.i32(1),
            op.store32,
            op.i32(0),
            op.i32(64),
            op.load32,
            op.i32(address),
            op.i32(128),
            op.i32(1),
            call('kanchi_i2c.transaction'),
            op.less32,
          ];
          return [
            op.i32(64),
            op.i32(16),
            op.i32(7),
            call('kanchi_i2c.open'),
            op.store32,
            // 0 < result is never so: a transaction gives 0 or less. Only the refusals are looked at.
            ...transact(0),
            ...transact(1),
            op.add32,
          ];
        },
      },
    ],
    data: { 16: 'sensors' },
  });

describe('a permission to read one address of a bus', () => {
  const permissions = [{ kind: 'i2c', bus: 'sensors', addresses: ['0x76'], actions: ['read'] }];

  it.each([
    [0x76, 1, ['address 0x76: the "i2c" permission does not include "write"']],
    [0x38, 0, ['does not include address 0x38', 'does not include address 0x38']],
  ])('refuses what is not that, before the bus moves: address %i (15)', async (address, starts, rules) => {
    const app = bench.start(appPackage({ name: 'bus-user', module: usesBus(address), board, permissions }));
    expect(await app.execution.exited).toMatchObject({ reason: 'completed', exitCode: 0 });
    expect(app.denials).toHaveLength(rules.length);
    for (const [index, rule] of rules.entries()) expect(app.denials[index]).toContain(rule);
    const { trace } = await bench.view();
    expect([...trace.matchAll(/ start 0x/gu)]).toHaveLength(starts);
  });
});

describe('a write and a read of one app', () => {
  it('have nothing of another app between them: 1,000 by each of two threads at once (34)', async () => {
    const rounds = 1000;
    const reader = (label: 'first' | 'second') =>
      mainOf((call) => [
        ...openDevice(call, label),
        ...Array.from({ length: rounds }, () => readDevice(call, 1)).flat(),
      ]);
    const apps = (['first', 'second'] as const).map((label) =>
      bench.start(appPackage({ name: `reads-${label}`, module: reader(label), board })),
    );
    for (const { execution } of apps) {
      expect(await execution.exited).toMatchObject({ reason: 'completed', exitCode: 0 });
      expect(execution.counters.get('failures')).toBe(0);
    }
    const { trace } = await bench.view();
    const words = [...trace.matchAll(/^\S+ \S+ (start 0x\w+|restart 0x\w+|write|read|stop)/gmu)].map(
      (match) => match[1],
    );
    const found = words.join(',').split(/(?<=stop),/u);
    const whole = (address: string): string => `start ${address},write,restart ${address},read,stop`;
    expect(found).toHaveLength(2 * rounds);
    for (const address of ['0x76', '0x77']) {
      expect(found.filter((transaction) => transaction === whole(address))).toHaveLength(rounds);
    }
    // They did run at the same time: the bus changed hands more than once.
    const owners = found.map((transaction) => transaction.slice(6, 10));
    expect(owners.filter((owner, index) => index > 0 && owner !== owners[index - 1]).length).toBeGreaterThan(
      2,
    );
  });
});
