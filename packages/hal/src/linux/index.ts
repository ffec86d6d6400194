export type { DriverChoice } from './choose-drivers.ts';
export { checkLinuxBackend, createLinuxBackend, type LinuxBackendOptions } from './create-linux-backend.ts';
export { EdgeEvents } from './edge-events.ts';
export { exitProcess } from './exit-process.ts';
export type { GpioChip } from './gpio-chips.ts';
export { GpioChips, headerChipLabels } from './gpio-chips.ts';
export {
  type HeldChannel,
  type HeldLine,
  type HeldOutput,
  HeldOutputFile,
  MAX_HELD_OUTPUTS,
  readHeldOutputs,
} from './held-outputs.ts';
export { LinuxHal } from './linux-hal.ts';
export { nodeFiles } from './node-files.ts';
export { listPwmChips, type PwmChip } from './pwm-chips.ts';
export { reservationOf } from './reserved-lines.ts';
export {
  type OnoffLineService,
  type ServeOnoffLinesOptions,
  serveOnoffLines,
} from './serve-onoff-lines.ts';
export {
  type ServeUartPortsOptions,
  serveUartPorts,
  type UartPortService,
} from './serve-uart-ports.ts';
export type { MappedMemory, NativeMemory, PollEntry, Sys, SysFiles } from './sys.ts';
export { SysError } from './sys.ts';
