import { PWM_MAX_PERIOD_NS } from '@kanchi/hal';
import { HEADER_PIN_COUNT } from '@kanchi/hal/raspberry-pi';
import { z } from 'zod';
import {
  MAX_SENSOR_RATE_HZ,
  MAX_SPI_CLOCK_HZ,
  MAX_WINDOW_BYTES,
  MIN_SENSOR_RATE_HZ,
} from '../permission/limits.ts';
import { formatField, nameSchema, numberField, schemaField } from './field.ts';
import { MAX_ENTRIES, MAX_NAME_LENGTH } from './file-limits.ts';

/** Most lines of one chip (the character device counts them in 32 bits; no known chip has more than 512). */
const MAX_LINE = 1023;
/** GPIO_MAX_NAME_SIZE of linux/gpio.h without the zero byte at its end. */
const MAX_LINE_NAME_LENGTH = 31;
const MAX_BUS = 255;
const MAX_PWM_CHANNEL = 63;
const level = z.literal([0, 1]);
const part = nameSchema.optional().describe('Which part is wired; the mock simulates it.');

const lineSchema = z
  .strictObject({
    line: numberField(0, MAX_LINE)
      .optional()
      .describe('Line offset on its chip; on a Pi the BCM number. Either this, "pin" or "lineName".'),
    pin: numberField(1, HEADER_PIN_COUNT)
      .optional()
      .describe('Pin of the 40-pin header of a Raspberry Pi, instead of "line".'),
    lineName: z
      .string()
      .min(1)
      .max(MAX_LINE_NAME_LENGTH)
      .optional()
      .describe('Name that the kernel has for the line, e.g. GPIO17, instead of "line".'),
    chip: z
      .string()
      .min(1)
      .max(31)
      .optional()
      .describe('Label of the GPIO chip; left out, the header’s, or for "lineName" whichever has the line.'),
    direction: z.enum(['input', 'output']).default('input').describe('An output has one owner at a time.'),
    activeLow: z.boolean().default(false).describe('True when logical 1 is the low level.'),
    initialLevel: level.default(0).describe('Logical level that an output starts with.'),
    safeLevel: level.default(0).describe('Logical level that an output is driven to when its app ends.'),
    bias: z
      .enum(['as-is', 'disabled', 'pull-up', 'pull-down'])
      .optional()
      .describe('Pull resistor of the pin; as it is when left out.'),
    drive: z
      .enum(['push-pull', 'open-drain', 'open-source'])
      .optional()
      .describe('How an output drives; push-pull when left out.'),
    part,
  })
  .describe('A GPIO line. All levels are logical.');

const addressingSchema = z
  .strictObject({
    addressBytes: z
      .literal([1, 2])
      .default(1)
      .describe('Bytes of a register address, most significant first.'),
    write: z
      .enum(['increment', 'pairs'])
      .default('increment')
      .describe('What follows in a write: bytes for the next registers, or (register, value) pairs.'),
    pageBytes: z
      .literal([2, 4, 8, 16, 32, 64, 128, 256])
      .optional()
      .describe('A memory whose writes come round at the end of a page: bytes of a page.'),
  })
  .refine(({ write, pageBytes }) => write === 'increment' || pageBytes === undefined, {
    path: ['pageBytes'],
    message: 'pages go together with "write": "increment" only',
  })
  .describe('How the device takes register addresses; needed to grant single registers.');

const uartSchema = z.strictObject({
  port: z.string().min(1).max(255).describe('Device file of the port, e.g. /dev/serial0.'),
  baud: numberField(50, 4_000_000).describe('Bits per second on the wire.'),
  dataBits: z.literal([7, 8]).default(8).describe('Data bits of a character.'),
  parity: z.enum(['none', 'even', 'odd']).default('none').describe('Parity bit.'),
  stopBits: z.literal([1, 2]).default(1).describe('Stop bits.'),
  flowControl: z.enum(['none', 'rts-cts']).default('none').describe('Hardware flow control.'),
  part,
});

