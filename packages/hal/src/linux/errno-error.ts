import { HalError, type HalErrorCode, type HalErrorDetails } from '../error.ts';
import { SysError } from './sys.ts';

/** What a system call was made for: the same errno means different things. */
export type ErrnoContext = 'open' | 'gpio' | 'i2c' | 'spi' | 'mmio' | 'pwm';

/**
 * From errno to code where the context says nothing else. Sources: errno(3); the kernel's documentation of I2C fault codes
 * (Documentation/i2c/fault-codes.rst); what each driver was seen to give on the emulated Pi (docs/fidelity.md).
 */
const common: Readonly<Record<string, HalErrorCode>> = {
  EACCES: 'HAL_PERMISSION',
  EPERM: 'HAL_PERMISSION',
  EBUSY: 'HAL_BUSY',
  ENOENT: 'HAL_NO_SUCH_DEVICE',
  ENODEV: 'HAL_NO_SUCH_DEVICE',
  ENXIO: 'HAL_NO_SUCH_DEVICE',
  ENOTTY: 'HAL_NOT_SUPPORTED',
  EOPNOTSUPP: 'HAL_NOT_SUPPORTED',
  ENOTSUP: 'HAL_NOT_SUPPORTED',
  ENOSYS: 'HAL_NOT_SUPPORTED',
  // ENOTSUPP, which is the kernel's own and has no name in errno.h; some drivers let it out (linux/errno.h).
  E524: 'HAL_NOT_SUPPORTED',
  EINVAL: 'HAL_BAD_ARGUMENT',
  ETIMEDOUT: 'HAL_TIMEOUT',
  EMFILE: 'HAL_LIMIT_REACHED',
  ENFILE: 'HAL_LIMIT_REACHED',
  ENOMEM: 'HAL_LIMIT_REACHED',
  EIO: 'HAL_HARDWARE_FAULT',
};

const byContext: Readonly<Record<ErrnoContext, Readonly<Record<string, HalErrorCode>>>> = {
  open: {},
  gpio: {
    // A value was set on an input.
    EPERM: 'HAL_GPIO_MODE',
    // The chip was unbound while the line was held.
    ENODEV: 'HAL_DISCONNECTED',
  },
  i2c: {
    ENXIO: 'HAL_I2C_NO_ACKNOWLEDGE_UNKNOWN',
    // What i2c-bcm2835 gives when nobody acknowledges.
    EREMOTEIO: 'HAL_I2C_NO_ACKNOWLEDGE_UNKNOWN',
    EAGAIN: 'HAL_I2C_ARBITRATION_LOSS',
    EIO: 'HAL_I2C_BUS',
    // The bus stayed busy, which mostly means that a chip holds a wire; an address that is taken is asked for before.
    EBUSY: 'HAL_I2C_BUS',
    EPROTO: 'HAL_I2C_BUS',
    EBADMSG: 'HAL_I2C_BUS',
    EOVERFLOW: 'HAL_OVERRUN',
    ESHUTDOWN: 'HAL_DISCONNECTED',
    ENODEV: 'HAL_DISCONNECTED',
  },
  spi: {
    EMSGSIZE: 'HAL_TOO_LONG',
    // The controller or the device was unbound while it was held.
    ESHUTDOWN: 'HAL_DISCONNECTED',
    ENODEV: 'HAL_DISCONNECTED',
  },
  mmio: {},
  pwm: {
    // Somebody took the channel out of sysfs, or the controller was unbound.
    ENOENT: 'HAL_DISCONNECTED',
    ENODEV: 'HAL_DISCONNECTED',
  },
};

/** All rows, for the page docs/backends.md: what holds in every context first. */
export const errnoTable: Readonly<Record<'any' | ErrnoContext, Readonly<Record<string, HalErrorCode>>>> = {
  any: common,
  ...byContext,
};

/** What a person is to do about it, where that is known. */
const advice: Partial<Record<HalErrorCode, string>> = {
  HAL_PERMISSION:
    'add the user to the group that owns the device file (gpio, i2c, spi or dialout) and log in again',
};

/** mmap(2) of /dev/mem where CONFIG_IO_STRICT_DEVMEM keeps what a driver of the kernel has. */
const KERNEL_OWNED =
  'a driver of the kernel has these registers; use /dev/gpiomem, or write "iomem=relaxed" on the kernel\'s command line';

/** `what`: the resource, for people. Anything but a SysError is given back as it is. */
export function halErrorOf(
  error: unknown,
  context: ErrnoContext,
  what: string,
  details: HalErrorDetails = {},
): unknown {
  if (!(error instanceof SysError)) return error;
  const rows = [byContext[context], common].find((each) => Object.hasOwn(each, error.errno));
  const code = rows?.[error.errno] ?? 'HAL_OTHER';
  const hint = error.errno === 'EPERM' && error.call === 'mmap' ? KERNEL_OWNED : advice[code];
  const text = `${what}: ${error.errno} from ${error.call}${hint === undefined ? '' : `; ${hint}`}`;
  return new HalError(code, text, { details, errno: error.errno, cause: error });
}

/** Runs the action; a system call that fails in it becomes a HalError. */
export function withErrno<T>(
  context: ErrnoContext,
  what: string,
  details: HalErrorDetails,
  action: () => T,
): T {
  try {
    return action();
  } catch (error) {
    throw halErrorOf(error, context, what, details);
  }
}
