import { describe, expect, it } from 'vitest';
import { HalError } from '../error.ts';
import { type ErrnoContext, errnoTable, halErrorOf, withErrno } from './errno-error.ts';
import { SysError } from './sys.ts';

const everywhere: readonly ErrnoContext[] = ['open', 'gpio', 'i2c', 'spi', 'mmio', 'pwm'];

/** Written from errno(3), the fault codes of I2C, and what was seen of each driver. */
const expected: readonly (readonly [string, readonly ErrnoContext[], string])[] = [
  ['EACCES', everywhere, 'HAL_PERMISSION'],
  ['EPERM', ['open', 'i2c', 'spi', 'mmio', 'pwm'], 'HAL_PERMISSION'],
  // GPIO_V2_LINE_SET_VALUES of an input.
  ['EPERM', ['gpio'], 'HAL_GPIO_MODE'],
  ['EBUSY', ['open', 'gpio', 'spi', 'mmio', 'pwm'], 'HAL_BUSY'],
  ['EBUSY', ['i2c'], 'HAL_I2C_BUS'],
  ['ENOENT', ['open', 'gpio', 'i2c', 'spi', 'mmio'], 'HAL_NO_SUCH_DEVICE'],
  // The channel was taken out of sysfs while it was held.
  ['ENOENT', ['pwm'], 'HAL_DISCONNECTED'],
  ['ENODEV', ['open', 'mmio'], 'HAL_NO_SUCH_DEVICE'],
  ['ENODEV', ['gpio', 'i2c', 'spi', 'pwm'], 'HAL_DISCONNECTED'],
  ['ENXIO', ['open', 'gpio', 'spi', 'mmio', 'pwm'], 'HAL_NO_SUCH_DEVICE'],
  ['ENXIO', ['i2c'], 'HAL_I2C_NO_ACKNOWLEDGE_UNKNOWN'],
  ['EREMOTEIO', ['i2c'], 'HAL_I2C_NO_ACKNOWLEDGE_UNKNOWN'],
  ['ENOTTY', everywhere, 'HAL_NOT_SUPPORTED'],
  ['EOPNOTSUPP', everywhere, 'HAL_NOT_SUPPORTED'],
  ['ENOTSUP', everywhere, 'HAL_NOT_SUPPORTED'],
  ['ENOSYS', everywhere, 'HAL_NOT_SUPPORTED'],
  ['E524', everywhere, 'HAL_NOT_SUPPORTED'],
  ['EINVAL', everywhere, 'HAL_BAD_ARGUMENT'],
  ['ETIMEDOUT', everywhere, 'HAL_TIMEOUT'],
  ['EMFILE', everywhere, 'HAL_LIMIT_REACHED'],
  ['ENFILE', everywhere, 'HAL_LIMIT_REACHED'],
  ['ENOMEM', everywhere, 'HAL_LIMIT_REACHED'],
  ['EIO', ['open', 'gpio', 'spi', 'mmio', 'pwm'], 'HAL_HARDWARE_FAULT'],
  // What i2c-bcm2835 gives for a clock that was stretched too long.
  ['EIO', ['i2c'], 'HAL_I2C_BUS'],
  ['EPROTO', ['i2c'], 'HAL_I2C_BUS'],
  ['EBADMSG', ['i2c'], 'HAL_I2C_BUS'],
  ['EAGAIN', ['i2c'], 'HAL_I2C_ARBITRATION_LOSS'],
  ['EOVERFLOW', ['i2c'], 'HAL_OVERRUN'],
  ['ESHUTDOWN', ['i2c', 'spi'], 'HAL_DISCONNECTED'],
  ['EMSGSIZE', ['spi'], 'HAL_TOO_LONG'],
];

function codeOf(errno: string, context: ErrnoContext): string | undefined {
  const error = halErrorOf(new SysError(errno, 'ioctl'), context, 'it');
  return error instanceof HalError ? error.code : undefined;
}

describe('errno to code', () => {
  it.each(expected)('%s in %j is %s', (errno, contexts, code) => {
    expect(contexts.map((context) => codeOf(errno, context))).toEqual(contexts.map(() => code));
  });

  it('has no row that is not asserted here', () => {
    const rows = Object.entries(errnoTable).flatMap(([context, codes]) =>
      Object.keys(codes).map((errno) => `${context} ${errno}`),
    );
    const asserted = new Set(
      expected.flatMap(([errno, contexts]) => ['any', ...contexts].map((context) => `${context} ${errno}`)),
    );
    expect(rows.filter((row) => !asserted.has(row))).toEqual([]);
  });

  it('gives HAL_OTHER for what the driver should never give: EBADF, EFAULT, ESPIPE, a number without a name', () => {
    const strange = ['EBADF', 'EFAULT', 'ESPIPE', 'E4000', 'constructor', 'toString'];
    const codes = strange.flatMap((errno) => everywhere.map((context) => codeOf(errno, context)));
    expect(new Set(codes)).toEqual(new Set(['HAL_OTHER']));
  });

  it('keeps the errno, what it was about, the details and the cause', () => {
    const cause = new SysError('EACCES', 'open', '/dev/i2c-1');
    const error = halErrorOf(cause, 'open', '/dev/i2c-1', { bus: 1 }) as HalError;
    expect([error.errno, error.details, error.cause]).toEqual(['EACCES', { bus: 1 }, cause]);
    expect(error.message).toContain('/dev/i2c-1: EACCES from open');
    expect(error.message).toContain('group');
  });

  it('lets through what is no failed call', () => {
    const other = new RangeError('a fault of the program');
    expect(halErrorOf(other, 'gpio', 'it')).toBe(other);
    expect(() =>
      withErrno('gpio', 'it', {}, () => {
        throw other;
      }),
    ).toThrow(other);
    expect(withErrno('gpio', 'it', {}, () => 5)).toBe(5);
  });
});
