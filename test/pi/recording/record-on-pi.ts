import { bootPi } from '../boot/boot-pi.ts';
import type { PiImage } from '../image/pi-image.ts';
import { exampleFiles, guestFolder, kanchiPayload } from '../payload/kanchi-payload.ts';
import { PiError } from '../pi-error.ts';

/** An example that was recorded on the emulated Pi. */
export interface PiRecording {
  /** What the app printed there. */
  readonly output: string;
  /** What `--record` wrote there. */
  readonly recording: string;
}

export interface RecordedExample {
  readonly name: string;
  /** Values of QEMU's `-device`. */
  readonly devices: readonly string[];
  readonly seconds: number;
  /** Once the app has printed `after`, the thermometer `t0` is set to `temperatureC`. In order. */
  readonly temperatures: readonly { readonly after: RegExp; readonly temperatureC: number }[];
}

/** What is recorded: parts whose answers change while the app runs. */
export const recordedExamples: readonly RecordedExample[] = [
  {
    name: 'thermometer',
    devices: ['tmp105,id=t0,bus=i2c-bus.1,address=0x48'],
    seconds: 9,
    temperatures: [
      { after: /temperature 0\.00 degrees/u, temperatureC: 36.5 },
      { after: /temperature 36\.50 degrees/u, temperatureC: -5.25 },
    ],
  },
  {
    name: 'real-time-clock',
    devices: ['ds1338,bus=i2c-bus.1,address=0x68'],
    seconds: 5,
    temperatures: [],
  },
];

const RECORDING_START = 'kanchi-recording-start';
const RECORDING_END = 'kanchi-recording-end';

/** Boots, records the example on the Linux backend there, and brings the recording out over the console. */
export async function recordOnPi(example: RecordedExample, image: PiImage): Promise<PiRecording> {
  const { name, devices, seconds } = example;
  const command = `kanchi run examples/${name} --backend linux --record session.jsonl --seconds ${seconds} --quiet`;
  await using pi = await bootPi({
    machine: 'raspi3b',
    image,
    devices,
    files: [...kanchiPayload(image).files, ...exampleFiles(name)],
    script: [
      `cd ${guestFolder}`,
      `${command} || exit $?`,
      `echo ${RECORDING_START}`,
      'cat session.jsonl',
      `echo ${RECORDING_END}`,
    ].join('\n'),
  });
  for (const { after, temperatureC } of example.temperatures) {
    await pi.printed(after);
    await pi.setTemperature('t0', temperatureC);
  }
  const { status, output } = await pi.ended;
  const [printed, rest] = output.split(`${RECORDING_START}\n`);
  const [recording] = rest?.split(`${RECORDING_END}\n`) ?? [];
  if (status !== 0 || printed === undefined || recording === undefined) {
    throw new PiError('PI_QEMU_ENDED', `${command} ended with ${status}; it printed:\n${output}`);
  }
  return { output: printed, recording };
}
