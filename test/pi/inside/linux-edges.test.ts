import type { HalEvent } from '@kanchi/hal';
import { createLinuxBackend } from '@kanchi/hal/linux';
import { expect, it } from 'vitest';

/** Chip of the virt machine; QEMU pulses line 3 for 100 ms when it is asked to power down. */
const CHIP = '9030000.pl061';
const LINE = 3;
const PATIENCE_NS = 30_000_000_000n;

it('counts the edges of a pulse from outside, with time stamps of the kernel', () => {
  const { hal, clock } = createLinuxBackend();
  const events: HalEvent[] = [];
  const line = hal.openGpioLine({ chip: CHIP, offset: LINE, consumer: 'test', direction: 'input' });
  line.watch({ edges: 'both', sink: { push: (event) => events.push(event) }, token: 7 });
  expect(line.read()).toBe(0);
  const beforeNs = clock.nowNs();
  process.stdout.write('please pulse the line\n');
  const deadlineNs = clock.nowNs() + PATIENCE_NS;
  while (events.length < 2 && clock.nowNs() < deadlineNs) clock.waitUntil(deadlineNs);
  expect(events.map(({ kind, token, sequence, detail }) => [kind, token, sequence, detail])).toEqual([
    ['edge', 7, 1, 1],
    ['edge', 7, 2, 0],
  ]);
  const [rising, falling] = events as [HalEvent, HalEvent];
  expect(rising.timeNs > beforeNs && falling.timeNs < clock.nowNs()).toBe(true);
  // 100 ms of the machine's time; the emulator is not exact.
  const pulseMs = Number(falling.timeNs - rising.timeNs) / 1e6;
  expect(pulseMs).toBeGreaterThan(50);
  expect(pulseMs).toBeLessThan(2_000);
  line.unwatch();
  // The number of a new watch begins at 1 again.
  line.close();
  expect(hal.openHandleCount()).toBe(0);
  hal.close();
});