const registerSchema = z.strictObject({
  offset: numberField(0, 0xff_fffc)
    .refine((offset) => offset % 4 === 0, 'must be a multiple of 4')
    .describe('Byte offset in the window, a multiple of 4.'),
  writeOneOnly: z.boolean().default(false).describe('True when writing 0 to a bit does nothing.'),
});

/** As datasheets write them. */
const registerName = z
  .string()
  .max(MAX_NAME_LENGTH)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/u, 'must be letters, digits and _, not a digit first');

const windowSchema = z
  .strictObject({
    device: z.string().min(1).max(255).describe('Device file that is mapped, e.g. /dev/gpiomem.'),
    base: numberField(0, 0xffff_fffc).default(0).describe('Where the window starts in the device file.'),
    byteLength: numberField(4, MAX_WINDOW_BYTES).describe('Size of the window, a multiple of 4.'),
    registers: z.record(registerName, registerSchema).default({}).describe('Registers by name.'),
    part,
  })
  .refine((window) => window.base % 4 === 0 && window.byteLength % 4 === 0, {
    message: '"base" and "byteLength" are multiples of 4',
    path: ['byteLength'],
  });

const pwmSchema = z
  .strictObject({
    channel: numberField(0, MAX_PWM_CHANNEL).describe('Channel of its controller, from 0.'),
    chip: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .describe('Device of the PWM controller, e.g. 3f20c000.pwm; the header’s when left out.'),
    periodNs: numberField(1, PWM_MAX_PERIOD_NS).describe(
      'Period that it is opened with: 20000000 for a servo.',
    ),
    polarity: z
      .enum(['normal', 'inversed'])
      .default('normal')
      .describe('"inversed" when the load is on while the output is low.'),
    safeDutyNs: numberField(0, PWM_MAX_PERIOD_NS)
      .optional()
      .describe('Active time of each period that its app leaves behind; off when left out.'),
  })
  .refine(({ periodNs, safeDutyNs = 0 }) => safeDutyNs <= periodNs, {
    message: 'must not be over "periodNs"',
    path: ['safeDutyNs'],
  })
  .describe('A PWM output. Its app opens it switched off.');

const point = z.tuple([z.number(), z.number()]).describe('What the sensor says, and what is true there.');

/** One step from what a sensor says to what apps get. */
const calibrationStep = z.union([
  z.strictObject({ offset: z.number().describe('Is added.') }),
  z.strictObject({
    scale: z.number().describe('Multiplies, before the offset is added.'),
    offset: z.number().default(0).describe('Is added after it.'),
  }),
  z.strictObject({
    points: z
      .array(point)
      .min(2)
      .describe('Straight lines through these, in rising order of the first number; the outer two go on.'),
  }),
  z.strictObject({
    minimum: z.number().describe('Lowest value that passes.'),
    maximum: z.number().describe('Highest value that passes.'),
    outside: z
      .enum(['limit', 'refuse'])
      .describe('What is outside gives: the limit, or no value with the reason out-of-range.'),
  }),
]);
export type CalibrationStep = z.output<typeof calibrationStep>;

const sensorSchema = z
  .strictObject({
    driver: nameSchema.describe('Driver that reads it, e.g. bme280; docs/sensors has a page for each.'),
    device: nameSchema
      .optional()
      .describe(
        'Label of the device that it reads, under "i2c.devices" or "spi.devices"; none for kernel sensors.',
      ),
    maximumRateHz: z
      .number()
      .min(MIN_SENSOR_RATE_HZ)
      .max(MAX_SENSOR_RATE_HZ)
      .optional()
      .describe('Fastest rate that any app gets; what the driver can do when left out.'),
    calibration: z
      .record(z.string().min(1).max(64), z.array(calibrationStep).min(1))
      .default({})
      .describe('Steps from what the sensor says to what is true, by channel, in the unit of the channel.'),
    options: z.record(z.string().min(1).max(64), z.unknown()).default({}).describe('Options of the driver.'),
  })
  .describe('A sensor that the host reads for apps.');

