import type { HalErrorCode } from '@kanchi/hal';

/**
 * The stable error numbers that guests see. Never renumbered, never reused; the truth for guests is
 * `packages/guest-sdk/spec/kanchi-abi.json`, a test keeps the two equal.
 */
export const errorNumber = {
  denied: -1,
  'no-such-label': -2,
  'bad-handle': -3,
  'bad-argument': -4,
  busy: -5,
  'not-supported': -6,
  timeout: -7,
  'no-acknowledge-address': -8,
  'no-acknowledge-data': -9,
  'no-acknowledge-unknown': -10,
  'arbitration-lost': -11,
  'bus-error': -12,
  overrun: -13,
  'mode-fault': -14,
  'frame-format': -15,
  'chip-select-fault': -16,
  parity: -17,
  noise: -18,
  'hardware-fault': -19,
  'limit-reached': -20,
  closed: -21,
  disconnected: -22,
  interrupted: -23,
  'out-of-granted-range': -24,
  'bad-state': -25,
  'too-long': -26,
  'corrupt-data': -27,
  stopped: -28,
  other: -99,
} as const;

export type ErrorName = keyof typeof errorNumber;
export type ErrorNumber = (typeof errorNumber)[ErrorName];

/** Which number a guest sees for each HAL error. Exhaustive: a new HAL code does not compile without one. */
export const errorNameOfHalCode: Readonly<Record<HalErrorCode, ErrorName>> = {
  HAL_BAD_ARGUMENT: 'bad-argument',
  HAL_CLOSED: 'closed',
  HAL_NO_SUCH_DEVICE: 'disconnected',
  HAL_BUSY: 'busy',
  HAL_NOT_SUPPORTED: 'not-supported',
  HAL_TIMEOUT: 'timeout',
  HAL_INTERRUPTED: 'interrupted',
  HAL_TOO_LONG: 'too-long',
  HAL_LIMIT_REACHED: 'limit-reached',
  HAL_DISCONNECTED: 'disconnected',
  HAL_HARDWARE_FAULT: 'hardware-fault',
  HAL_PERMISSION: 'hardware-fault',
  HAL_GPIO_MODE: 'bad-state',
  HAL_I2C_BUS: 'bus-error',
  HAL_I2C_ARBITRATION_LOSS: 'arbitration-lost',
  HAL_I2C_NO_ACKNOWLEDGE_ADDRESS: 'no-acknowledge-address',
  HAL_I2C_NO_ACKNOWLEDGE_DATA: 'no-acknowledge-data',
  HAL_I2C_NO_ACKNOWLEDGE_UNKNOWN: 'no-acknowledge-unknown',
  HAL_OVERRUN: 'overrun',
  HAL_SPI_MODE_FAULT: 'mode-fault',
  HAL_SPI_FRAME_FORMAT: 'frame-format',
  HAL_SPI_CHIP_SELECT_FAULT: 'chip-select-fault',
  HAL_UART_FRAMING: 'frame-format',
  HAL_UART_PARITY: 'parity',
  HAL_UART_NOISE: 'noise',
  HAL_MMIO_OUT_OF_RANGE: 'bad-argument',
  HAL_MMIO_MISALIGNED: 'bad-argument',
  HAL_OTHER: 'other',
};
