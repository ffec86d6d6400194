import { MockBoard, ScriptedSpiChip, VirtualClock } from '@kanchi/hal/mock';
import { type AppExit, InlineExecutor, loadModule, parseBoard, parseManifest } from '@kanchi/runtime';
import { describe, expect, it } from 'vitest';
import { type AssembledModule, assembleModule, op } from '../support/assembled.ts';
import { Said } from './attack-run.ts';

/** Reports from the field (docs/field-reports.md has others) that are about what a guest gets to see. Also: 5 in attacks-in-workers, 8 in host-calls. */

const board = parseBoard(
  {
    kanchi: 1,
    name: 'test',
    i2c: { devices: { chip: { bus: 1, address: '0x40' } } },
    spi: { devices: { adc: { bus: 0, chipSelect: 0 } } },
  },
  'board of the test',
);
const manifest = parseManifest(
  {
    kanchi: 1,
    name: 'reader',
    version: '0.0.0',
    permissions: [
      { kind: 'i2c', device: 'chip', actions: ['read', 'write'] },
      { kind: 'spi', device: 'adc' },
      { kind: 'log' },
    ],
  },
  'manifest of the test',
);

/** Runs a guest that returns what its last call gave, on hardware with this SPI chip and nobody on the I2C bus. */
async function run(
  module: AssembledModule,
  chip = new ScriptedSpiChip([]),
): Promise<{ readonly exit: AppExit; readonly lines: readonly string[] }> {
  const clock = new VirtualClock();
  const hardware = new MockBoard({ clock, i2c: { buses: [1] } });
  hardware.attachSpiChip(0, 0, chip);
  const said = new Said();
  const executor = new InlineExecutor({ hal: hardware, clock, durationNs: 1_000_000_000n });
  const loaded = loadModule(assembleModule(module), { source: 'test.wasm', maximumPages: 1 });
  const exit = await executor.start({ manifest, board, module: loaded }, said).exited;
  return { exit, lines: said.logLines };
}

const LABEL = 16;
const SENT = 32;
const BUFFER = 64;
const RESULT = 128;
const log = { module: 'kanchi_log', name: 'write', type: '(iii)i' };

/** Logs the eight bytes of the buffer and returns the stored result. */
const showAndReturn = (call: (name: string) => readonly number[]): readonly (readonly number[])[] => [
  op.i32(2),
  op.i32(BUFFER),
  op.i32(8),
  call('kanchi_log.write'),
  op.drop,
  op.i32(RESULT),
  op.load32,
];

describe('a transfer that nobody acknowledges', () => {
  it('is an error number, and no byte of the buffer looks like a value (7)', async () => {
    const { exit, lines } = await run({
      imports: [
        { module: 'kanchi_i2c', name: 'open', type: '(ii)i' },
        { module: 'kanchi_i2c', name: 'write_read', type: '(iiiii)i' },
        log,
      ],
      functions: [
        {
          exports: ['main'],
          type: '()i',
          body: (call) => [
            op.i32(RESULT),
            op.i32(LABEL),
            op.i32(4),
            call('kanchi_i2c.open'),
            op.i32(SENT),
            op.i32(1),
            op.i32(BUFFER),
            op.i32(4),
            call('kanchi_i2c.write_read'),
            op.store32,
            ...showAndReturn(call),
          ],
        },
      ],
      data: { [LABEL]: 'chip', [BUFFER]: 'as it is' },
    });
    expect(lines).toEqual(['as it is']);
    // -8, no acknowledge of the address, as the byte that a shell sees.
    expect(exit.exitCode).toBe(0xf8);
    expect(exit.counters).toMatchObject({ failures: 1, busTransactions: 0 });
  });
});

describe('a full-duplex transfer', () => {
  it('sends from where it is told, puts what was answered where it is told, and touches nothing else (54)', async () => {
    const chip = new ScriptedSpiChip([{ expect: Array.from('cde', code), answer: Array.from('XYZ', code) }]);
    const { exit, lines } = await run(
      {
        imports: [
          { module: 'kanchi_spi', name: 'open', type: '(ii)i' },
          { module: 'kanchi_spi', name: 'transfer', type: '(iiii)i' },
          log,
        ],
        functions: [
          {
            exports: ['main'],
            type: '()i',
            body: (call) => [
              op.i32(RESULT),
              op.i32(LABEL),
              op.i32(3),
              call('kanchi_spi.open'),
              op.i32(SENT + 2),
              op.i32(BUFFER + 3),
              op.i32(3),
              call('kanchi_spi.transfer'),
              op.store32,
              ...showAndReturn(call),
            ],
          },
        ],
        data: { [LABEL]: 'adc', [SENT]: 'abcdef', [BUFFER]: '01234567' },
      },
      chip,
    );
    expect(exit).toMatchObject({ reason: 'completed', exitCode: 0 });
    expect(lines).toEqual(['012XYZ67']);
    expect(() => chip.verify()).not.toThrow();
  });
});

function code(character: string): number {
  return character.charCodeAt(0);
}
