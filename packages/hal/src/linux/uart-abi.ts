import type { UartParity } from '../contract/uart.ts';

/**
 * `struct termios2`, its requests and flags (include/uapi/asm-generic/termbits.h, termbits-common.h and ioctls.h), the same on arm,
 * arm64 and x86: c_iflag@0, c_oflag@4, c_cflag@8, c_lflag@12, c_line@16, c_cc@17, c_ispeed@36, c_ospeed@40.
 */
export const TERMIOS_BYTES = 44;
export const TCGETS2 = 0x802c542a;
export const TCSETS2 = 0x402c542b;
export const TCFLSH = 0x540b;
/** Argument of TCFLSH: what was received. */
export const TCIFLUSH = 0;

const INPUT_FLAGS = 0;
const CONTROL_FLAGS = 8;
const OUTPUT_SPEED = 40;

/** Of c_iflag. */
const IGNPAR = 0o4;
const INPCK = 0o20;
/** Of c_cflag. */
const CSIZE = 0x30;
const CSIZE_SHIFT = 4;
const CSTOPB = 0x40;
const PARENB = 0x100;
const PARODD = 0x200;
const CMSPAR = 0x4000_0000;

/** How the bits of a character are on the wire. */
export interface UartFormat {
  /** 5 to 8. */
  readonly dataBits: number;
  /** `mark` and `space`: a parity bit that is always 1 or 0. */
  readonly parity: UartParity | 'mark' | 'space';
  readonly stopBits: 1 | 2;
}

/**
 * Writes a format into settings, and that the kernel drops characters that came with a wrong parity bit or without a stop bit. It
 * takes both flags: without INPCK the drivers of serial ports do not look (e.g. pl011_setup_status_masks of amba-pl011.c), and such a
 * character comes as a good one.
 */
export function setUartFormat(termios: Uint8Array, { dataBits, parity, stopBits }: UartFormat): void {
  const view = viewOf(termios);
  view.setUint32(INPUT_FLAGS, view.getUint32(INPUT_FLAGS, true) | INPCK | IGNPAR, true);
  const others = view.getUint32(CONTROL_FLAGS, true) & ~(CSIZE | CSTOPB | PARENB | PARODD | CMSPAR);
  const format = ((dataBits - 5) << CSIZE_SHIFT) | (stopBits === 2 ? CSTOPB : 0) | parityFlags[parity];
  view.setUint32(CONTROL_FLAGS, others | format, true);
}

export function uartFormatOf(termios: Uint8Array): UartFormat {
  const flags = viewOf(termios).getUint32(CONTROL_FLAGS, true);
  return {
    dataBits: 5 + ((flags & CSIZE) >>> CSIZE_SHIFT),
    parity: parityOf(flags),
    stopBits: (flags & CSTOPB) === 0 ? 1 : 2,
  };
}

/** Speed of what is sent, baud. */
export function uartSpeedOf(termios: Uint8Array): number {
  return viewOf(termios).getUint32(OUTPUT_SPEED, true);
}

const parityFlags: Readonly<Record<UartFormat['parity'], number>> = {
  none: 0,
  even: PARENB,
  odd: PARENB | PARODD,
  space: PARENB | CMSPAR,
  mark: PARENB | PARODD | CMSPAR,
};

/** Without PARENB the other flags say nothing. */
function parityOf(flags: number): UartFormat['parity'] {
  if ((flags & PARENB) === 0) return 'none';
  const isOdd = (flags & PARODD) !== 0;
  if ((flags & CMSPAR) === 0) return isOdd ? 'odd' : 'even';
  return isOdd ? 'mark' : 'space';
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
