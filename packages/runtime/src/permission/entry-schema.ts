import { I2C_FIRST_ADDRESS, I2C_LAST_ADDRESS, PWM_MAX_PERIOD_NS } from '@kanchi/hal';
import { z } from 'zod';
import { nameSchema, numberField } from '../app/field.ts';
import { MAX_ENTRIES } from '../app/file-limits.ts';
import {
  MAX_HOST_LENGTH,
  MAX_LOG_BYTES_PER_SECOND,
  MAX_PERMITTED_BYTES,
  MAX_SENSOR_RATE_HZ,
  MAX_SPI_CLOCK_HZ,
  MAX_TIMER_INTERVAL_MS,
  MAX_TOPIC_LENGTH,
  MAX_WINDOW_BYTES,
  MIN_SENSOR_RATE_HZ,
  MIN_TIMER_INTERVAL_MS,
} from './limits.ts';
import { HOST_PATTERN, TOPIC_PATTERN } from './service-names.ts';

/** Largest 16-bit register address. */
const MAX_REGISTER = 0xffff;
function actions<Names extends readonly [string, ...string[]]>(names: Names, about: string) {
  return z.array(z.enum(names)).min(1).max(names.length).describe(about);
}

const registerRange = z
  .strictObject({
    first: numberField(0, MAX_REGISTER).describe('First register address.'),
    last: numberField(0, MAX_REGISTER).optional().describe('Last register address; the first when left out.'),
    actions: actions(
      ['read', 'write'],
      'What may be done with them; the entry’s actions when left out.',
    ).optional(),
  })
  .refine((range) => (range.last ?? range.first) >= range.first, {
    message: '"last" must not be below "first"',
    path: ['last'],
  });

const address = numberField(I2C_FIRST_ADDRESS, I2C_LAST_ADDRESS).describe('7-bit address.');
const addressRange = z.union([
  address,
  z.strictObject({ first: address, last: address }).refine((range) => range.last >= range.first, {
    message: '"last" must not be below "first"',
    path: ['last'],
  }),
]);

const mmioRegisters = z
  .strictObject({
    offset: numberField(0, MAX_WINDOW_BYTES - 4).describe('Byte offset of the register, a multiple of 4.'),
    last: numberField(0, MAX_WINDOW_BYTES - 4)
      .optional()
      .describe('Byte offset of the last register of a range; the same register when left out.'),
    actions: actions(['read', 'write'], 'What may be done with it; both when left out.').optional(),
    writeMask: numberField(1, 0xffffffff).optional().describe('Bits that may change; all when left out.'),
  })
  .refine((entry) => entry.offset % 4 === 0 && (entry.last ?? 0) % 4 === 0, {
    message: 'offsets are multiples of 4',
    path: ['offset'],
  })
  .refine((entry) => (entry.last ?? entry.offset) >= entry.offset, {
    message: '"last" must not be below "offset"',
    path: ['last'],
  })
  .refine((entry) => entry.writeMask === undefined || (entry.actions?.includes('write') ?? true), {
    message: '"writeMask" goes with the action "write"',
    path: ['writeMask'],
  });

const kind = <Name extends string>(name: Name, about: string) => z.literal(name).describe(about);

const list = <Item extends z.ZodType>(item: Item) => z.array(item).min(1).max(MAX_ENTRIES);

const label = (section: string) => nameSchema.describe(`Label of the board file, under ${section}.`);

const i2cDetail = {
  kind: kind('i2c', 'An I2C device, or addresses of a bus.'),
  device: label('"i2c.devices"').optional(),
  bus: label('"i2c.buses"').optional(),
  addresses: list(addressRange).optional().describe('7-bit addresses on the bus; only with "bus".'),
  registers: list(registerRange)
    .optional()
    .describe('Only these registers of the device; the whole device when left out. Only with "device".'),
};

interface I2cDetail {
  readonly device?: string | undefined;
  readonly bus?: string | undefined;
  readonly addresses?: unknown;
  readonly actions?: readonly string[] | undefined;
  readonly registers?: readonly { readonly actions?: readonly string[] | undefined }[] | undefined;
}

