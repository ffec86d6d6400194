import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { createLinuxBackend, listPwmChips, nodeFiles } from '@kanchi/hal/linux';
import { afterEach, describe, expect, it } from 'vitest';
import { errorOf } from './error-of.ts';

/**
 * PWM by the kernel's own driver of the BCM2835, pwm-bcm2835. The emulator has the registers only as memory that nobody looks at: what is shown
 * here is what the kernel takes, refuses and keeps, not what a pin does.
 */

/** What V8's young generation may grow by meanwhile (48 MiB), and a bit: 7 KB that stay behind in each round are more. */
const MOST_GROWN_BYTES = 64 * 1024 * 1024;
const CHIP = '/sys/class/pwm/pwmchip0';
const servo = { channel: 0, consumer: 'servo', periodNs: 20_000_000 } as const;
/** As in the files passwd and group of this machine. */
const KANCHI_USER = 1001;
const GPIO_GROUP = 993;

const { hal } = createLinuxBackend();
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

const attribute = (name: string, channel = 0): string =>
  readFileSync(`${CHIP}/pwm${channel}/${name}`, 'utf8').trim();

/** Another process that has the channel open and running, once it said so. */
async function startOther(): Promise<ChildProcess> {
  const backend = JSON.stringify(import.meta.resolve('@kanchi/hal/linux'));
  const script = `
    import { createLinuxBackend } from ${backend};
    const { hal } = createLinuxBackend();
    hal.openPwmChannel({ channel: 0, consumer: 'other', periodNs: 1000000, dutyNs: 500000, enabled: true });
    console.log('open');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const ended = once(child, 'exit').then(() => {
    throw new Error('the other process ended');
  });
  await Promise.race([once(child.stdout as NonNullable<typeof child.stdout>, 'data'), ended]);
  // It is killed later.
  ended.catch(() => {});
  return child;
}

describe('PWM of the header', () => {
  it('is the controller whose device has the address of its registers', () => {
    expect(listPwmChips(nodeFiles)).toEqual([
      { folder: CHIP, name: 'pwmchip0', device: '3f20c000.pwm', channelCount: 2 },
    ]);
  });

  it('takes period, duty, polarity and on, and off again at close', () => {
    const channel = hal.openPwmChannel({ ...servo, dutyNs: 1_500_000, polarity: 'inversed', enabled: true });
    const names = ['period', 'duty_cycle', 'polarity', 'enable'];
    expect(names.map((name) => attribute(name))).toEqual(['20000000', '1500000', 'inversed', '1']);
    channel.setPeriod(1_000_000, 250_000);
    expect(names.map((name) => attribute(name))).toEqual(['1000000', '250000', 'inversed', '1']);
    channel.close();
    expect(existsSync(`${CHIP}/pwm0`)).toBe(false);
  });

  it('with a safe duty runs on after close, and is taken over by the next one', () => {
    hal.openPwmChannel({ ...servo, channel: 1, dutyNs: 1, safeDutyNs: 1_500_000 }).close();
    expect([attribute('duty_cycle', 1), attribute('enable', 1)]).toEqual(['1500000', '1']);
    hal.openPwmChannel({ ...servo, channel: 1 }).close();
    expect(existsSync(`${CHIP}/pwm1`)).toBe(false);
  });

  it('of a living process is busy, and of one that was killed is taken over', async () => {
    const other = await startOther();
    const error = errorOf(() => hal.openPwmChannel(servo));
    expect([error.code, attribute('enable')]).toEqual(['HAL_BUSY', '1']);
    expect(error.message).toContain(`another process that has locked ${CHIP}/pwm0/enable`);
    const gone = once(other, 'exit');
    other.kill('SIGKILL');
    await gone;
    expect(attribute('enable')).toBe('1');
    const before = hal.pwmCounts.takenOver;
    hal.openPwmChannel({ ...servo, dutyNs: 7 }).close();
    expect([hal.pwmCounts.takenOver - before, existsSync(`${CHIP}/pwm0`)]).toEqual([1, false]);
    // The emulator takes seconds to start a process.
  }, 240_000);

  it('refuses a period that it cannot count with what the kernel says, and nothing stays', () => {
    const error = errorOf(() => hal.openPwmChannel({ ...servo, periodNs: 1 }));
    expect([error.code, error.errno, existsSync(`${CHIP}/pwm0`)]).toEqual([
      'HAL_BAD_ARGUMENT',
      'EINVAL',
      false,
    ]);
  });
});

describe('a user without the rights of root', () => {
  it('is told of the doctor, and after an export waits for the group (field reports 26 and 27)', async () => {
    const asUser = (action: () => void): void => {
      process.setegid?.(GPIO_GROUP);
      process.seteuid?.(KANCHI_USER);
      try {
        action();
      } finally {
        process.seteuid?.(0);
        process.setegid?.(0);
      }
    };
    let refused = '';
    asUser(() => {
      refused = errorOf(() => hal.openPwmChannel(servo)).message;
    });
    expect(refused).toContain('export: EACCES');
    expect(refused).toContain('npx kanchi doctor');

    // What udev does: the files of the controller first, those of the channel a moment after the export.
    for (const name of ['export', 'unexport']) {
      chownSync(`${CHIP}/${name}`, 0, GPIO_GROUP);
      chmodSync(`${CHIP}/${name}`, 0o220);
    }
    const rule = `while [ ! -e ${CHIP}/pwm0/enable ]; do usleep 10000; done; usleep 300000; chgrp -R gpio ${CHIP}/pwm0/; chmod -R g=u ${CHIP}/pwm0/`;
    const udev = spawn('sh', ['-c', rule], { stdio: 'inherit' });
    children.push(udev);
    await once(udev, 'spawn');
    const before = hal.pwmCounts.retries;
    asUser(() => {
      const channel = hal.openPwmChannel({ ...servo, dutyNs: 1_000_000, enabled: true });
      channel.setDutyNs(2_000_000);
      channel.close();
    });
    expect(hal.pwmCounts.retries - before).toBeGreaterThan(0);
  });
});

it('opening and closing PWM 10,000 times leaves descriptors and memory as they were', () => {
  hal.openPwmChannel(servo).close();
  const descriptors = readdirSync('/proc/self/fd').length;
  for (let round = 0; round < 1_000; round += 1) hal.openPwmChannel(servo).close();
  const residentBytes = process.memoryUsage.rss();
  for (let round = 1_000; round < 10_000; round += 1) hal.openPwmChannel(servo).close();
  expect(process.memoryUsage.rss() - residentBytes).toBeLessThan(MOST_GROWN_BYTES);
  expect([readdirSync('/proc/self/fd').length, hal.openHandleCount()]).toEqual([descriptors, 0]);
}, 900_000);
