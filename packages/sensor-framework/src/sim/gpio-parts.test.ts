import type { Level } from '@kanchi/hal';
import { secondsToNs } from '@kanchi/hal';
import { VirtualClock } from '@kanchi/hal/mock';
import { describe, expect, it } from 'vitest';
import { Button } from './button.ts';
import { Led } from './led.ts';

function wired(world: Record<string, unknown>) {
  const clock = new VirtualClock();
  const drives: [bigint, Level | undefined][] = [];
  const button = new Button({ clock, world });
  button.connect({ drive: (level) => drives.push([clock.nowNs(), level]) });
  return { clock, drives, button };
}

describe('Button', () => {
  it('lets go of the line when it is wired, so that the pull decides', () => {
    expect(wired({}).drives).toEqual([[0n, undefined]]);
  });

  it('drives the line low for the pressed time in every period', () => {
    const { clock, drives, button } = wired({ periodSeconds: 2, pressedSeconds: 0.5, bounceMicroseconds: 0 });
    clock.spend(secondsToNs(5));
    expect(drives.slice(1)).toEqual([
      [secondsToNs(2), 0],
      [secondsToNs(2.5), undefined],
      [secondsToNs(4), 0],
      [secondsToNs(4.5), undefined],
    ]);
    expect(button.pressCount).toBe(2);
  });

  it('bounces at both ends within the bounce time and settles where it was going', () => {
    const { clock, drives, button } = wired({ periodSeconds: 0, bounceMicroseconds: 600 });
    button.press();
    clock.spend(secondsToNs(1));
    button.release();
    clock.spend(secondsToNs(1));
    const levels = drives.slice(1).map(([, level]) => level ?? 'open');
    expect(levels).toEqual([0, 'open', 0, 'open', 0, 'open', 0, 'open', 0, 'open', 0, 'open', 0, 'open']);
    expect(drives[7]?.[0]).toBe(600_000n);
    expect(button.pressCount).toBe(1);
  });

  it('never presses itself with a period of 0 and schedules nothing', () => {
    const { clock } = wired({ periodSeconds: 0 });
    expect(clock.nextDueNs()).toBeUndefined();
  });

  it('lets go and schedules nothing more after it is taken off', () => {
    const { clock, drives, button } = wired({ periodSeconds: 1, pressedSeconds: 0.5 });
    clock.spend(secondsToNs(1.1));
    button.disconnect();
    expect(drives.at(-1)?.[1]).toBeUndefined();
    expect(clock.nextDueNs()).toBeUndefined();
    const count = drives.length;
    button.disconnect();
    clock.spend(secondsToNs(5));
    expect(drives).toHaveLength(count);
  });
});

describe('Led', () => {
  it('is lit while the line is high and counts changes, not repeats', () => {
    const led = new Led();
    for (const level of [0, 1, 1, 0, 1] as const) led.levelChanged(level);
    expect(led.lit).toBe(true);
    expect(led.changeCount).toBe(3);
    led.disconnect();
    expect(led.lit).toBe(false);
  });
});
