import { describe, expect, it } from 'vitest';
import { codeOf } from '../conformance/fixture-test.ts';
import { UDEV_RETRIES, UDEV_RETRY_MS } from './limits.ts';
import { type OnoffGpio, OnoffServedLine } from './onoff-served-line.ts';

/** An input whose file `edge` gets its group `readyMs` after the line was opened, in time that passes only while somebody sleeps. */
function lineWith({ readyMs }: { readonly readyMs: number }) {
  let nowMs = 0;
  const edges: string[] = [];
  class Gpio implements OnoffGpio {
    readSync = () => 0 as const;
    writeSync = () => {};
    watch = () => {};
    unwatchAll = () => {};
    unexport = () => {};

    setEdge(edge: string): void {
      if (nowMs < readyMs) {
        throw Object.assign(new Error('EACCES: permission denied'), { errno: -13, syscall: 'open' });
      }
      edges.push(edge);
    }
  }
  const line = new OnoffServedLine(
    {
      onoff: { Gpio },
      files: { writeText: () => {} },
      push: () => {},
      nowNs: () => BigInt(nowMs) * 1_000_000n,
      sleep: (durationMs) => {
        nowMs += durationMs;
      },
    },
    {
      kind: 'open',
      line: 1,
      sysfsNumber: 517,
      name: 'line 17',
      direction: 'input',
      activeLow: false,
      initialLevel: 0,
    },
  );
  const watch = (): void => line.watch({ kind: 'watch', line: 1, watch: 3, edges: 'rising', debounceUs: 0 });
  return { watch, edges, nowMs: () => nowMs };
}

describe('a watch of a line that was just exported', () => {
  it('waits for udev to give the file with the edges to its group', () => {
    const { watch, edges, nowMs } = lineWith({ readyMs: 395 });
    watch();
    expect([edges, nowMs()]).toEqual([['rising'], 400]);
  });

  it('waits once for each opening when udev never does, and says that it may not', () => {
    const { watch, nowMs } = lineWith({ readyMs: Number.POSITIVE_INFINITY });
    expect(codeOf(watch)).toBe('HAL_PERMISSION');
    expect(nowMs()).toBe(UDEV_RETRIES * UDEV_RETRY_MS);
    expect(codeOf(watch)).toBe('HAL_PERMISSION');
    expect(nowMs()).toBe(UDEV_RETRIES * UDEV_RETRY_MS);
  });
});
