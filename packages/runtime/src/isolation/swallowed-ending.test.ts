/**
 * Security: a guest with WebAssembly exceptions can catch what a host call throws. `catch_all` takes any JavaScript
 * exception that an import throws, so neither a trap for a broken call nor `proc_exit` ends such a guest by itself. The
 * host holds that ending the guest works all the same: its handles are closed at once, each later host call throws
 * the first reason again before it does anything, and the exit tells that reason, whatever the guest returned. What the
 * guest can still do is use up its thread's time, which worker execution ends after the grace time.
 */
import { describe, expect, it } from 'vitest';
import { libcSignatures } from '../abi/libc/create-libc.ts';
import { WASI_MODULE } from '../abi/wasi-preview1-context.ts';
import { wasiSignatures } from '../abi/wasi-preview1-signatures.ts';
import { runAssembled } from '../app/run-assembled.test-support.ts';
import { type AssembledFunction, type AssembledImport, op } from '../guest/assemble-module.test-support.ts';
import { kanchiHostApis } from '../host-api/registry.ts';

/** Where the guest notes that it went on; host calls that would tell are refused to it. */
const CAUGHT = 64;
const RETURNED = 68;

const zeroOf: Readonly<Record<string, readonly number[]>> = {
  i: op.i32(0),
  I: op.i64(0n),
  f: op.f32Zero,
  F: op.f64Zero,
};

/** Calls with zeros and drops the result. */
function callWithZeros({ module, name, type }: AssembledImport, call: (name: string) => readonly number[]) {
  const [parameters = '', results = ''] = type.slice(1).split(')');
  return [
    ...Array.from(parameters, (letter) => zeroOf[letter] as readonly number[]),
    call(`${module}.${name}`),
    ...(results === '' ? [] : [op.drop]),
  ];
}

const store = (address: number, value: number) => [op.i32(address), op.i32(value), op.store32];
const caught = (body: readonly (readonly number[])[]) => [
  op.try,
  ...body,
  op.catchAll,
  ...store(CAUGHT, 1),
  op.end,
];

const brokenLog: AssembledImport = { module: 'kanchi_log', name: 'write', type: '(iii)i' };
/** A range outside the guest's memory: traps in the host. */
const brokenCall = (call: (name: string) => readonly number[]) => [
  op.i32(2),
  op.i32(-16),
  op.i32(64),
  call('kanchi_log.write'),
  op.drop,
];
const openLamp: AssembledImport = { module: 'kanchi_gpio', name: 'open', type: '(iii)i' };
const note: AssembledImport = { module: 'probe', name: 'note', type: '(i)' };
const word = (memory: Uint8Array, address: number): number => memory[address] ?? -1;

const everyHostFunction: readonly AssembledImport[] = [
  ...kanchiHostApis.flatMap(({ module, signatures }) =>
    Object.entries(signatures).map(([name, type]) => ({ module, name, type })),
  ),
  ...Object.entries(wasiSignatures).map(([name, type]) => ({ module: WASI_MODULE, name, type })),
  ...Object.entries(libcSignatures).map(([name, type]) => ({ module: 'env', name, type })),
];

