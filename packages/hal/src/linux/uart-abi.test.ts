import { expect, it } from 'vitest';
import {
  setUartFormat,
  TCFLSH,
  TCGETS2,
  TCIFLUSH,
  TCSETS2,
  TERMIOS_BYTES,
  uartFormatOf,
  uartSpeedOf,
} from './uart-abi.ts';

/** Settings as `_IOR('T', 0x2A, struct termios2)` gives them, of three flag words and the speed. */
function termios({ input = 0, control = 0, speed = 0 }): Uint8Array {
  const bytes = new Uint8Array(TERMIOS_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, input, true);
  view.setUint32(8, control, true);
  view.setUint32(36, 300, true);
  view.setUint32(40, speed, true);
  return bytes;
}

function flagsOf(bytes: Uint8Array): { input: number; control: number } {
  const view = new DataView(bytes.buffer);
  return { input: view.getUint32(0, true), control: view.getUint32(8, true) };
}

// As a C program with <asm/termbits.h> and <asm/ioctls.h> prints them.
it('requests have the numbers of asm-generic/ioctls.h, and struct termios2 is 44 bytes long', () => {
  expect([TCGETS2, TCSETS2, TCFLSH, TCIFLUSH, TERMIOS_BYTES]).toEqual([
    0x802c_542a, 0x402c_542b, 0x540b, 0, 44,
  ]);
});

it.each([
  [{ dataBits: 8, parity: 'none', stopBits: 1 }, 0x030],
  [{ dataBits: 7, parity: 'even', stopBits: 1 }, 0x120],
  [{ dataBits: 7, parity: 'odd', stopBits: 2 }, 0x360],
  [{ dataBits: 5, parity: 'space', stopBits: 1 }, 0x4000_0100],
  [{ dataBits: 6, parity: 'mark', stopBits: 2 }, 0x4000_0350],
] as const)('the format %o is 0x%x of c_cflag', (format, control) => {
  const bytes = termios({});
  setUartFormat(bytes, format);
  expect(flagsOf(bytes).control).toBe(control);
  expect(uartFormatOf(bytes)).toEqual(format);
});

it('a format takes the place of what others left, and leaves what is no part of it', () => {
  // CRTSCTS, CMSPAR, CLOCAL, PARODD, PARENB, CREAD, CSTOPB, CS7 and B115200; ICRNL.
  const bytes = termios({ input: 0o400, control: 0xc000_1be2 });
  setUartFormat(bytes, { dataBits: 8, parity: 'even', stopBits: 1 });
  // IGNPAR 4, INPCK 16.
  expect(flagsOf(bytes)).toEqual({ input: 0o424, control: 0x8000_19b2 });
});

it('flags of parity say nothing without a parity bit', () => {
  expect(uartFormatOf(termios({ control: 0x4000_0230 })).parity).toBe('none');
});

it('the speed is that of what is sent', () => {
  expect(uartSpeedOf(termios({ speed: 115_200 }))).toBe(115_200);
});
