import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf, errorOf } from '../conformance/fixture-test.ts';
import type { PwmChannel, PwmChannelRequest } from '../contract/pwm.ts';
import { FakePi } from './fake-kernel/fake-pi.test-support.ts';
import { FakePwmChip } from './fake-kernel/fake-pwm-chip.test-support.ts';

const servo = { channel: 0, consumer: 'servo', periodNs: 20_000_000 } as const;

/** A machine whose header has another controller, under another number. */
function piWith(chip: FakePwmChip, name: string): FakePi {
  const pi = new FakePi();
  for (const file of ['device', 'npwm', 'export', 'unexport']) {
    pi.kernel.files.remove(`/sys/class/pwm/pwmchip0/${file}`);
  }
  chip.attach(pi.kernel.files, name);
  return pi;
}

describe('the controller', () => {
  it.each([
    ['2020c000.pwm', 'pwmchip0'],
    ['3f20c000.pwm', 'pwmchip0'],
    ['1f00098000.pwm', 'pwmchip2'],
    ['1f00098000.pwm', 'pwmchip0'],
  ])('of the header is found by its device, %s, also as %s (field report 28)', (device, name) => {
    const chip = new FakePwmChip({ device });
    const pi = piWith(chip, name);
    // The fan's, which is none of the header's and has the lower number on some kernels.
    new FakePwmChip({ device: '1f0009c000.pwm' }).attach(pi.kernel.files, 'pwmchip1');
    using _ = pi.hal.openPwmChannel({ ...servo, dutyNs: 1_000_000, enabled: true });
    expect(chip.state(0)).toEqual({ period: 20_000_000, duty: 1_000_000, polarity: 'normal', enabled: true });
  });

  it('may be named by its device and by its number', () => {
    const pi = new FakePi();
    pi.hal.openPwmChannel({ ...servo, chip: 'fe20c000.pwm' }).close();
    using _ = pi.hal.openPwmChannel({ ...servo, chip: 'pwmchip0' });
    // It is the same one, whatever it was called.
    expect(codeOf(() => pi.hal.openPwmChannel(servo))).toBe('HAL_BUSY');
  });

  it('that is not there: the error says what there is and what to write in config.txt', () => {
    const pi = piWith(new FakePwmChip({ device: '1f0009c000.pwm', channelCount: 4 }), 'pwmchip1');
    const error = errorOf(() => pi.hal.openPwmChannel(servo));
    expect([error.code, error.message]).toEqual([
      'HAL_NO_SUCH_DEVICE',
      "the header's PWM controller is not there; there are: 1f0009c000.pwm (pwmchip1, 4 channels); on a Raspberry Pi " +
        'write "dtoverlay=pwm-2chan" in /boot/firmware/config.txt and start again',
    ]);
    const named = errorOf(() => pi.hal.openPwmChannel({ ...servo, chip: 'pwmchip0' }));
    expect(named.message).toMatch(/^no PWM controller pwmchip0; there are: 1f0009c000\.pwm/u);
  });

  it('has so many channels and no more', () => {
    const error = errorOf(() => new FakePi().hal.openPwmChannel({ ...servo, channel: 2 }));
    expect(error.message).toBe('fe20c000.pwm has PWM channels 0 to 1, and no channel 2');
  });
});

