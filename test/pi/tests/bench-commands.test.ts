import { testsInside } from './tests-inside.ts';

await testsInside(['bench-commands.test.ts'], {
  machine: 'raspi3b',
  devices: ['tmp105,bus=i2c-bus.1,address=0x48', 'w25q32,bus=spi,cs=0'],
});
