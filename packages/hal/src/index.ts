export type { Clock, WorldClock } from './contract/clock.ts';
export type { HalEvent, HalEventKind, HalEventSink } from './contract/event.ts';
export type {
  EdgeWatchOptions,
  GpioChipNames,
  GpioLine,
  GpioLineNames,
  GpioLineRequest,
  Level,
  LineBias,
  LineDirection,
  LineDrive,
  LineEdges,
  WantedGpioLine,
} from './contract/gpio.ts';
export type { Hal, HalCapabilities, HalInfo } from './contract/hal.ts';
export type { I2cBus, I2cBusRequest, I2cCapabilities, I2cOperation } from './contract/i2c.ts';
export { I2C_FIRST_ADDRESS, I2C_LAST_ADDRESS, i2cRead, i2cWrite, i2cWriteRead } from './contract/i2c.ts';
export type { MmioWidth, MmioWindow, MmioWindowRequest } from './contract/mmio.ts';
export type { PwmChannel, PwmChannelRequest, PwmPolarity, PwmState } from './contract/pwm.ts';
export { PWM_MAX_PERIOD_NS } from './contract/pwm.ts';
export type { SpiCapabilities, SpiDevice, SpiDeviceRequest, SpiMode, SpiOperation } from './contract/spi.ts';
export { spiOperationBytes, spiTransfer } from './contract/spi.ts';
export type {
  UartFlowControl,
  UartParity,
  UartPort,
  UartPortRequest,
  UartWatchOptions,
} from './contract/uart.ts';
export { uartCharacterNs } from './contract/uart.ts';
export type { HalErrorCode, HalErrorDetails, HalErrorKind, HalErrorOptions } from './error.ts';
export { HalError, halErrorTable } from './error.ts';
export { formatSeconds, millisecondsToNs, NS_PER_MS, NS_PER_S, NS_PER_US, secondsToNs } from './units.ts';
