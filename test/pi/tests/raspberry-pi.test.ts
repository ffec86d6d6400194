import { exampleFiles } from '../payload/kanchi-payload.ts';
import { testsInside } from './tests-inside.ts';

await testsInside(
  [
    'raspberry-pi.test.ts',
    'kernel-sensors.test.ts',
    'serial-port.test.ts',
    'serial-app.test.ts',
    'native-packages.test.ts',
    'kanchi-command.test.ts',
  ],
  {
    machine: 'raspi3b',
    devices: [
      'tmp105,id=outdoor,bus=i2c-bus.1,address=0x48',
      // No driver of the kernel has this one.
      'tmp105,id=indoor,bus=i2c-bus.1,address=0x49',
    ],
    modules: ['lm75'],
    before: 'echo tmp105 0x48 > /sys/bus/i2c/devices/i2c-1/new_device',
    files: [...exampleFiles('hello-world'), ...exampleFiles('uart-gps')],
    meanwhile: async (pi) => {
      await pi.printed(/^please set 36\.5 degrees$/mu);
      await pi.setTemperature('outdoor', 36.5);
      const far = await pi.openUart();
      let received = '';
      await new Promise<void>((resolve) => {
        far.setEncoding('latin1').on('data', (piece: string) => {
          received += piece;
          // The model sends a stray byte when the port is set up.
          if (received.endsWith('ping\n')) resolve();
        });
      });
      far.write('PONG\n');
      await pi.printed(/^please send positions$/mu);
      // NMEA 0183: the exclusive or of what is between $ and *, as two hex digits.
      const sending = setInterval(() => {
        far.write('$GPGGA,000003.00,5128.6740,N,00000.0900,W,1,08,1.0,46.0,M,,,,*17\r\n');
      }, 500);
      await pi.ended.finally(() => clearInterval(sending));
    },
  },
);