/** Checked by the simulated part, which knows its quantities; the shape here is for editors. */
const worldValue = z.unknown().meta({
  description: 'A number, or how it moves: between two values in a period, or in steps of [seconds, value].',
  anyOf: [
    { type: 'number' },
    {
      type: 'object',
      properties: { from: { type: 'number' }, to: { type: 'number' }, periodSeconds: { type: 'number' } },
      required: ['from', 'to', 'periodSeconds'],
      additionalProperties: false,
    },
    {
      type: 'object',
      properties: {
        steps: {
          type: 'array',
          minItems: 1,
          items: { type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 },
        },
      },
      required: ['steps'],
      additionalProperties: false,
    },
  ],
});

function table<Entry extends z.ZodType>(entry: Entry, about: string) {
  return z
    .record(nameSchema, entry)
    .refine((entries) => Object.keys(entries).length <= MAX_ENTRIES, `at most ${MAX_ENTRIES} entries`)
    .default({})
    .describe(about);
}

/** `board.json`: what is wired, and what it is called. Unknown fields are refused. */
export const boardSchema = z
  .strictObject({
    $schema: schemaField,
    kanchi: formatField,
    name: nameSchema.describe('Name of the board.'),
    description: z.string().max(4096).optional().describe('One sentence for people.'),
    lines: table(lineSchema, 'GPIO lines by label.'),
    i2c: z
      .strictObject({
        buses: table(
          z.strictObject({
            bus: numberField(0, MAX_BUS).describe('Bus number: /dev/i2c-<bus>.'),
            clockHz: numberField(1000, 5_000_000)
              .optional()
              .describe('Bus clock, for people; the device tree sets it.'),
          }),
          'Whole buses by label.',
        ),
        devices: table(
          z.strictObject({
            bus: numberField(0, MAX_BUS).describe('Bus number: /dev/i2c-<bus>.'),
            address: numberField(0x08, 0x77).describe('7-bit address.'),
            registerAddressing: addressingSchema.optional(),
            part,
          }),
          'Devices by label.',
        ),
      })
      .prefault({})
      .describe('I2C buses and devices.'),
    spi: z
      .strictObject({
        devices: table(
          z.strictObject({
            bus: numberField(0, MAX_BUS).describe('Bus number: /dev/spidev<bus>.<chipSelect>.'),
            chipSelect: numberField(0, MAX_BUS).describe('Chip select: /dev/spidev<bus>.<chipSelect>.'),
            clockHz: numberField(1, MAX_SPI_CLOCK_HZ)
              .default(1_000_000)
              .describe('Clock that the device is run at.'),
            mode: z.literal([0, 1, 2, 3]).default(0).describe('Clock polarity (bit 1) and phase (bit 0).'),
            part,
          }),
          'Chip selects by label.',
        ),
      })
      .prefault({})
      .describe('SPI devices.'),
    uart: z
      .strictObject({ ports: table(uartSchema, 'Serial ports by label.') })
      .prefault({})
      .describe('Serial ports.'),
    mmio: z
      .strictObject({ windows: table(windowSchema, 'Register windows by label.') })
      .prefault({})
      .describe('Register windows.'),
    pwm: z
      .strictObject({ channels: table(pwmSchema, 'PWM outputs by label.') })
      .prefault({})
      .describe('PWM outputs.'),
    sensors: table(sensorSchema, 'Sensors that the host reads, by label.'),
    world: z
      .record(nameSchema, z.record(z.string().min(1).max(64), worldValue))
      .default({})
      .describe(
        'How the simulated world moves: label, then quantity, then a number or a signal. Mock hardware only.',
      ),
  })
  .describe('What is wired to a board.');

export type BoardFile = z.infer<typeof boardSchema>;
