import { counted, type FunctionModels, fixed, receiving } from './host-function.ts';

/** Sizes of records, docs/host-api: event, sensor_contract, sensor_channel, sensor_reading, i2c_operation, spi_operation. */
const EVENT_BYTES = 32;
const CONTRACT_BYTES = 80;
const CHANNEL_BYTES = 64;
const READING_BYTES = 40;
const i2cOperation = { byteLength: 12, pointer: 4, length: 8 };
const spiOperation = { byteLength: 20, pointer: 8, length: 12 };

const readRegister = { type: '(ii)I', roles: ['handle:mmio', 'offset'] } as const;
const writeRegister = { type: '(iii)i', roles: ['handle:mmio', 'offset', 'number'] } as const;
const modifyRegister = { type: '(iiii)i', roles: ['handle:mmio', 'offset', 'number', 'number'] } as const;

/** The `kanchi_*` modules, from docs/host-api. */
export const kanchiFunctions: FunctionModels = {
  'kanchi_gpio.open': { type: '(iii)i', roles: ['label:gpio', 'length', 'mode'] },
  'kanchi_gpio.read': { type: '(i)i', roles: ['handle:gpio'] },
  'kanchi_gpio.write': { type: '(ii)i', roles: ['handle:gpio', 'small'] },
  'kanchi_gpio.toggle': { type: '(i)i', roles: ['handle:gpio'] },
  'kanchi_gpio.watch': { type: '(iii)i', roles: ['handle:gpio', 'edges', 'small'] },
  'kanchi_gpio.unwatch': { type: '(i)i', roles: ['handle:gpio'] },
  'kanchi_gpio.close': { type: '(i)i', roles: ['handle:gpio'] },
  'kanchi_i2c.open': { type: '(ii)i', roles: ['label:i2c', 'length'] },
  'kanchi_i2c.read': { type: '(iii)i', roles: ['handle:i2c', 'room', 'length'], writes: counted(1, 2) },
  'kanchi_i2c.write': { type: '(iii)i', roles: ['handle:i2c', 'bytes', 'length'] },
  'kanchi_i2c.write_read': {
    type: '(iiiii)i',
    roles: ['handle:i2c', 'bytes', 'length', 'room', 'length'],
    writes: counted(3, 4),
  },
  'kanchi_i2c.transaction': {
    type: '(iiii)i',
    roles: ['handle:i2c', 'address', 'i2c-operations', 'count'],
    writes: receiving(2, 3, i2cOperation, (kind) => kind === 0),
  },
  'kanchi_i2c.close': { type: '(i)i', roles: ['handle:i2c'] },
  'kanchi_spi.open': { type: '(ii)i', roles: ['label:spi', 'length'] },
  'kanchi_spi.transfer': {
    type: '(iiii)i',
    roles: ['handle:spi', 'bytes', 'room', 'length'],
    writes: counted(2, 3),
  },
  'kanchi_spi.transaction': {
    type: '(iii)i',
    roles: ['handle:spi', 'spi-operations', 'count'],
    writes: receiving(1, 2, spiOperation, (kind) => kind === 0 || kind === 2),
  },
  'kanchi_spi.close': { type: '(i)i', roles: ['handle:spi'] },
  'kanchi_uart.open': { type: '(ii)i', roles: ['label:uart', 'length'] },
  'kanchi_uart.read': {
    type: '(iiiI)i',
    roles: ['handle:uart', 'room', 'length', 'deadline'],
    writes: counted(1, 2),
  },
  'kanchi_uart.write': { type: '(iiiI)i', roles: ['handle:uart', 'bytes', 'length', 'deadline'] },
  'kanchi_uart.flush': { type: '(iI)i', roles: ['handle:uart', 'deadline'] },
  'kanchi_uart.available': { type: '(i)i', roles: ['handle:uart'] },
  'kanchi_uart.watch': { type: '(i)i', roles: ['handle:uart'] },
  'kanchi_uart.unwatch': { type: '(i)i', roles: ['handle:uart'] },
  'kanchi_uart.close': { type: '(i)i', roles: ['handle:uart'] },
  'kanchi_mmio.open': { type: '(ii)i', roles: ['label:mmio', 'length'] },
  'kanchi_mmio.read8': readRegister,
  'kanchi_mmio.read16': readRegister,
  'kanchi_mmio.read32': readRegister,
  'kanchi_mmio.write8': writeRegister,
  'kanchi_mmio.write16': writeRegister,
  'kanchi_mmio.write32': writeRegister,
  'kanchi_mmio.modify8': modifyRegister,
  'kanchi_mmio.modify16': modifyRegister,
  'kanchi_mmio.modify32': modifyRegister,
  'kanchi_mmio.close': { type: '(i)i', roles: ['handle:mmio'] },
  'kanchi_pwm.open': { type: '(ii)i', roles: ['label:pwm', 'length'] },
  'kanchi_pwm.set_duty': { type: '(iI)i', roles: ['handle:pwm', 'duty'] },
  'kanchi_pwm.set_period': { type: '(iII)i', roles: ['handle:pwm', 'period', 'duty'] },
  'kanchi_pwm.enable': { type: '(i)i', roles: ['handle:pwm'] },
  'kanchi_pwm.disable': { type: '(i)i', roles: ['handle:pwm'] },
  'kanchi_pwm.close': { type: '(i)i', roles: ['handle:pwm'] },
  'kanchi_sensor.subscribe': {
    type: '(iii)i',
    roles: ['label:sensor', 'length', 'contract'],
    writes: fixed([2, CONTRACT_BYTES]),
  },
  'kanchi_sensor.describe': {
    type: '(iii)i',
    roles: ['handle:sensor', 'room', 'count'],
    writes: counted(1, 2, CHANNEL_BYTES),
  },
  'kanchi_sensor.read': {
    type: '(iii)i',
    roles: ['handle:sensor', 'room', 'count'],
    writes: counted(1, 2, READING_BYTES),
  },
  'kanchi_sensor.change': {
    type: '(ii)i',
    roles: ['handle:sensor', 'contract'],
    writes: fixed([1, CONTRACT_BYTES]),
  },
  'kanchi_sensor.close': { type: '(i)i', roles: ['handle:sensor'] },
  'kanchi_clock.now': { type: '()I', roles: [] },
  'kanchi_clock.wall': { type: '()I', roles: [] },
  'kanchi_clock.sleep_until': { type: '(I)i', roles: ['deadline'] },
  'kanchi_clock.timer_start': { type: '(IIi)i', roles: ['interval', 'deadline', 'small'] },
  'kanchi_clock.timer_stop': { type: '(i)i', roles: ['handle:timer'] },
  'kanchi_event.wait': {
    type: '(iiI)i',
    roles: ['room', 'count', 'deadline'],
    writes: counted(0, 1, EVENT_BYTES),
  },
  'kanchi_event.next': { type: '(i)i', roles: ['room'], writes: fixed([0, EVENT_BYTES]) },
  'kanchi_log.write': { type: '(iii)i', roles: ['small', 'bytes', 'length'] },
  'kanchi_log.last_error': { type: '(ii)i', roles: ['room', 'length'], writes: counted(0, 1) },
  'kanchi_random.fill': { type: '(ii)i', roles: ['room', 'length'], writes: counted(0, 1) },
};
