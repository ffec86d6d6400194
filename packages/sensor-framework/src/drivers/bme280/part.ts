import { checkOptionNames, refuseField, wiringOf } from '../driver-options.ts';
import type { SensorDriverPart } from '../sensor-driver.ts';
import { Bme280Driver } from './driver.ts';
import { isOversampling, oversamplings } from './registers.ts';

/** Option `oversampling`: 1 (default), 2, 4, 8 or 16, for all three quantities. */
export const bme280Part: SensorDriverPart = {
  name: 'bme280',
  wiring: 'i2c',
  create(context) {
    const { options, hal, clock, consumer } = context;
    const { bus, address } = wiringOf('bme280', context, 'i2c');
    checkOptionNames('bme280', options, ['oversampling']);
    const oversampling = options['oversampling'] ?? 1;
    if (!isOversampling(oversampling)) {
      refuseField('bme280', 'options.oversampling', `it is one of ${oversamplings.join(', ')}`);
    }
    return new Bme280Driver({ bus: hal.openI2cBus({ bus, consumer }), address, clock, oversampling });
  },
};
