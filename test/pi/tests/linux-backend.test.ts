import { guestFiles } from '../payload/kanchi-payload.ts';
import { testsInside } from './tests-inside.ts';

await testsInside(['linux-devices.test.ts', 'app-starts.test.ts'], {
  machine: 'raspi3b',
  devices: [
    'tmp105,id=t0,bus=i2c-bus.1,address=0x48',
    'ds1338,bus=i2c-bus.1,address=0x68',
    'at24c-eeprom,bus=i2c-bus.1,address=0x50,rom-size=256',
    'w25q32,bus=spi,cs=0',
  ],
  files: guestFiles(['hold-devices']),
  // Registers of a controller that the kernel drives itself are not for /dev/mem otherwise.
  kernelParameters: ['iomem=relaxed'],
  meanwhile: async (pi) => {
    await pi.printed(/^please set 36\.5 degrees$/mu);
    await pi.setTemperature('t0', 36.5);
  },
});