function checkI2c(entry: I2cDetail, context: z.RefinementCtx): void {
  const fault = (message: string, ...path: PropertyKey[]) =>
    context.addIssue({ code: 'custom', message, path });
  if ((entry.device === undefined) === (entry.bus === undefined)) {
    fault('an i2c entry names either a "device" or a "bus"', 'device');
  } else if (entry.bus !== undefined && entry.registers !== undefined) {
    fault('"registers" go with a "device", not with a "bus"', 'registers');
  } else if (entry.device !== undefined && entry.addresses !== undefined) {
    fault('"addresses" go with a "bus"; a "device" has the address that the board file gives', 'addresses');
  }
  for (const [index, range] of (entry.registers ?? []).entries()) {
    const beyond = range.actions?.find((action) => entry.actions?.includes(action) === false);
    if (beyond !== undefined) {
      fault(`"${beyond}" must also stand in the "actions" of the entry`, 'registers', index, 'actions');
    }
  }
}

function checkI2cPermission(entry: I2cDetail, context: z.RefinementCtx): void {
  checkI2c(entry, context);
  if (entry.bus !== undefined && entry.addresses === undefined) {
    context.addIssue({ code: 'custom', message: 'a "bus" needs "addresses"', path: ['addresses'] });
  }
}

const gpioActions = actions(['read', 'write', 'watch'], 'What may be done with the line.');
const uartActions = actions(['read', 'write'], 'What may be done with the port.');
const i2cActions = actions(['read', 'write'], 'Directions that are granted.');
const clockActions = actions(['monotonic', 'wall', 'sleep', 'timer'], 'What may be asked of the clock.');
const messageActions = actions(
  ['request', 'register', 'publish', 'subscribe'],
  'What may be done with the topics.',
);
/** A topic is a path; one that ends in "*" stands for everything that begins with the rest. */
const topics = list(
  z
    .string()
    .min(1)
    .max(MAX_TOPIC_LENGTH)
    .regex(/^[^*]*\*?$/u, 'has "*" only at its end')
    .regex(TOPIC_PATTERN, 'has ASCII characters without blanks, double quotes and backslashes'),
).describe('Paths, e.g. "/alert/overheat"; "/alert/*" stands for all that begin with "/alert/".');
const connectionTarget = {
  kind: kind('connection', 'Network connections.'),
  protocol: z.enum(['tcp', 'udp']).describe('Protocol.'),
  host: z
    .string()
    .min(1)
    .max(MAX_HOST_LENGTH)
    .regex(HOST_PATTERN, 'has letters, digits, dots, colons and hyphens')
    .describe('IPv4 address or name that the app gives, exactly.'),
  port: numberField(1, 65_535).describe('Port of the far end; of a UDP connection also the own port.'),
};
const maxBytes = numberField(1, MAX_PERMITTED_BYTES).optional();

const nanoseconds = (least: number, about: string) =>
  z
    .strictObject({
      first: numberField(least, PWM_MAX_PERIOD_NS).describe('Shortest, nanoseconds.'),
      last: numberField(least, PWM_MAX_PERIOD_NS)
        .optional()
        .describe('Longest, nanoseconds; the shortest when left out.'),
    })
    .refine((range) => (range.last ?? range.first) >= range.first, {
      message: '"last" must not be below "first"',
      path: ['last'],
    })
    .optional()
    .describe(about);

