import type { HalError, HalErrorCode } from '@kanchi/hal';
import type { ReadingReason } from '../reading.ts';

/** One line for each code of `halErrorTable`: a new code does not compile until it has its reason. */
const reasons: Readonly<Record<HalErrorCode, ReadingReason>> = {
  HAL_BAD_ARGUMENT: 'unavailable',
  HAL_CLOSED: 'unavailable',
  HAL_NO_SUCH_DEVICE: 'not-present',
  HAL_BUSY: 'unavailable',
  HAL_NOT_SUPPORTED: 'unavailable',
  HAL_TIMEOUT: 'timeout',
  HAL_INTERRUPTED: 'unavailable',
  HAL_TOO_LONG: 'unavailable',
  HAL_LIMIT_REACHED: 'unavailable',
  HAL_DISCONNECTED: 'not-present',
  HAL_HARDWARE_FAULT: 'unavailable',
  HAL_PERMISSION: 'unavailable',
  HAL_GPIO_MODE: 'unavailable',
  HAL_I2C_BUS: 'unavailable',
  HAL_I2C_ARBITRATION_LOSS: 'unavailable',
  HAL_I2C_NO_ACKNOWLEDGE_ADDRESS: 'not-present',
  HAL_I2C_NO_ACKNOWLEDGE_DATA: 'nack',
  // A driver talks to its part in bytes that the part takes: what is refused is nearly always the address.
  HAL_I2C_NO_ACKNOWLEDGE_UNKNOWN: 'not-present',
  HAL_OVERRUN: 'unavailable',
  HAL_SPI_MODE_FAULT: 'unavailable',
  HAL_SPI_FRAME_FORMAT: 'unavailable',
  HAL_SPI_CHIP_SELECT_FAULT: 'unavailable',
  HAL_UART_FRAMING: 'unavailable',
  // The parity bit is the check of a character.
  HAL_UART_PARITY: 'crc',
  HAL_UART_NOISE: 'unavailable',
  HAL_MMIO_OUT_OF_RANGE: 'unavailable',
  HAL_MMIO_MISALIGNED: 'unavailable',
  HAL_OTHER: 'unavailable',
};

/**
 * Why a read that ended with this error has no values. For errors of the HAL only: anything else that a driver throws is
 * a defect, which the caller throws on.
 */
export function reasonOfHalError(error: HalError): ReadingReason {
  return reasons[error.code];
}