describe('the export', () => {
  it('whose files are the group’s only a moment later is waited for, and counted (field report 26)', () => {
    const pi = new FakePi();
    pi.pwm.earlyAccesses = 40;
    using channel = pi.hal.openPwmChannel({ ...servo, dutyNs: 5, enabled: true });
    expect(channel.state()).toEqual({ periodNs: 20_000_000, dutyNs: 5, enabled: true });
    expect(pi.hal.pwmCounts).toEqual({ retries: 40, takenOver: 0 });
    expect(pi.clock.nowNs()).toBe(400_000_000n);
  });

  it('whose files never become the group’s is HAL_PERMISSION after 1 s, and is taken back', () => {
    const pi = new FakePi();
    pi.pwm.earlyAccesses = Number.POSITIVE_INFINITY;
    const error = errorOf(() => pi.hal.openPwmChannel(servo));
    expect([error.code, error.errno]).toEqual(['HAL_PERMISSION', 'EACCES']);
    expect(error.message).toContain('"npx kanchi doctor" says what to do');
    expect([pi.clock.nowNs(), pi.hal.pwmCounts.retries]).toEqual([1_000_000_000n, 100]);
    expect([pi.pwm.isExported(0), pi.hal.openHandleCount()]).toEqual([false, 0]);
    pi.checkNothingHeld();
  });

  it('that only root may write is HAL_PERMISSION at once (field report 27)', () => {
    const pi = new FakePi();
    pi.pwm.isRoots = true;
    const error = errorOf(() => pi.hal.openPwmChannel(servo));
    expect(error.code).toBe('HAL_PERMISSION');
    expect(error.message).toBe(
      "pwm fe20c000.pwm/0, export: EACCES; the files in /sys/class/pwm/pwmchip0 are root's until a rule of udev gives them to a group: " +
        '"npx kanchi doctor" says what to do',
    );
    expect([pi.clock.nowNs(), pi.hal.pwmCounts.retries]).toEqual([0n, 0]);
  });

  it('of somebody else that may not be written is not waited for', () => {
    const pi = new FakePi();
    pi.pwm.earlyAccesses = 1;
    pi.pwm.exportBy(0);
    expect(codeOf(() => pi.hal.openPwmChannel(servo))).toBe('HAL_PERMISSION');
    expect([pi.clock.nowNs(), pi.pwm.isExported(0)]).toEqual([0n, true]);
  });

  it('of a channel that a driver of the kernel has is HAL_BUSY', () => {
    const pi = new FakePi();
    pi.pwm.claimed.add(0);
    const error = errorOf(() => pi.hal.openPwmChannel(servo));
    expect([error.code, error.errno]).toEqual(['HAL_BUSY', 'EBUSY']);
    expect(error.message).toContain('a driver of the kernel');
    pi.hal.openPwmChannel({ ...servo, channel: 1 }).close();
  });
});

describe('a channel that is exported already', () => {
  it('and locked by a living process is HAL_BUSY and runs on', () => {
    const pi = new FakePi();
    const other = pi.process();
    using _ = other.hal.openPwmChannel({ ...servo, dutyNs: 7, enabled: true });
    pi.pwm.log.length = 0;
    const error = errorOf(() => pi.hal.openPwmChannel(servo));
    expect([error.code, error.message]).toEqual([
      'HAL_BUSY',
      'pwm fe20c000.pwm/0 is in use by another process that has locked /sys/class/pwm/pwmchip0/pwm0/enable',
    ]);
    expect(pi.pwm.log).toEqual([]);
    pi.checkNothingHeld();
  });

  it('by a process that was killed is taken over: it is switched off before anything else', () => {
    const pi = new FakePi();
    const other = pi.process();
    other.hal.openPwmChannel({ ...servo, dutyNs: 9_000_000, polarity: 'inversed', enabled: true });
    other.kernel.exit();
    expect([pi.pwm.isExported(0), pi.pwm.state(0).enabled]).toEqual([true, true]);
    pi.pwm.log.length = 0;
    const channel = pi.hal.openPwmChannel({ ...servo, periodNs: 1_000_000, dutyNs: 500_000, enabled: true });
    expect(pi.pwm.log).toEqual([
      '0 20000000/9000000 inversed off',
      '0 20000000/0 inversed off',
      '0 1000000/0 inversed off',
      '0 1000000/0 normal off',
      '0 1000000/500000 normal off',
      '0 1000000/500000 normal on',
    ]);
    expect(pi.hal.pwmCounts.takenOver).toBe(1);
    channel.close();
    expect([pi.pwm.isExported(0), pi.pwm.state(0).enabled]).toEqual([false, false]);
  });

  it('with a safe duty stays exported and running after close, for the next one to take over', () => {
    const pi = new FakePi();
    pi.hal.openPwmChannel({ ...servo, safeDutyNs: 1_500_000 }).close();
    expect([pi.pwm.isExported(0), pi.pwm.state(0)]).toEqual([
      true,
      { period: 20_000_000, duty: 1_500_000, polarity: 'normal', enabled: true },
    ]);
    pi.checkNothingHeld();
    pi.hal.openPwmChannel(servo).close();
    expect([pi.hal.pwmCounts.takenOver, pi.pwm.isExported(0)]).toEqual([1, false]);
  });

  it('is set from the start also when the kernel kept the state of the last user over an unexport', () => {
    const pi = new FakePi();
    pi.pwm.write(0, 'period', '1000');
    pi.pwm.write(0, 'duty_cycle', '1000');
    pi.pwm.write(0, 'enable', '1');
    using channel = pi.hal.openPwmChannel({ ...servo, dutyNs: 3 });
    expect(channel.state()).toEqual({ periodNs: 20_000_000, dutyNs: 3, enabled: false });
    expect(pi.pwm.state(0)).toEqual({ period: 20_000_000, duty: 3, polarity: 'normal', enabled: false });
  });
});

