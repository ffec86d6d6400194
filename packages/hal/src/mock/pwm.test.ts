import { describe, expect, it } from 'vitest';
import { MockBoard } from './board.ts';
import { codeOf, errorOf } from './mock.test-support.ts';
import { VirtualClock } from './virtual-clock.ts';

const servo = { channel: 0, consumer: 'servo', periodNs: 20_000_000 } as const;

describe('PWM of the mock board', () => {
  it('writes each change into the trace, and no edge for each period', () => {
    const clock = new VirtualClock();
    const board = new MockBoard({ clock });
    const channel = board.openPwmChannel({
      ...servo,
      dutyNs: 1_500_000,
      polarity: 'inversed',
      enabled: true,
    });
    clock.advanceTo(1_000_000_000n);
    channel.setDutyNs(2_000_000);
    channel.setDutyNs(2_000_000);
    channel.setPeriod(4_294_967_295, 4_000_000_000);
    channel.disable();
    channel.close();
    expect(board.trace.toText().split('\n')).toEqual([
      '0.000000000 pwm-mock/0 set 1500000 of 20000000 ns',
      '0.000000000 pwm-mock/0 on inversed',
      '1.000000000 pwm-mock/0 set 2000000 of 20000000 ns',
      '1.000000000 pwm-mock/0 set 4000000000 of 4294967295 ns',
      '1.000000000 pwm-mock/0 off inversed',
      '1.000000000 pwm-mock/0 set 0 of 4294967295 ns',
      '',
    ]);
  });

  it('shows period, duty and on or off in a value change dump', () => {
    const board = new MockBoard({ clock: new VirtualClock() });
    board.openPwmChannel({ ...servo, dutyNs: 5, periodNs: 9, enabled: true });
    const dump = board.trace.toVcd().split('\n');
    expect(dump.filter((line) => line.startsWith('$var'))).toEqual([
      '$var wire 32 ! pwm-mock_0_period_ns $end',
      '$var wire 32 " pwm-mock_0_duty_ns $end',
      '$var wire 1 # pwm-mock_0_enabled $end',
    ]);
    expect(dump.slice(-5)).toEqual(['#0', 'b1001 !', 'b101 "', '1#', '']);
  });

  it('tells the world for which part of the time the pin is high, and who drives it', () => {
    const board = new MockBoard({ clock: new VirtualClock(), pwm: [{ label: 'a', channelCount: 1 }] });
    const output = board.pwm(0);
    expect([output.highFraction(), output.owner()]).toEqual([0, undefined]);
    const seen: number[] = [];
    const stop = output.onChange(() => seen.push(output.highFraction()));
    const normal = board.openPwmChannel({ ...servo, dutyNs: 5_000_000, enabled: true });
    normal.setDutyNs(15_000_000);
    expect(output.owner()).toBe('servo');
    normal.close();
    stop();
    board.openPwmChannel({ ...servo, chip: 'a', dutyNs: 5_000_000, polarity: 'inversed', enabled: true });
    expect([seen, output.highFraction()]).toEqual([[0.25, 0.75, 0], 0.75]);
  });

  it('a controller that refuses is HAL_HARDWARE_FAULT and changes nothing; closing goes through', () => {
    const board = new MockBoard({ clock: new VirtualClock() });
    const channel = board.openPwmChannel({ ...servo, dutyNs: 7, enabled: true });
    board.faults.add({ kind: 'pwm-refuse', chip: 'pwm-mock', channel: 0 });
    const error = errorOf(() => channel.setDutyNs(9));
    expect([error.code, error.errno]).toEqual(['HAL_HARDWARE_FAULT', 'EIO']);
    expect(codeOf(() => channel.disable())).toBe('HAL_HARDWARE_FAULT');
    expect(channel.state()).toEqual({ periodNs: 20_000_000, dutyNs: 7, enabled: true });
    channel.close();
    expect(board.pwm(0).state).toEqual({ periodNs: 20_000_000, dutyNs: 0, enabled: false });
  });

  it('an opening that fails leaves the channel free', () => {
    const board = new MockBoard({ clock: new VirtualClock() });
    board.faults.add({ kind: 'pwm-refuse', count: 1 });
    expect(codeOf(() => board.openPwmChannel(servo))).toBe('HAL_HARDWARE_FAULT');
    expect([board.openHandleCount(), board.pwm(0).owner()]).toEqual([0, undefined]);
    board.openPwmChannel(servo).close();
  });

  it.each([
    ['no controller', []],
    ['no channel', [{ label: 'a', channelCount: 0 }]],
    [
      'one label twice',
      [
        { label: 'a', channelCount: 1 },
        { label: 'a', channelCount: 2 },
      ],
    ],
  ])('a board with %s is refused', (_, pwm) => {
    expect(codeOf(() => new MockBoard({ clock: new VirtualClock(), pwm }))).toBe('HAL_BAD_ARGUMENT');
  });
});
