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
export type { MockGpioChipDescription } from './gpio-chip.ts';
export type { MockI2cOptions } from './i2c-bus.ts';
export type { BounceOptions, MockPin } from './mock-pin.ts';
export type { Pull } from './pad.ts';
export type { RealTimeClockOptions } from './real-time-clock.ts';
export { RealTimeClock } from './real-time-clock.ts';
export type { Trace, TraceEntry, TraceKind } from './trace.ts';
export type { VirtualClockOptions } from './virtual-clock.ts';
export { VirtualClock } from './virtual-clock.ts';
