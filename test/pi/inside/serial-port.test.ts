import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** The mini UART (BCM2835 ARM Peripherals, section 2.2); the PL011 is the console. */
const PORT = '/dev/ttyS1';

describe('second serial port', () => {
  it('carries bytes to the outside and back', () => {
    execFileSync('stty', ['-F', PORT, '115200', 'raw', '-echo']);
    const port = openSync(PORT, 'r+');
    try {
      writeSync(port, 'ping\n');
      const buffer = new Uint8Array(16);
      let text = '';
      while (!text.endsWith('\n')) {
        const count = readSync(port, buffer, 0, buffer.length, null);
        text += Buffer.from(buffer.subarray(0, count)).toString('latin1');
      }
      expect(text).toBe('PONG\n');
    } finally {
      closeSync(port);
    }
  });
});
