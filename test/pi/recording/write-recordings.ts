// `npm run recordings`: records examples on the emulated Pi anew, into test/recordings.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NS_PER_MS } from '@kanchi/hal';
import { parseRecording } from '@kanchi/hal/record';
import { checkoutFolder } from '../checkout.ts';
import { findImage } from '../image/find-image.ts';
import { recordedExamples, recordOnPi } from './record-on-pi.ts';

const folder = join(checkoutFolder, 'test/recordings');
const image = findImage((text) => process.stderr.write(`emulated Pi: ${text}\n`));

for (const example of recordedExamples) {
  process.stderr.write(`emulated Pi: recording ${example.name}\n`);
  const { output, recording } = await recordOnPi(example, image);
  const target = join(folder, example.name);
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'recording.jsonl'), recording);
  writeFileSync(join(target, 'printed.txt'), output);
  const { version } = JSON.parse(
    readFileSync(join(checkoutFolder, 'examples', example.name, 'app.json'), 'utf8'),
  ) as { version: string };
  const provenance = {
    example: `examples/${example.name}`,
    version,
    machine: 'raspi3b',
    devices: example.devices,
    seconds: example.seconds,
    worldChanges: example.temperatures.map(
      ({ after, temperatureC }) => `after ${after.source}: ${temperatureC} °C`,
    ),
    versions: image.versions,
    recordedAt: new Date(Number(parseRecording(recording).wallNs / NS_PER_MS)).toISOString(),
    madeBy: 'npm run recordings',
  };
  writeFileSync(join(target, 'provenance.json'), `${JSON.stringify(provenance, null, 2)}\n`);
}
