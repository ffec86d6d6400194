import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutFolder } from '../checkout.ts';
import { exampleFiles, guestFolder } from '../payload/kanchi-payload.ts';
import { testsInside } from './tests-inside.ts';

const names = ['thermometer', 'real-time-clock', 'eeprom-counter', 'spi-flash', 'blink'];

/** Of the files that mock hardware runs, by their path below the checkout. */
const sha256 = Object.fromEntries(
  names
    .flatMap((name) =>
      ['app.json', 'board.json', `build/${name}.wasm`].map((file) => `examples/${name}/${file}`),
    )
    .map((path) => [
      path,
      createHash('sha256')
        .update(readFileSync(join(checkoutFolder, path)))
        .digest('hex'),
    ]),
);

await testsInside(['examples.test.ts'], {
  machine: 'raspi3b',
  devices: [
    'tmp105,id=t0,bus=i2c-bus.1,address=0x48',
    'ds1338,bus=i2c-bus.1,address=0x68',
    'at24c-eeprom,bus=i2c-bus.1,address=0x50,rom-size=256',
    'w25q32,id=flash,bus=spi,cs=0',
  ],
  chipSelects: [{ line: 8, id: 'flash' }],
  // To look at the GPIO registers, which the kernel drives itself.
  kernelParameters: ['iomem=relaxed'],
  files: [
    ...names.flatMap(exampleFiles),
    { path: `${guestFolder}/examples/told.json`, content: JSON.stringify({ sha256, bootMs: Date.now() }) },
  ],
  limitMs: 1_500_000,
  meanwhile: async (pi) => {
    await pi.printed(/^please set 36\.5 degrees$/mu);
    await pi.setTemperature('t0', 36.5);
  },
});
