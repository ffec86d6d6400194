import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createLinuxBackend } from '@kanchi/hal/linux';
import { afterAll, afterEach, expect, it } from 'vitest';

/** The emulator takes seconds to start a process. */
const LIMIT_MS = 900_000;
const START_LIMIT_MS = 400_000;
const LOOK_MS = 500;

// The GPIO block (BCM2835 ARM Peripherals, section 6.1; physical base of the Pi 3).
const { hal } = createLinuxBackend();
const registers = hal.openMmioWindow({
  device: '/dev/mem',
  base: 0x3f20_0000,
  byteLength: 0xb4,
  consumer: 'test',
});
afterAll(() => hal.close());

const LINE = 17;
/** What the pin is and has: GPFSEL1, three bits for each line from 10 on, and GPLEV0. */
function pin(): string {
  const select = (registers.read(0x04, 32) >>> ((LINE - 10) * 3)) & 7;
  const level = (registers.read(0x34, 32) >>> LINE) & 1;
  return `${select === 0 ? 'input' : select === 1 ? 'output' : `function ${select}`} ${level}`;
}

/** Who has the line, as the kernel says it; empty when nobody has. */
function owner(): string {
  return hal.chips.lineInfo(hal.chips.find(undefined), LINE).consumer;
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let passedMs = 0; !holds(); passedMs += LOOK_MS) {
    if (passedMs > START_LIMIT_MS)
      throw new Error(`never: ${what}; the pin is ${pin()}, its owner "${owner()}"`);
    await delay(LOOK_MS);
  }
}

const folder = mkdtempSync(join(tmpdir(), 'kanchi-guard-test-'));
function boardFile(name: string, parts: object): string {
  const path = `${folder}/${name}.json`;
  writeFileSync(path, JSON.stringify({ kanchi: 1, name, ...parts }));
  return path;
}

/** The LED of the blinking example is on when nothing runs: a level that no line has by itself. */
const lamp = boardFile('lamp', {
  lines: { 'status-led': { line: LINE, direction: 'output', safeLevel: 1 } },
});
const servo = { channel: 0, periodNs: 20_000_000 };
const looseServo = boardFile('loose-servo', { pwm: { channels: { servo } } });
/** A position that the servo's example never turns to. */
const heldServo = boardFile('held-servo', {
  pwm: { channels: { servo: { ...servo, safeDutyNs: 1_200_000 } } },
});

const children: ChildProcess[] = [];

interface Started {
  readonly process: ChildProcess;
  readonly text: () => string;
}

const blink = (...options: readonly string[]): Started => start('blink', lamp, options);

function start(example: string, board: string, options: readonly string[] = []): Started {
  const words = ['run', `/kanchi/examples/${example}`, '--board', board, '--quiet', ...options];
  const child = spawn('kanchi', words, { cwd: '/kanchi', stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
  }
  return { process: child, text: () => text };
}

const guardPid = (): number => Number(/^kanchi-guard (\d+)$/u.exec(owner())?.[1]);

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

it(
  'without the guard the kernel makes an input of the output at kill -9, whatever its safe level is',
  async () => {
    const command = blink('--no-guard');
    await until('it blinks', () => command.text().includes('on\n'));
    expect([pin().replace(/\d/u, ''), owner()]).toEqual(['output ', 'blink']);
    command.process.kill('SIGKILL');
    await until('nobody has the line', () => owner() === '');
    expect(pin()).toMatch(/^input /u);
  },
  LIMIT_MS,
);

it(
  'after kill -9 the guard has the output at its safe level; the next run takes over; a guard that is told to end lets go',
  async () => {
    const first = blink();
    await until('it blinks', () => first.text().includes('on\n'));
    expect(first.text()).not.toContain('no guard');
    first.process.kill('SIGKILL');
    // Its streams end: the guard does not hold them.
    await once(first.process, 'close');
    await until('a guard has the line', () => owner().startsWith('kanchi-guard '));
    expect(pin()).toBe('output 1');
    const pid = guardPid();
    expect(first.text()).toContain(
      `kanchi: KANCHI_COMMAND_DIED: the command was killed; outputs in their safe states: line ${LINE} is 1; held by process ${pid}`,
    );
    const memory = /VmRSS:\s+(\d+) kB/u.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    console.log(`the guard has ${memory} kB`);

    const second = blink();
    await until('the next run has the line', () => owner() === 'blink');
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    await until('it blinks', () => second.text().includes('on\n'));
    second.process.kill('SIGKILL');
    await until('another guard has the line', () => owner().startsWith('kanchi-guard '));
    expect(pin()).toBe('output 1');
    process.kill(guardPid(), 'SIGTERM');
    await until('nobody has the line', () => owner() === '');
    expect(pin()).toMatch(/^input /u);
  },
  LIMIT_MS,
);

const channel = '/sys/class/pwm/pwmchip0/pwm0';
/** What the kernel lets the channel do, as far as it has it. */
function pwm(): string {
  const has = (name: string): string => readFileSync(`${channel}/${name}`, 'utf8').trim();
  if (!existsSync(channel)) return 'not exported';
  return has('enable') === '1' ? `runs with ${has('duty_cycle')} of ${has('period')}` : 'off';
}

it(
  'a PWM channel that the kernel lets run after kill -9 is switched off by the guard, which then has nothing to hold and ends',
  async () => {
    const unguarded = start('servo', looseServo, ['--no-guard']);
    await until('it turns', () => unguarded.text().includes('1000 us\n1500 us\n2000 us'));
    unguarded.process.kill('SIGKILL');
    await once(unguarded.process, 'close');
    expect(pwm()).toMatch(/^runs with (?:1000000|1500000|2000000) of 20000000$/u);

    const guarded = start('servo', looseServo);
    await until('it turns', () => guarded.text().includes('1500 us\n'));
    expect(guarded.text()).not.toContain('no guard');
    guarded.process.kill('SIGKILL');
    await once(guarded.process, 'close');
    expect(guarded.text()).toMatch(/outputs in their safe states: PWM 3f20c000\.pwm channel 0 is off\n/u);
    expect(pwm()).toBe('not exported');
  },
  LIMIT_MS,
);

it(
  'a PWM channel with a safe duty runs with it after kill -9, until the next run takes over',
  async () => {
    const first = start('servo', heldServo);
    await until('it turns', () => first.text().includes('1500 us\n'));
    first.process.kill('SIGKILL');
    await once(first.process, 'close');
    expect(first.text()).toMatch(
      /outputs in their safe states: PWM 3f20c000\.pwm channel 0 runs with 1200000 of 20000000 ns\n/u,
    );
    expect(pwm()).toBe('runs with 1200000 of 20000000');
    const second = start('servo', heldServo);
    await until('it turns', () => second.text().includes('1500 us\n'));
    expect(pwm()).toMatch(/^runs with (?:1000000|1500000|2000000) of 20000000$/u);
  },
  LIMIT_MS,
);
