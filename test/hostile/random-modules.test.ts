import { describe, expect, it } from 'vitest';
import { assembleModule, op } from '../support/assembled.ts';
import type { ManifestFile } from './fuzz/granted.ts';
import type { ModulesReport } from './fuzz/module-threads.ts';
import { randomManifest } from './fuzz/random-manifest.ts';
import { randomModule } from './fuzz/random-module.ts';
import { RandomNumbers } from './fuzz/random-numbers.ts';
import { runModule } from './fuzz/run-module.ts';
import { runFuzzProgram } from './fuzz-program.ts';

/**
 * In the gate; `npm run fuzz` makes a thousand. Their seed is new each time, and what a module gets to do differs by a hundred times:
 * of eight, a run has moved less on the board than is asked for below.
 */
const MODULES = 24;
/** On a machine that has other work. */
const TIMEOUT_MS = 600_000;

describe("random modules of Binaryen's translate-to-fuzz", () => {
  it(
    'call imports often, end in a way that has a name, and do nothing that is not granted',
    async () => {
      const report = await runFuzzProgram<ModulesReport>('--modules', String(MODULES));
      expect(report.failure).toBeUndefined();
      expect(report.modules).toBe(MODULES);
      const known = ['completed', 'stopped', 'trapped KANCHI_TRAP', 'ended from outside'];
      expect(Object.keys(report.ends).filter((end) => !known.includes(end))).toEqual([]);
      // Enough must get through for the checks to mean something.
      expect(report.hostCalls / MODULES).toBeGreaterThan(500);
      expect(report.refusedCalls).toBeGreaterThan(100);
      expect(report.traceEntries).toBeGreaterThan(20);
    },
    TIMEOUT_MS,
  );

  it(
    'are the same for the same seed and others for another',
    () => {
      const bytesFor = (seed: number): string => {
        const numbers = new RandomNumbers(seed);
        return Buffer.from(randomModule(numbers, randomManifest(numbers))).toString('hex');
      };
      const first = bytesFor(1);
      expect(bytesFor(1)).toBe(first);
      expect(bytesFor(2)).not.toBe(first);
    },
    TIMEOUT_MS,
  );
});

const manifest = (...permissions: ManifestFile['permissions']): ManifestFile => ({
  kanchi: 1,
  name: 'hostile',
  version: '0.0.0',
  permissions,
});
const numbers = (): RandomNumbers => new RandomNumbers(1);

/** Turns the lamp on: opens it as an output with level 1. */
const lights = assembleModule({
  imports: [{ module: 'kanchi_gpio', name: 'open', type: '(iii)i' }],
  data: { 64: 'lamp' },
  functions: [
    {
      exports: ['main', 'light'],
      type: '()i',
      body: (call) => [op.i32(64), op.i32(4), op.i32(3), call('kanchi_gpio.open')],
    },
  ],
}) as Uint8Array<ArrayBuffer>;

describe('the run of a random module', () => {
  it('reports what the board saw without a grant', async () => {
    const granted = manifest({ kind: 'gpio', line: 'lamp', actions: ['write'] });
    const fine = await runModule(lights, granted, numbers());
    expect([fine.faults, fine.ends, fine.traceEntries]).toEqual([[], { completed: 1 }, 2]);
    const wider = await runModule(lights, granted, numbers(), manifest());
    // Each name is called until the line is busy; closing it at the end drives the safe level.
    expect(wider.faults).toEqual([
      expect.stringMatching(/^(main|light): edge on pinctrl-mock\/17 to 1$/u),
      'at the end: edge on pinctrl-mock/17 to 0',
    ]);
  });

  it('goes on after a trap of its own, and with another app after a trap in a host call', async () => {
    const module = assembleModule({
      imports: [{ module: 'kanchi_random', name: 'fill', type: '(ii)i' }],
      functions: [
        { exports: ['main'], type: '()i', body: () => [op.unreachable] },
        {
          exports: ['beyond'],
          type: '()i',
          body: (call) => [op.i32(-1), op.i32(1), call('kanchi_random.fill')],
        },
      ],
    }) as Uint8Array<ArrayBuffer>;
    const { faults, functionCalls, apps, ends } = await runModule(module, manifest(), numbers());
    expect([faults, functionCalls]).toEqual([[], 1000]);
    expect(apps).toBeGreaterThan(100);
    expect(ends['trapped KANCHI_TRAP']).toBeGreaterThan(100);
  });

  it('says with which code a module is not loaded', async () => {
    const { ends } = await runModule(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0), manifest(), numbers());
    expect(ends).toEqual({ KANCHI_EXPORT_MISSING: 1 });
  });
});