describe('a guest that catches what a host call throws', () => {
  it('is not ended by the throw itself: this is what the host must be ready for', async () => {
    const { memory } = await runAssembled({
      imports: [brokenLog],
      functions: [{ exports: ['main'], type: '()', body: (call) => caught(brokenCall(call)) }],
    });
    expect(word(memory, CAUGHT)).toBe(1);
  });

  it('has trapped all the same, with the first reason, even when it returns 0', async () => {
    const { exit } = await runAssembled({
      imports: [brokenLog],
      functions: [
        {
          exports: ['main'],
          type: '()i',
          body: (call) => [...caught(brokenCall(call)), op.i32(0)],
        },
      ],
    });
    expect(exit).toMatchObject({ reason: 'trapped', exitCode: 70, code: 'KANCHI_TRAP' });
    expect(exit.message).toContain('kanchi_log.write: out of bounds');
  });

  it('cannot hide the first reason behind a second one', async () => {
    const { exit } = await runAssembled({
      imports: [brokenLog],
      functions: [
        {
          exports: ['main'],
          type: '()',
          body: (call) => [...caught(brokenCall(call)), op.unreachable],
        },
      ],
    });
    expect(exit.message).toContain('kanchi_log.write: out of bounds');
  });

  it('has lost its outputs, at their safe levels, before it can go on', async () => {
    const { exit, hardware, memory } = await runAssembled({
      imports: [brokenLog, openLamp, { module: 'kanchi_gpio', name: 'write', type: '(ii)i' }],
      functions: [
        {
          exports: ['main'],
          type: '()',
          body: (call) => [
            // The first handle of an app is 256, see HandleTable.
            op.i32(16),
            op.i32(4),
            op.i32(3),
            call('kanchi_gpio.open'),
            op.drop,
            ...caught(brokenCall(call)),
            ...caught([op.i32(256), op.i32(1), call('kanchi_gpio.write'), op.drop, ...store(RETURNED, 1)]),
          ],
        },
      ],
      data: { 16: 'lamp' },
    });
    expect(exit.reason).toBe('trapped');
    expect(word(memory, CAUGHT)).toBe(1);
    expect(word(memory, RETURNED)).toBe(0);
    expect(hardware.trace.toText().match(/rise|fall/gu)).toEqual(['rise', 'fall']);
    expect(hardware.openHandleCount()).toBe(0);
  });

  it('reaches no host function any more, whichever it calls', async () => {
    expect(everyHostFunction.length).toBeGreaterThan(100);
    const reached: string[] = [];
    for (const wanted of everyHostFunction) {
      const other = wanted.module === brokenLog.module && wanted.name === brokenLog.name ? [] : [brokenLog];
      const body: AssembledFunction['body'] = (call) => [
        ...caught(brokenCall(call)),
        ...caught([...callWithZeros(wanted, call), ...store(RETURNED, 1)]),
      ];
      const { exit, memory } = await runAssembled({
        imports: [...other, wanted],
        functions: [{ exports: ['main'], type: '()', body }],
      });
      expect(exit.message).toContain('kanchi_log.write: out of bounds');
      // Nothing else was done for it: the broken call and, at most, the count of one hot call.
      if (word(memory, RETURNED) !== 0 || exit.counters.hostCalls > 2 || exit.counters.failures > 0) {
        reached.push(`${wanted.module}.${wanted.name}`);
      }
    }
    expect(reached).toEqual([]);
  });

  it('has exited when it catches its own exit, with the code of the first', async () => {
    const exits: AssembledImport = { module: WASI_MODULE, name: 'proc_exit', type: '(i)' };
    const { exit, memory } = await runAssembled({
      imports: [exits],
      functions: [
        {
          exports: ['_start'],
          type: '()',
          body: (call) => [
            ...caught([op.i32(6), call(`${WASI_MODULE}.proc_exit`)]),
            ...caught([op.i32(0), call(`${WASI_MODULE}.proc_exit`)]),
          ],
        },
      ],
    });
    expect(word(memory, CAUGHT)).toBe(1);
    expect(exit).toMatchObject({ reason: 'completed', exitCode: 6 });
  });

  it('does not hide a missing import that it called, or a fault of the host', async () => {
    const missing: AssembledImport = { module: 'env', name: 'nobody_has_this', type: '()' };
    const fault: AssembledImport = { module: 'probe', name: 'fault', type: '()' };
    const outcomes = [];
    for (const wanted of [missing, fault]) {
      const { exit } = await runAssembled({
        imports: [wanted],
        functions: [
          {
            exports: ['main'],
            type: '()',
            body: (call) => caught([call(`${wanted.module}.${wanted.name}`)]),
          },
        ],
      });
      outcomes.push(exit.code);
    }
    expect(outcomes).toEqual(['KANCHI_TRAP', 'KANCHI_INTERNAL']);
  });

  for (const where of ['_initialize', 'on_init', 'on_event'] as const) {
    it(`in ${where} is not called back again`, async () => {
      const body = (name: string): AssembledFunction['body'] =>
        name === where ? (call) => caught(brokenCall(call)) : () => [];
      const { exit, memory } = await runAssembled({
        imports: [brokenLog, note],
        functions: [
          { exports: ['_initialize'], type: '()', body: body('_initialize') },
          { exports: ['on_init'], type: '()', body: body('on_init') },
          { exports: ['on_event'], type: '(ii)', body: body('on_event') },
          { exports: ['on_stop'], type: '()', body: () => store(RETURNED, 1) },
        ],
      });
      expect(exit).toMatchObject({ reason: 'trapped', code: 'KANCHI_TRAP' });
      expect(word(memory, CAUGHT)).toBe(1);
      expect(word(memory, RETURNED)).toBe(0);
    });
  }
});

describe("the engine's own traps", () => {
  it('pass every handler of the guest by', async () => {
    const { exit, memory } = await runAssembled({
      functions: [{ exports: ['main'], type: '()', body: () => caught([op.unreachable]) }],
    });
    expect(exit.reason).toBe('trapped');
    expect(word(memory, CAUGHT)).toBe(0);
  });
});
