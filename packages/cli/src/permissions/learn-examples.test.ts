import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type AppOutput, diffPermissions, permissionDifferencesText } from '@kanchi/runtime';
import { describe, expect, it } from 'vitest';
import { readApp } from '../app-files.ts';
import { simulatedLineNames } from '../simulated-line-names.ts';
import { withPermissions } from './learn-command.ts';
import { learnOnMock, runOnMock } from './mock-run.ts';

const folder = fileURLToPath(new URL('../../../../examples/', import.meta.url));
const examples = readdirSync(folder).toSorted();
/** As long as each needs to do all that it does. */
const SECONDS = 30;

function recorder(): { readonly lines: string[]; readonly output: AppOutput } {
  const lines: string[] = [];
  const decoder = new TextDecoder();
  return {
    lines,
    output: {
      log: ({ timeNs, level, text }) => lines.push(`${timeNs} ${level} ${text}`),
      standardOutput: (bytes) => lines.push(decoder.decode(bytes)),
      standardError: (bytes) => lines.push(decoder.decode(bytes)),
    },
  };
}

/** What the manifests of the examples say beyond the least one (-), and what the least one says beyond them (+). */
const differences: Readonly<Record<string, string>> = {
  blink: lost('run timers as short as 1 ms (now: 500 ms)'),
  // It is there to be refused all this.
  denied:
    gained(
      'drive line "status-led"',
      'watch line "button" for edges',
      'read from register 0xcf of i2c device "environment"',
      'write to register 0xf4 of i2c device "environment"',
      'read the time of day',
    ) +
    // It opens the line and only watches it.
    lost(
      'read line "button"',
      'move up to 256 bytes in one transaction with i2c device "environment" (now: 2)',
    ),
  // It asks for its page of eight bytes, and has a record of five in it.
  'eeprom-counter': lost(
    'read from registers 0x05 to 0x07 of i2c device "memory"',
    'write to registers 0x05 to 0x07 of i2c device "memory"',
    'move up to 9 bytes in one transaction with i2c device "memory" (now: 6)',
  ),
  servo: lost('run timers as short as 1 ms (now: 1000 ms)'),
  'spi-adc': lost(
    'move up to 4096 bytes in one transaction with spi device "adc", mode 0, up to 1000000 Hz (now: 3)',
  ),
  'two-rates': lost('read channel "pressure" of sensor "air" up to 10 Hz (now: 1 Hz)'),
  // All channels that there are, by their names.
  'wamr-sensor': lost('read every channel of sensor "air" up to 1 Hz'),
  'weather-station': lost(
    'move up to 256 bytes in one transaction with i2c device "environment" (now: 27)',
    'run timers as short as 1 ms (now: 1000 ms)',
  ),
};

function gained(...lines: string[]): string {
  return `the new one may, the old one may not:\n${lines.map((line) => `  + ${line}\n`).join('')}`;
}

function lost(...lines: string[]): string {
  return `the old one may, the new one may not:\n${lines.map((line) => `  - ${line}\n`).join('')}`;
}

/** An app that is refused the clock may wait for it for ever, and no virtual time would pass. */
function endHere(): never {
  throw new Error('refused, which is all that was to be seen');
}

describe('learning an example', () => {
  for (const name of examples) {
    const load = () =>
      readApp(
        {
          target: `${folder}${name}`,
          manifest: undefined,
          board: undefined,
          policy: undefined,
          requireSignature: false,
          trustedKeys: undefined,
        },
        simulatedLineNames,
      );

    it(`${name}: does the same with what was learned, is refused nothing, and needs each entry of it`, async () => {
      const { board, module, manifest: written } = load();
      const free = recorder();
      const learned = await learnOnMock({ board, module, manifest: written }, SECONDS, free.output);
      const manifest = withPermissions(written, learned);
      const held = recorder();
      const run = await runOnMock({ board, module, manifest }, SECONDS, { output: held.output });
      expect(run.denials).toEqual([]);
      expect(held.lines).toEqual(free.lines);
      expect(run.exit).toEqual(learned.exit);
      for (const left of manifest.permissions) {
        const permissions = manifest.permissions.filter((entry) => entry !== left);
        const less = await runOnMock({ board, module, manifest: { ...manifest, permissions } }, SECONDS, {
          onDenial: endHere,
        });
        expect({ left, refused: less.exit.counters.denials > 0 }).toEqual({ left, refused: true });
      }
      expect(permissionDifferencesText(diffPermissions(written, manifest))).toBe(
        differences[name] ?? 'no difference: both may do the same\n',
      );
    });
  }
});