describe('a channel whose holder was killed is settled', () => {
  const left = { kind: 'channel', chip: 'fe20c000.pwm', channel: 0, periodNs: 20_000_000 } as const;

  /** A machine on which a killed process left the channel as it was after `use`. */
  function piAfter(use: (channel: PwmChannel) => void, request: Partial<PwmChannelRequest> = {}): FakePi {
    const pi = new FakePi();
    const other = pi.process();
    use(other.hal.openPwmChannel({ ...servo, dutyNs: 9_000_000, enabled: true, ...request }));
    other.kernel.exit();
    pi.pwm.log.length = 0;
    return pi;
  }

  it('without a safe duty: duty 0, off, and out of sysfs', () => {
    const pi = piAfter((channel) => channel.setPeriod(1_000_000, 400_000));
    pi.hal.settlePwmChannel(left, 'guard');
    expect(pi.pwm.log).toEqual(['0 1000000/0 normal on', '0 1000000/0 normal off']);
    expect([pi.pwm.isExported(0), pi.hal.openHandleCount()]).toEqual([false, 0]);
    pi.checkNothingHeld();
  });

  it('with a safe duty: the period of its request and that duty, and never off', () => {
    const pi = piAfter((channel) => channel.setPeriod(1_000_000, 400_000), { polarity: 'inversed' });
    pi.hal.settlePwmChannel({ ...left, polarity: 'inversed', safeDutyNs: 1_500_000 }, 'guard');
    expect(pi.pwm.log).toEqual(['0 20000000/400000 inversed on', '0 20000000/1500000 inversed on']);
    expect(pi.pwm.isExported(0)).toBe(true);
    pi.checkNothingHeld();
  });

  it('that was off or half opened too, with a safe duty in the polarity of its request', () => {
    const pi = piAfter((channel) => channel.disable());
    pi.hal.settlePwmChannel({ ...left, polarity: 'inversed', safeDutyNs: 1_500_000 }, 'guard');
    expect(pi.pwm.state(0)).toEqual({
      period: 20_000_000,
      duty: 1_500_000,
      polarity: 'inversed',
      enabled: true,
    });
    const none = new FakePi();
    none.hal.settlePwmChannel(left, 'guard');
    expect([none.pwm.isExported(0), none.pwm.state(0).enabled]).toEqual([false, false]);
    none.checkNothingHeld();
  });

  it('that runs the other way round, as somebody left it before, is set as its request says', () => {
    const pi = piAfter(() => {}, { polarity: 'normal' });
    pi.hal.settlePwmChannel({ ...left, polarity: 'inversed', safeDutyNs: 1_500_000 }, 'guard');
    expect(pi.pwm.log[0]).toMatch(/ off$/u);
    expect(pi.pwm.state(0)).toEqual({
      period: 20_000_000,
      duty: 1_500_000,
      polarity: 'inversed',
      enabled: true,
    });
    pi.checkNothingHeld();
  });

  it.each(['enable', 'polarity', 'period', 'duty_cycle'])(
    'with a safe duty never off, also when %s cannot be read',
    (attribute) => {
      const pi = piAfter(() => {});
      pi.kernel.fault = ({ name, path }) =>
        name === 'readText' && path?.endsWith(`/${attribute}`) === true ? 'EIO' : undefined;
      const settle = (): void => pi.hal.settlePwmChannel({ ...left, safeDutyNs: 1_500_000 }, 'guard');
      expect(errorOf(settle).errno).toBe('EIO');
      expect([pi.pwm.log, pi.pwm.isExported(0)]).toEqual([[], true]);
      pi.checkNothingHeld();
    },
  );

  it('unless somebody has it by then: HAL_BUSY, and nothing is written', () => {
    const pi = new FakePi();
    using _ = pi.process().hal.openPwmChannel({ ...servo, dutyNs: 7, enabled: true });
    pi.pwm.log.length = 0;
    expect(codeOf(() => pi.hal.settlePwmChannel(left, 'guard'))).toBe('HAL_BUSY');
    expect(pi.pwm.log).toEqual([]);
    pi.checkNothingHeld();
  });
});

