import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/**
 * The receiver's example with the module and the manifest that it has on mock hardware; what it hears comes from outside of the
 * machine, over the mini UART.
 *
 * QEMU's model has no divisor latch: what the driver writes as the divisor's low byte is sent, and its high byte becomes the interrupt
 * enable register (BCM2835 ARM Peripherals, section 2.2.2: both are at the same offset). Received bytes interrupt only when bit 0 of
 * that byte is set, as it is at 115200 baud (400 MHz / (8 * 115200) = 0x1b2) and is not at a receiver's usual 9600 (0x1458), where
 * nothing is received here. A real Pi has every speed.
 */
const BAUD = 115_200;
const BOARD = '/kanchi/examples/uart-gps/serial-port.json';
const LIMIT_MS = 60_000;

describe('an app at a serial port', () => {
  it(
    'hears what a receiver outside of the machine sends',
    async () => {
      writeFileSync(
        BOARD,
        JSON.stringify({
          kanchi: 1,
          name: 'receiver',
          uart: { ports: { gps: { port: '/dev/ttyS1', baud: BAUD } } },
        }),
      );
      const parameters = ['run', 'examples/uart-gps', '--board', BOARD, '--backend', 'linux', '--quiet'];
      const child = spawn('kanchi', parameters, { cwd: '/kanchi', stdio: ['ignore', 'pipe', 'pipe'] });
      const ended = once(child, 'close');
      try {
        let text = '';
        const enough = new Promise<void>((resolve) => {
          for (const stream of [child.stdout, child.stderr]) {
            stream.setEncoding('utf8').on('data', (piece: string) => {
              text += piece;
              if (/satellites 8\n(?:.*\n)*.*satellites 8\n/u.test(text)) resolve();
            });
          }
        });
        process.stdout.write('please send positions\n');
        await Promise.race([enough, ended]);
        child.kill('SIGTERM');
        const [status] = await ended;
        const positions = text.split('\n').filter((line) => line.includes('UTC'));
        // The same position as the simulated receiver's, once it has a fix.
        const [first] = readFileSync('/kanchi/examples/uart-gps/expected.txt', 'utf8')
          .split('\n')
          .filter((line) => line.includes('UTC'));
        expect([status, positions.length > 1, new Set(positions)]).toEqual([0, true, new Set([first])]);
      } finally {
        child.kill('SIGKILL');
      }
    },
    LIMIT_MS,
  );
});
