export type { AbiGuest, GuestAbi, GuestAbiRun, GuestHeap } from './abi/guest-abi.ts';
export type { ImportTable } from './abi/link-imports.ts';
export { AppEvents, eventKind } from './app/app-events.ts';
export { RuntimeError, type RuntimeErrorCode } from './error.ts';
export { type ErrorName, errorNumber } from './guest/error-number.ts';
export { GuestTrap } from './guest/guest-trap.ts';
export type { AppContext } from './host-api/app-context.ts';
export {
  badHandle,
  closeHandle,
  deny,
  fail,
  failAtLimit,
  failFromHal,
  handlesText,
  noSuchLabel,
  openHandle,
  readLabel,
} from './host-api/call-result.ts';
export type { HostApi, HostFunction } from './host-api/host-api.ts';
export { lineRequest, wiringRefusal } from './host-api/line-request.ts';
export { onUartPort, openUart, writeToPort } from './host-api/uart.ts';
export { clockPermits, clockRefusal, grantedInterval } from './permission/clock.ts';
export { connectionPermits, connectionRefusal } from './permission/connection.ts';
export { DenialLog, narrowedRefusal } from './permission/denial.ts';
export { type GpioAction, gpioPermits, gpioRefusal } from './permission/gpio.ts';
export type {
  ConnectionGrant,
  MessageAction,
  MessageGrant,
  Refusal,
  SensorGrant,
} from './permission/grant.ts';
export { i2cPermits, i2cRefusal } from './permission/i2c.ts';
export { messagePermits, messageRefusal } from './permission/message.ts';
export { sensorPermits, sensorRefusal } from './permission/sensor.ts';
export { spiPermits, spiPermitsOpen, spiRefusal } from './permission/spi.ts';
export { uartPermits } from './permission/uart.ts';