describe('what the kernel refuses', () => {
  it('a period that the controller cannot count is HAL_BAD_ARGUMENT; nothing stays open', () => {
    const chip = new FakePwmChip({ device: '3f20c000.pwm', periodsNs: [100, 1_000_000_000] });
    const pi = piWith(chip, 'pwmchip0');
    for (const periodNs of [99, 1_000_000_001]) {
      const error = errorOf(() => pi.hal.openPwmChannel({ ...servo, periodNs }));
      expect([error.code, error.errno, chip.isExported(0)]).toEqual(['HAL_BAD_ARGUMENT', 'EINVAL', false]);
    }
    pi.checkNothingHeld();
  });

  it('a polarity is HAL_NOT_SUPPORTED; nothing stays open', () => {
    const chip = new FakePwmChip({ device: '3f20c000.pwm', inverts: false });
    const pi = piWith(chip, 'pwmchip0');
    const error = errorOf(() => pi.hal.openPwmChannel({ ...servo, polarity: 'inversed' }));
    expect([error.code, chip.isExported(0)]).toEqual(['HAL_NOT_SUPPORTED', false]);
    pi.checkNothingHeld();
  });

  it('the second half of a change is undone: period and duty are as before', () => {
    const chip = new FakePwmChip({ device: '3f20c000.pwm', periodsNs: [100, 1_000_000_000] });
    const pi = piWith(chip, 'pwmchip0');
    using channel = pi.hal.openPwmChannel({ ...servo, dutyNs: 5_000_000, enabled: true });
    expect(codeOf(() => channel.setPeriod(50, 25))).toBe('HAL_BAD_ARGUMENT');
    const state = { periodNs: 20_000_000, dutyNs: 5_000_000, enabled: true };
    expect(channel.state()).toEqual(state);
    expect(chip.state(0)).toMatchObject({ period: 20_000_000, duty: 5_000_000, enabled: true });
  });

  it('a channel that somebody took out of sysfs is HAL_DISCONNECTED, and its close lets go of the lock', () => {
    const pi = new FakePi();
    const channel = pi.hal.openPwmChannel(servo);
    pi.kernel.files.writeText('/sys/class/pwm/pwmchip0/unexport', '0');
    expect(codeOf(() => channel.setDutyNs(1))).toBe('HAL_DISCONNECTED');
    expect(codeOf(() => channel.close())).toBe('HAL_DISCONNECTED');
    channel.close();
    pi.checkNothingHeld();
    pi.hal.openPwmChannel(servo).close();
  });
});

describe('whatever is asked', () => {
  const time = fc.integer({ min: 0, max: 3_000 });
  const step = fc.oneof(
    fc.record({ call: fc.constant('setDutyNs' as const), duty: time }),
    fc.record({ call: fc.constant('setPeriod' as const), period: time, duty: time }),
    fc.record({ call: fc.constantFrom('enable' as const, 'disable' as const, 'reopen' as const) }),
  );

  it('the duty is never over the period, the polarity never changes while the output runs, and the end is off', () => {
    let refused = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const pi = new FakePi();
        let polarity: 'normal' | 'inversed' = 'normal';
        const open = () => pi.hal.openPwmChannel({ ...servo, periodNs: 2_000, dutyNs: 1_000, polarity });
        let channel = open();
        for (const each of steps) {
          try {
            if (each.call === 'setDutyNs') channel.setDutyNs(each.duty);
            else if (each.call === 'setPeriod') channel.setPeriod(each.period, each.duty);
            else if (each.call === 'reopen') {
              channel.close();
              polarity = polarity === 'normal' ? 'inversed' : 'normal';
              channel = open();
            } else channel[each.call]();
          } catch {
            refused += 1;
          }
          const { periodNs, dutyNs, enabled } = channel.state();
          expect(pi.pwm.state(0)).toEqual({ period: periodNs, duty: dutyNs, enabled, polarity });
        }
        channel.close();
        const states = pi.pwm.log.map((entry) => /^0 (\d+)\/(\d+) (\w+) (\w+)$/u.exec(entry) ?? []);
        expect(states.every(([, period, duty]) => Number(duty) <= Number(period))).toBe(true);
        const turned = states.filter(([, , , now], index) => index > 0 && states[index - 1]?.[3] !== now);
        expect(turned.every(([, , , , onOff]) => onOff === 'off')).toBe(true);
        expect(pi.pwm.state(0)).toMatchObject({ duty: 0, enabled: false });
        pi.checkNothingHeld();
      }),
    );
    expect(refused).toBeGreaterThan(50);
  });
});
