/**
 * Every error code of this package. Code, kind, guest number (`@kanchi/runtime`) and the page
 * `docs/errors.md` are kept equal by a test. A kind is where callers branch; it uses the names of embedded-hal 1.0
 * (i2c::ErrorKind, spi::ErrorKind, serial::ErrorKind) and of the WASI I2C, SPI and GPIO proposals.
 */
export const halErrorTable = {
  HAL_BAD_ARGUMENT: { kind: 'bad-argument', summary: 'an argument is outside what the call accepts' },
  HAL_CLOSED: { kind: 'closed', summary: 'the handle was used after it was closed' },
  HAL_NO_SUCH_DEVICE: { kind: 'no-such-device', summary: 'the chip, bus, port or window does not exist' },
  HAL_BUSY: { kind: 'already-in-use', summary: 'another consumer owns the resource' },
  HAL_NOT_SUPPORTED: { kind: 'not-supported', summary: 'the backend or the device cannot do this' },
  HAL_TIMEOUT: { kind: 'timeout', summary: 'the device did not finish in time' },
  HAL_INTERRUPTED: { kind: 'interrupted', summary: 'the wait ended because the app was asked to stop' },
  HAL_TOO_LONG: { kind: 'too-long', summary: 'the transfer is longer than the backend can do in one piece' },
  HAL_LIMIT_REACHED: { kind: 'limit-reached', summary: 'a table or queue with a named limit is full' },
  HAL_DISCONNECTED: { kind: 'disconnected', summary: 'the far end or the device went away' },
  HAL_HARDWARE_FAULT: { kind: 'hardware-fault', summary: 'the hardware reported a fault' },
  HAL_PERMISSION: { kind: 'permission', summary: 'the operating system refused access to the device' },
  HAL_GPIO_MODE: { kind: 'pin-mode-not-allowed', summary: 'the line direction does not allow this call' },
  HAL_I2C_BUS: { kind: 'bus', summary: 'bus error: start or stop at the wrong place, or a line held low' },
  HAL_I2C_ARBITRATION_LOSS: { kind: 'arbitration-loss', summary: 'another controller won the bus' },
  HAL_I2C_NO_ACKNOWLEDGE_ADDRESS: {
    kind: 'no-acknowledge-address',
    summary: 'no device acknowledged the address',
  },
  HAL_I2C_NO_ACKNOWLEDGE_DATA: {
    kind: 'no-acknowledge-data',
    summary: 'the device did not acknowledge a data byte',
  },
  HAL_I2C_NO_ACKNOWLEDGE_UNKNOWN: {
    kind: 'no-acknowledge-unknown',
    summary: 'not acknowledged; the controller does not tell which byte',
  },
  HAL_OVERRUN: { kind: 'overrun', summary: 'data arrived faster than it was taken' },
  HAL_SPI_MODE_FAULT: { kind: 'mode-fault', summary: 'another controller drove the bus' },
  HAL_SPI_FRAME_FORMAT: { kind: 'frame-format', summary: 'the SPI frame was not as expected' },
  HAL_SPI_CHIP_SELECT_FAULT: { kind: 'chip-select-fault', summary: 'chip select could not be driven' },
  HAL_UART_FRAMING: { kind: 'frame-format', summary: 'a received character had no valid stop bit' },
  HAL_UART_PARITY: { kind: 'parity', summary: 'a received character had the wrong parity' },
  HAL_UART_NOISE: { kind: 'noise', summary: 'a received character was disturbed' },
  HAL_MMIO_OUT_OF_RANGE: { kind: 'out-of-range', summary: 'the access leaves the register window' },
  HAL_MMIO_MISALIGNED: { kind: 'bad-argument', summary: 'the offset is not a multiple of the access width' },
  HAL_OTHER: { kind: 'other', summary: 'a fault that fits no other code' },
} as const;

export type HalErrorCode = keyof typeof halErrorTable;
export type HalErrorKind = (typeof halErrorTable)[HalErrorCode]['kind'];

/** Plain fields that say which resource failed; they cross thread borders, so they are JSON values. */
export type HalErrorDetails = Readonly<Record<string, string | number | boolean>>;

export interface HalErrorOptions {
  readonly details?: HalErrorDetails;
  /** Linux errno name, e.g. `EREMOTEIO`, where the kernel reported the failure (or a mock imitates it). */
  readonly errno?: string;
  readonly cause?: unknown;
}

/** The one error class of `@kanchi/hal`. */
export class HalError extends Error {
  override readonly name = 'HalError';
  readonly code: HalErrorCode;
  readonly kind: HalErrorKind;
  readonly details: HalErrorDetails;
  readonly errno: string | undefined;

  constructor(code: HalErrorCode, message: string, options: HalErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.kind = halErrorTable[code].kind;
    this.details = options.details ?? {};
    this.errno = options.errno;
  }
}
