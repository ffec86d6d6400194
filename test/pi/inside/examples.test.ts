import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { createLinuxBackend } from '@kanchi/hal/linux';
import { describe, expect, it, onTestFinished } from 'vitest';

/** The examples with the modules and manifests that run on mock hardware, here on the chips of the emulated Pi. */

interface Told {
  /** SHA-256 of files of the checkout, by their path below it. */
  readonly sha256: Readonly<Record<string, string>>;
  /** When the boot was begun, milliseconds since 1970. */
  readonly bootMs: number;
}

const told = JSON.parse(readFileSync('/kanchi/examples/told.json', 'utf8')) as Told;
const examples = ['thermometer', 'real-time-clock', 'eeprom-counter', 'spi-flash', 'blink'];

/** A start of the command takes a few seconds here, and more on a busy machine. */
const COMMAND_LIMIT_MS = 150_000;
/** A test with two starts. */
const TEST_LIMIT_MS = 3 * COMMAND_LIMIT_MS;
const HOUR_MS = 3_600_000;
const LOOK_MS = 50;

const parametersOf = (name: string) => ['run', `examples/${name}`, '--backend', 'linux', '--quiet'];

/** Runs an app that ends by itself. */
function run(name: string): string {
  const { status, stdout, stderr } = spawnSync('kanchi', parametersOf(name), {
    cwd: '/kanchi',
    encoding: 'utf8',
    timeout: COMMAND_LIMIT_MS,
  });
  return `${stdout}${stderr}exit code ${status}`;
}

/** Starts an app that ends when it is asked to. */
function start(name: string) {
  const child = spawn('kanchi', parametersOf(name), { cwd: '/kanchi', stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
  }
  return {
    /** Resolves once it has printed this, and calls `look` until then. */
    printed: async (pattern: RegExp, look: () => void = () => {}): Promise<void> => {
      const endMs = performance.now() + COMMAND_LIMIT_MS;
      while (!pattern.test(text) && child.exitCode === null && performance.now() < endMs) {
        look();
        await delay(LOOK_MS);
      }
      expect(text).toMatch(pattern);
    },
    /** Asks it to end; gives what it printed. */
    stop: async (): Promise<string> => {
      child.kill('SIGTERM');
      expect([...(await ended), text]).toEqual([0, null, text]);
      return text;
    },
  };
}

const expectedText = (name: string): string => readFileSync(`/kanchi/examples/${name}/expected.txt`, 'utf8');

describe('the examples here', () => {
  it.each(examples)('%s has the module and the manifest that it has on mock hardware', (name) => {
    for (const file of [`build/${name}.wasm`, 'app.json', 'board.json']) {
      const path = `examples/${name}/${file}`;
      const sha256 = createHash('sha256')
        .update(readFileSync(`/kanchi/${path}`))
        .digest('hex');
      expect([path, sha256]).toEqual([path, told.sha256[path]]);
    }
  });
});

describe('thermometer', () => {
  it(
    'prints the temperature of a TMP105 while that changes',
    async () => {
      const app = start('thermometer');
      await app.printed(/^temperature 0\.00 degrees$/mu);
      process.stdout.write('please set 36.5 degrees\n');
      await app.printed(/^temperature 36\.50 degrees$/mu);
      expect(await app.stop()).toMatch(
        /^(?:temperature 0\.00 degrees\n)+(?:temperature 36\.50 degrees\n)+$/u,
      );
    },
    TEST_LIMIT_MS,
  );
});

describe('real-time-clock', () => {
  it(
    'prints the time of a DS1338 each second, that of the machine outside',
    async () => {
      const app = start('real-time-clock');
      await app.printed(/(?:^2.*\n){5}/mu);
      const [first, ...lines] = (await app.stop()).trimEnd().split('\n');
      // The emulator's part has no stop flag: setting it is seen on mock hardware only.
      expect(first).toBe('the oscillator kept running');
      const times = lines.map((line) => Date.parse(`${line.replace(' ', 'T')}Z`));
      for (const [index, timeMs] of times.entries()) {
        expect(Math.abs(timeMs - told.bootMs)).toBeLessThan(HOUR_MS);
        // A reading that is late can see a second twice, or miss some.
        if (index > 0) expect(timeMs).toBeGreaterThanOrEqual(times[index - 1] as number);
      }
      expect(new Set(times).size).toBeGreaterThanOrEqual(3);
    },
    TEST_LIMIT_MS,
  );
});

describe('eeprom-counter', () => {
  it(
    'counts its starts in an EEPROM: the first as on mock hardware, the second goes on from it',
    () => {
      expect(run('eeprom-counter')).toBe(`${expectedText('eeprom-counter')}exit code 0`);
      expect(run('eeprom-counter')).toBe('start number 2\nexit code 0');
    },
    TEST_LIMIT_MS,
  );
});

describe('spi-flash', () => {
  it(
    'identifies, erases, programs and reads a W25Q32 as on mock hardware, also a second time',
    () => {
      const expected = `${expectedText('spi-flash')}exit code 0`;
      expect(run('spi-flash')).toBe(expected);
      expect(run('spi-flash')).toBe(expected);
    },
    TEST_LIMIT_MS,
  );
});

describe('blink', () => {
  it(
    'switches GPIO17 on and off, as its register shows, and leaves it off',
    async () => {
      // Level register of the GPIO block (BCM2835 ARM Peripherals, section 6.1; physical base of the Pi 3).
      const { hal } = createLinuxBackend();
      using registers = hal.openMmioWindow({
        device: '/dev/mem',
        base: 0x3f20_0000,
        byteLength: 0xb4,
        consumer: 'test',
      });
      const isOn = (): boolean => (registers.read(0x34, 32) & (1 << 17)) !== 0;
      const seen: boolean[] = [];
      const look = (): void => {
        if (seen.at(-1) !== isOn()) seen.push(isOn());
      };
      const app = start('blink');
      await app.printed(/(?:on\noff\n){3}on\n/u, look);
      expect(await app.stop()).toMatch(/^(?:on\noff\n)+(?:on\n)?$/u);
      // Off at first, then each change, unless both sides of it fell between two looks.
      expect(seen.length).toBeGreaterThanOrEqual(4);
      expect(isOn()).toBe(false);
    },
    TEST_LIMIT_MS,
  );
});