/** An entry of "permissions". */
export const permissionSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: kind('gpio', 'A GPIO line.'), line: label('"lines"'), actions: gpioActions }),
  z
    .strictObject({
      ...i2cDetail,
      actions: i2cActions,
      maxTransactionBytes: maxBytes.describe('Most bytes of one transaction; 256 when left out.'),
    })
    .superRefine(checkI2cPermission),
  z.strictObject({
    kind: kind('spi', 'An SPI chip select.'),
    device: label('"spi.devices"'),
    maxClockHz: numberField(1, MAX_SPI_CLOCK_HZ).optional().describe('Fastest clock; 1000000 when left out.'),
    modes: list(z.literal([0, 1, 2, 3]))
      .optional()
      .describe('SPI modes; mode 0 when left out.'),
    maxTransactionBytes: maxBytes.describe('Most bytes of one transaction; 4096 when left out.'),
  }),
  z.strictObject({ kind: kind('uart', 'A serial port.'), port: label('"uart.ports"'), actions: uartActions }),
  z.strictObject({
    kind: kind('mmio', 'Registers of a window.'),
    window: label('"mmio.windows"'),
    registers: list(mmioRegisters).describe('Registers of the window that are granted.'),
  }),
  z.strictObject({
    kind: kind('pwm', 'A PWM output.'),
    channel: label('"pwm.channels"'),
    periodsNs: nanoseconds(1, 'Periods; that of the board file when left out.'),
    dutiesNs: nanoseconds(0, 'Active times of a period; all that fit when left out.'),
  }),
  z.strictObject({
    kind: kind('sensor', 'A sensor that the host reads.'),
    sensor: label('"sensors"'),
    channels: list(nameSchema).optional().describe('Only these channels; all when left out.'),
    maximumRateHz: z
      .number()
      .min(MIN_SENSOR_RATE_HZ)
      .max(MAX_SENSOR_RATE_HZ)
      .optional()
      .describe('Fastest rate of one subscription; 10 when left out.'),
  }),
  z.strictObject({
    kind: kind('message', 'Requests and events between apps.'),
    actions: messageActions,
    topics,
  }),
  z.strictObject(connectionTarget),
  z.strictObject({
    kind: kind('clock', 'Time.'),
    actions: clockActions,
    minimumIntervalMs: z
      .number()
      .min(MIN_TIMER_INTERVAL_MS)
      .max(MAX_TIMER_INTERVAL_MS)
      .optional()
      .describe('Shortest timer interval; 1 when left out.'),
  }),
  z.strictObject({
    kind: kind('log', 'Log and standard output.'),
    maxBytesPerSecond: numberField(1, MAX_LOG_BYTES_PER_SECOND)
      .optional()
      .describe('Log and standard output together; 65536 when left out. More is dropped and counted.'),
  }),
]);

/** An entry of "deny": without detail it takes the whole target. */
export const denySchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: kind('gpio', 'A GPIO line.'),
    line: label('"lines"'),
    actions: gpioActions.optional(),
  }),
  z.strictObject({ ...i2cDetail, actions: i2cActions.optional() }).superRefine(checkI2c),
  z.strictObject({ kind: kind('spi', 'An SPI chip select.'), device: label('"spi.devices"') }),
  z.strictObject({
    kind: kind('uart', 'A serial port.'),
    port: label('"uart.ports"'),
    actions: uartActions.optional(),
  }),
  z.strictObject({
    kind: kind('mmio', 'Registers of a window.'),
    window: label('"mmio.windows"'),
    registers: list(mmioRegisters).optional().describe('Registers that are taken; all when left out.'),
  }),
  z.strictObject({ kind: kind('pwm', 'A PWM output.'), channel: label('"pwm.channels"') }),
  z.strictObject({ kind: kind('sensor', 'A sensor that the host reads.'), sensor: label('"sensors"') }),
  z.strictObject({
    kind: kind('message', 'Requests and events between apps.'),
    actions: messageActions.optional(),
    topics,
  }),
  z.strictObject(connectionTarget),
  z.strictObject({ kind: kind('clock', 'Time.'), actions: clockActions.optional() }),
  z.strictObject({ kind: kind('log', 'Log and standard output.') }),
]);

export type PermissionEntry = z.infer<typeof permissionSchema>;
/** As a file has it: numbers may be texts. */
export type PermissionInput = z.input<typeof permissionSchema>;
export type DenyEntry = z.infer<typeof denySchema>;
