import { MockBoard, VirtualClock } from '@kanchi/hal/mock';
import { describe, expect, it } from 'vitest';
import { FREE_LIMIT_MS, holdOutputs } from './hold-outputs.ts';

function bench() {
  const board = new MockBoard({ clock: new VirtualClock() });
  const edges = (): string[] =>
    [...board.trace.toText().matchAll(/\b(?:rise|fall)\b/gu)].map(([edge]) => edge);
  return { board, edges };
}

const neverWaits = (): Promise<void> => Promise.reject(new Error('waited'));

describe('outputs whose holder died', () => {
  it('are taken at their safe levels with the request, as they were wired, with no edge besides', async () => {
    const { board, edges } = bench();
    const { lines, texts } = await holdOutputs(
      board,
      [
        { offset: 17, initialLevel: 1, safeLevel: 0 },
        { offset: 27, initialLevel: 0, safeLevel: 1 },
        { offset: 22, initialLevel: 1, safeLevel: 1, activeLow: true },
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
    const { board } = bench();
    const dying = board.openGpioLine({ offset: 17, consumer: 'blink', direction: 'output', initialLevel: 1 });
    let waits = 0;
    const { lines, texts } = await holdOutputs(board, [{ offset: 17, safeLevel: 0 }], 'guard', async () => {
      waits += 1;
      if (waits === 3) dying.close();
    });
    expect(waits).toBe(3);
    expect(lines).toHaveLength(1);
    expect(texts).toEqual(['line 17 is 0']);
  });

  it('are left alone when somebody else has them by then, and the others are taken', async () => {
    const { board } = bench();
    board.openGpioLine({ offset: 17, consumer: 'next', direction: 'output', initialLevel: 1 });
    let waitedMs = 0;
    const outputs = [
      { offset: 17, safeLevel: 0 },
      { offset: 27, safeLevel: 1 },
    ] as const;
    const { lines, texts } = await holdOutputs(board, outputs, 'guard', async (ms) => {
      waitedMs += ms;
    });
    expect(waitedMs).toBe(FREE_LIMIT_MS);
    expect(lines).toHaveLength(1);
    expect(texts[0]).toBe('line 27 is 1');
    expect(texts[1]).toMatch(/^line 17 could not be taken: .*"?next"?/u);
  });
});
