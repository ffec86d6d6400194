import { clockApi } from './clock.ts';
import { eventApi } from './event.ts';
import { gpioApi } from './gpio.ts';
import type { HostApi } from './host-api.ts';
import { i2cApi } from './i2c.ts';
import { logApi } from './log.ts';
import { mmioApi } from './mmio.ts';
import { pwmApi } from './pwm.ts';
import { randomApi } from './random.ts';
import { spiApi } from './spi.ts';
import { uartApi } from './uart.ts';

/** Every host API of this package. Others (sensors) are added to this list by whoever composes the runtime. */
export const kanchiHostApis: readonly HostApi[] = [
  gpioApi,
  i2cApi,
  spiApi,
  uartApi,
  mmioApi,
  pwmApi,
  clockApi,
  eventApi,
  logApi,
  randomApi,
];
