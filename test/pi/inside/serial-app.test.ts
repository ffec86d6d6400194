import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
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
const LIMIT_MS = 300_000;
/** Of test/pi/guest: a user that has none of the groups of hardware, and the one group that it is given here. */
const USER_PI = 1000;
const GROUP_DIALOUT = 20;

/** What a process has open (proc(5), /proc/pid/fd). */
function openFiles(pid: number | undefined): string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).flatMap((name) => {
    try {
      return [readlinkSync(`${folder}/${name}`)];
    } catch {
      return []; // closed meanwhile
    }
  });
}

function writeBoard(settings: object = {}): void {
  const gps = { port: '/dev/ttyS1', baud: BAUD, ...settings };
  writeFileSync(BOARD, JSON.stringify({ kanchi: 1, name: 'receiver', uart: { ports: { gps } } }));
}

const parameters = ['run', 'examples/uart-gps', '--board', BOARD, '--backend', 'linux', '--quiet'];

describe('an app at a serial port', () => {
  it.each([
    [{ parity: 'even' }, '8 data bits, even parity, 1 stop bit'],
    [{ stopBits: 2 }, '8 data bits, no parity, 2 stop bits'],
  ])(
    'is refused %o of the mini UART, whose driver leaves it out without an error',
    (settings, asked) => {
      writeBoard(settings);
      const { status, stdout } = spawnSync('kanchi', parameters, { cwd: '/kanchi', encoding: 'utf8' });
      expect(status).toBe(1);
      expect(stdout).toContain(
        `asked for ${BAUD} baud, ${asked}; it has ${BAUD} baud, 8 data bits, no parity, 1 stop bit`,
      );
      expect(stdout).toContain('PL011');
    },
    LIMIT_MS,
  );

  it(
    'hears what a receiver outside sends; its process is not root and opens no other device (report 16)',
    async () => {
      writeBoard();
      const child = spawn('kanchi', parameters, {
        cwd: '/kanchi',
        stdio: ['ignore', 'pipe', 'pipe'],
        uid: USER_PI,
        gid: GROUP_DIALOUT,
      });
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
        const devices = openFiles(child.pid).filter((path) => path.startsWith('/dev/'));
        child.kill('SIGTERM');
        const [status] = await ended;
        const positions = text.split('\n').filter((line) => line.includes('UTC'));
        // The same position as the simulated receiver's, once it has a fix.
        const [first] = readFileSync('/kanchi/examples/uart-gps/expected.txt', 'utf8')
          .split('\n')
          .filter((line) => line.includes('UTC'));
        const rest = text.split('\n').filter((line) => !line.includes('UTC'));
        expect([status, rest]).toEqual([0, ['stopped; 0 sentences with a wrong checksum, 0 too long', '']]);
        expect([positions.length > 1, new Set(positions)]).toEqual([true, new Set([first])]);
        expect(devices.filter((path) => path !== '/dev/null')).toEqual(['/dev/ttyS1']);
      } finally {
        child.kill('SIGKILL');
      }
    },
    LIMIT_MS,
  );
});
