import { HalError } from '@kanchi/hal';
import type { HeldChannel } from '@kanchi/hal/linux';
import { MockBoard, VirtualClock } from '@kanchi/hal/mock';
import { describe, expect, it } from 'vitest';
import { FREE_LIMIT_MS, holdOutputs } from './hold-outputs.ts';

function bench() {
  const board = new MockBoard({ clock: new VirtualClock() });
  const edges = (): string[] =>
    [...board.trace.toText().matchAll(/\b(?:rise|fall)\b/gu)].map(([edge]) => edge);
  /** What the channels were told, and how often each is still busy. */
  const settled: string[] = [];
  const busy = new Map<number, number>();
  const early = new Map<number, number>();
  const hal = {
    openGpioLine: board.openGpioLine.bind(board),
    settlePwmChannel: ({ channel }: HeldChannel, consumer: string): void => {
      const left = busy.get(channel) ?? 0;
      busy.set(channel, left - 1);
      if (left > 0) throw new HalError('HAL_BUSY', 'another process has it');
      const rootsFor = early.get(channel) ?? 0;
      early.set(channel, rootsFor - 1);
      if (rootsFor > 0) throw new HalError('HAL_PERMISSION', 'the files are not the group’s');
      settled.push(`${channel} by ${consumer}`);
    },
  };
  return { board, hal, edges, settled, busy, early };
}

const neverWaits = (): Promise<void> => Promise.reject(new Error('waited'));

describe('outputs whose holder died', () => {
  it('are taken at their safe levels with the request, as they were wired, with no edge besides', async () => {
    const { hal, edges } = bench();
    const { lines, texts } = await holdOutputs(
      hal,
      [
        { kind: 'line', offset: 17, initialLevel: 1, safeLevel: 0 },
        { kind: 'line', offset: 27, initialLevel: 0, safeLevel: 1 },
        { kind: 'line', offset: 22, initialLevel: 1, safeLevel: 1, activeLow: true },
      ],
      'kanchi-guard 7',
      neverWaits,
    );
    expect(texts).toEqual(['line 17 is 0', 'line 27 is 1', 'line 22 is 1']);
    expect(lines.map((line) => line.read())).toEqual([0, 1, 1]);
    // Of line 27; 22 is active at the low level, which it has already.
    expect(edges()).toEqual(['rise']);
  });

  it('are waited for while the kernel takes the dead process apart', async () => {
    const { board, hal } = bench();
    const dying = board.openGpioLine({ offset: 17, consumer: 'blink', direction: 'output', initialLevel: 1 });
    let waits = 0;
    const { lines, texts } = await holdOutputs(
      hal,
      [{ kind: 'line', offset: 17, safeLevel: 0 }],
      'guard',
      async () => {
        waits += 1;
        if (waits === 3) dying.close();
      },
    );
    expect(waits).toBe(3);
    expect(lines).toHaveLength(1);
    expect(texts).toEqual(['line 17 is 0']);
  });

  it('are left alone when somebody else has them by then, and the others are taken', async () => {
    const { board, hal } = bench();
    board.openGpioLine({ offset: 17, consumer: 'next', direction: 'output', initialLevel: 1 });
    let waitedMs = 0;
    const outputs = [
      { kind: 'line', offset: 17, safeLevel: 0 },
      { kind: 'line', offset: 27, safeLevel: 1 },
    ] as const;
    const { lines, texts } = await holdOutputs(hal, outputs, 'guard', async (ms) => {
      waitedMs += ms;
    });
    expect(waitedMs).toBe(FREE_LIMIT_MS);
    expect(lines).toHaveLength(1);
    expect(texts[0]).toBe('line 27 is 1');
    expect(texts[1]).toMatch(/^line 17 could not be taken: .*"?next"?/u);
  });

  it('lines come first, and a channel whose files udev has not come to yet is waited for', async () => {
    const { hal, early } = bench();
    early.set(0, 3);
    let waits = 0;
    const { texts } = await holdOutputs(
      hal,
      [
        { kind: 'channel', chip: '3f20c000.pwm', channel: 0, periodNs: 20_000_000 },
        { kind: 'line', offset: 17, safeLevel: 0 },
      ],
      'guard',
      async () => {
        waits += 1;
      },
    );
    expect(waits).toBe(3);
    expect(texts).toEqual(['line 17 is 0', 'PWM 3f20c000.pwm channel 0 is off']);
  });

  it('PWM channels are left in their safe states, once the dead process is apart, and nobody holds them', async () => {
    const { hal, settled, busy } = bench();
    busy.set(1, 2);
    let waits = 0;
    const { lines, texts } = await holdOutputs(
      hal,
      [
        { kind: 'channel', chip: '3f20c000.pwm', channel: 0, periodNs: 20_000_000 },
        { kind: 'channel', chip: '3f20c000.pwm', channel: 1, periodNs: 1000, safeDutyNs: 250 },
      ],
      'guard',
      async () => {
        waits += 1;
      },
    );
    expect([waits, lines.length, settled]).toEqual([2, 0, ['0 by guard', '1 by guard']]);
    expect(texts).toEqual([
      'PWM 3f20c000.pwm channel 0 is off',
      'PWM 3f20c000.pwm channel 1 runs with 250 of 1000 ns',
    ]);
  });
});
