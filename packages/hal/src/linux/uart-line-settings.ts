import { HalError } from '../error.ts';
import { loadKoffiSys } from './koffi-sys.ts';
import type { Sys } from './sys.ts';
import {
  setUartFormat,
  TCFLSH,
  TCGETS2,
  TCIFLUSH,
  TCSETS2,
  TERMIOS_BYTES,
  type UartFormat,
  uartFormatOf,
  uartSpeedOf,
} from './uart-abi.ts';
import type { UartSettings } from './uart-command.ts';
import { UART_SPEED_TOLERANCE } from './uart-limits.ts';

export type TerminalCalls = Pick<Sys, 'ioctlLater' | 'allocate' | 'free'>;

/** How the text begins that refuses a port which has other settings than it was asked for. */
export const UART_SETTINGS_NOT_TAKEN = 'the port does not take these settings';

/** Undefined where the package `koffi` is missing: settings are not looked at then. */
export function loadTerminalCalls(): TerminalCalls | undefined {
  try {
    return loadKoffiSys();
  } catch (error) {
    if (error instanceof HalError) return undefined;
    throw error;
  }
}

/**
 * Completes the settings of a port that the package `serialport` opened: that package does not ask the kernel to look at parity bits,
 * leaves what others set (a parity bit that is always the same), and does not look whether the port took anything. A driver leaves
 * out what its hardware does not have, without an error. Rejects with UART_SETTINGS_NOT_TAKEN, what was asked and what the port has;
 * with SysError when the port is gone. The descriptor must stay open until then.
 */
export async function applyUartSettings(
  calls: TerminalCalls,
  fileDescriptor: number,
  settings: UartSettings,
): Promise<void> {
  const memory = calls.allocate(TERMIOS_BYTES);
  try {
    await calls.ioctlLater(fileDescriptor, TCGETS2, memory);
    setUartFormat(memory.bytes, settings);
    await calls.ioctlLater(fileDescriptor, TCSETS2, memory);
    await calls.ioctlLater(fileDescriptor, TCGETS2, memory);
    const format = uartFormatOf(memory.bytes);
    const baud = uartSpeedOf(memory.bytes);
    if (!isTaken(settings, format, baud)) {
      const asked = nameOf(settings, settings.baud);
      throw new Error(`${UART_SETTINGS_NOT_TAKEN}: asked for ${asked}; it has ${nameOf(format, baud)}`);
    }
    // Bytes that came before their parity was looked at.
    if (settings.parity !== 'none') await calls.ioctlLater(fileDescriptor, TCFLSH, TCIFLUSH);
  } finally {
    calls.free(memory);
  }
}

function isTaken(asked: UartSettings, format: UartFormat, baud: number): boolean {
  return (
    format.dataBits === asked.dataBits &&
    format.parity === asked.parity &&
    format.stopBits === asked.stopBits &&
    Math.abs(baud - asked.baud) <= asked.baud * UART_SPEED_TOLERANCE
  );
}

function nameOf({ dataBits, parity, stopBits }: UartFormat, baud: number): string {
  const parityName = parity === 'none' ? 'no parity' : `${parity} parity`;
  return `${baud} baud, ${dataBits} data bits, ${parityName}, ${stopBits} stop bit${stopBits === 1 ? '' : 's'}`;
}
