// `npm run pi`: an emulated Raspberry Pi with Kanchi in it. A shell, or one command: npm run pi -- kanchi help
import { parseArgs } from 'node:util';
import { bootPi } from './boot/boot-pi.ts';
import type { PiMachine } from './boot/machines.ts';
import type { RunningPi } from './boot/running-pi.ts';
import { findImage } from './image/find-image.ts';
import { exampleFiles, guestFolder, kanchiPayload } from './payload/kanchi-payload.ts';
import { PiError } from './pi-error.ts';

const usage = `npm run pi -- [options] [command...]
  --machine NAME   raspi3b (default): the board's chips; virt: a GPIO line with edges
  --device TEXT    a part, as QEMU's -device; may be given again
  --seconds N      end after that time, whatever runs (default: a day)
  --build          only build the image
`;

/** Parts of the shell's machine: a thermometer, a clock and an EEPROM on I2C bus 1, a flash on SPI. */
const raspi3bDevices = [
  'tmp105,id=t0,bus=i2c-bus.1,address=0x48',
  'ds1338,bus=i2c-bus.1,address=0x68',
  'at24c-eeprom,bus=i2c-bus.1,address=0x50,rom-size=256',
  'w25q32,id=flash,bus=spi,cs=0',
];
const examples = [
  'hello-world',
  'blink',
  'weather-station',
  'thermometer',
  'real-time-clock',
  'eeprom-counter',
  'spi-flash',
];

const DAY_S = 86_400;
/** Ctrl-], as in telnet: the other keys belong to the shell inside. */
const ESCAPE_KEY = '\u001d';

const optionKinds = {
  machine: { type: 'string', default: 'raspi3b' },
  device: { type: 'string', multiple: true, default: [] as string[] },
  seconds: { type: 'string', default: String(DAY_S) },
  build: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Options end where the command begins: what follows it is the command's. */
function commandStart(parameters: readonly string[]): number {
  let index = 0;
  while (parameters[index]?.startsWith('--') === true) {
    const kind = optionKinds[(parameters[index] as string).slice(2) as keyof typeof optionKinds];
    index += kind?.type === 'string' ? 2 : 1;
  }
  return index;
}

async function main(parameters: readonly string[]): Promise<number> {
  const start = commandStart(parameters);
  const { values } = parseArgs({ args: parameters.slice(0, start), options: optionKinds });
  const seconds = Number(values.seconds);
  if (values.help || !isMachine(values.machine) || !(seconds > 0 && seconds <= DAY_S)) {
    process.stderr.write(usage);
    return values.help ? 0 : 2;
  }
  const image = findImage((text) => process.stderr.write(`emulated Pi: ${text}\n`));
  const { qemu, kernel, node } = image.versions;
  process.stderr.write(`emulated Pi: QEMU ${qemu}, Linux ${kernel}, Node ${node}\n`);
  if (values.build) return 0;

  const payload = kanchiPayload(image);
  for (const note of payload.notes) process.stderr.write(`emulated Pi: not inside: ${note}\n`);
  const command = parameters.slice(start).join(' ');
  const interactive = command === '';
  if (interactive) process.stderr.write('emulated Pi: exit ends it, Ctrl-] kills it\n');
  await using pi = await bootPi({
    machine: values.machine,
    image,
    devices: [...(values.machine === 'raspi3b' ? raspi3bDevices : []), ...values.device],
    chipSelects: values.machine === 'raspi3b' ? [{ line: 8, id: 'flash' }] : [],
    files: [...payload.files, ...examples.flatMap(exampleFiles)],
    script: `cd ${guestFolder}\n${interactive ? 'setsid cttyhack sh' : command}\n`,
    limitMs: seconds * 1000,
    onConsole: interactive ? (text) => process.stdout.write(text) : undefined,
  });
  if (interactive) attachKeys(pi);
  const { status, output } = await pi.ended;
  if (!interactive) process.stdout.write(output);
  return status;
}

function isMachine(name: string): name is PiMachine {
  return name === 'raspi3b' || name === 'virt';
}

function attachKeys(pi: RunningPi): void {
  if (process.stdin.isTTY) process.stdin.setRawMode(true);
  process.stdin.setEncoding('utf8').on('data', (text: string) => {
    if (text.includes(ESCAPE_KEY)) process.exit(130);
    pi.type(text);
  });
}

try {
  // Keys that wait to be read must not keep the command alive.
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  const isUsage =
    error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  if (!(error instanceof PiError) && !isUsage) throw error;
  process.stderr.write(`${error.message}\n${isUsage ? usage : ''}`);
  process.exit(isUsage ? 2 : 1);
}
