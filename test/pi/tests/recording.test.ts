import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseRecording } from '@kanchi/hal/record';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findImage } from '../image/find-image.ts';
import { type PiRecording, recordedExamples, recordOnPi } from '../recording/record-on-pi.ts';
import { replayExample } from '../recording/replay-example.ts';

const RECORD_LIMIT_MS = 180_000;
const folder = mkdtempSync(join(tmpdir(), 'kanchi-recording-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(recordedExamples)('examples/$name, recorded on the emulated Pi', (example) => {
  let made: PiRecording;

  beforeAll(async () => {
    made = await recordOnPi(
      example,
      findImage((text) => process.stderr.write(`emulated Pi: ${text}\n`)),
    );
  }, RECORD_LIMIT_MS);

  it('is complete and names the machine', () => {
    const recording = parseRecording(made.recording);
    expect(recording.incomplete).toBeUndefined();
    expect(recording.info).toMatchObject({ backend: 'linux', simulated: false });
  });

  it('prints in its replay on this machine what it printed there', () => {
    const path = join(folder, `${example.name}.jsonl`);
    writeFileSync(path, made.recording);
    expect(replayExample(example.name, path)).toEqual({ status: 0, stdout: made.output, stderr: '' });
  });
});
