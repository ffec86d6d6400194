export type { RealTimeClockOptions } from '../clock/real-time-clock.ts';
export { RealTimeClock } from '../clock/real-time-clock.ts';
export type { GpioLines } from './bcm2835-gpio-block.ts';
export { Bcm2835GpioBlock } from './bcm2835-gpio-block.ts';
export type { MockBoardOptions } from './board.ts';
export { MockBoard } from './board.ts';
export type {
  GpioPart,
  GpioPartPin,
  I2cChip,
  MmioBlock,
  SpiChip,
  UartLink,
  UartPeer,
} from './chip.ts';
export type {
  Fault,
  FaultKind,
  FaultTiming,
  HardwareTarget,
  I2cFault,
  PowerFault,
  PwmFault,
  SpiFault,
  UartFault,
} from './fault.ts';
export type { FaultSet } from './fault-set.ts';
export type { MockGpioChipDescription } from './gpio-chip.ts';
export type { MockI2cOptions } from './i2c-bus.ts';
export type { BounceOptions, MockPin } from './mock-pin.ts';
export type { Pad, PadFunction, Pull } from './pad.ts';
export type { MockPwmChipDescription } from './pwm-chip.ts';
export type { MockPwmOutput } from './pwm-output.ts';
export type { RegisterMapOptions } from './register-map-chip.ts';
export { RegisterMapChip } from './register-map-chip.ts';
export type { I2cExpectation, Script, SpiExpectation } from './scripted-chip.ts';
export { ScriptedI2cChip, ScriptedSpiChip } from './scripted-chip.ts';
export type { MockSpiOptions } from './spi-device.ts';
export type { Trace, TraceEntry, TraceKind } from './trace.ts';
export type { MockUartOptions, UartPeerOptions } from './uart-line.ts';
export type { VirtualClockOptions } from './virtual-clock.ts';
export { VirtualClock } from './virtual-clock.ts';
