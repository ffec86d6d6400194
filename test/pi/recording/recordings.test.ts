import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseRecording } from '@kanchi/hal/record';
import { describe, expect, it } from 'vitest';
import { checkoutFolder } from '../checkout.ts';
import { recordedExamples } from './record-on-pi.ts';
import { replayExample } from './replay-example.ts';

const folder = join(checkoutFolder, 'test/recordings');
const text = (name: string, file: string): string => readFileSync(join(folder, name, file), 'utf8');

describe('test/recordings, made on the emulated Pi', () => {
  it('has the examples that are recorded there, and where each came from', () => {
    const names = recordedExamples.map(({ name }) => name).sort();
    expect(readdirSync(folder).sort()).toEqual(names);
    for (const name of names) {
      const provenance = JSON.parse(text(name, 'provenance.json')) as Record<string, unknown>;
      expect(existsSync(join(checkoutFolder, String(provenance['example'])))).toBe(true);
      expect(provenance).toMatchObject({
        machine: 'raspi3b',
        madeBy: 'npm run recordings',
        versions: { qemu: expect.any(String) as string, kernel: expect.any(String) as string },
      });
    }
  });

  it.each(recordedExamples)(
    '$name: what was recorded on Linux is printed here as it was there',
    ({ name }) => {
      const { info, incomplete } = parseRecording(text(name, 'recording.jsonl'));
      expect(incomplete).toBeUndefined();
      expect(info).toMatchObject({
        backend: 'linux',
        simulated: false,
        drivers: { i2c: 'I2C_RDWR (koffi)' },
      });
      const printed = text(name, 'printed.txt');
      expect(printed.split('\n').length).toBeGreaterThan(3);
      expect(replayExample(name, join(folder, name, 'recording.jsonl'))).toEqual({
        status: 0,
        stdout: printed,
        stderr: '',
      });
    },
  );
});
