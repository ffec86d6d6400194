import { existsSync, writeSync } from 'node:fs';
import { type MessagePort, workerData } from 'node:worker_threads';
import type { HalEvent } from '@kanchi/hal';
import { createLinuxBackend } from '@kanchi/hal/linux';
import { expect, it } from 'vitest';

/** Chip of the virt machine; QEMU pulses line 3 for 100 ms when it is asked to power down. */
const CHIP = '9030000.pl061';
const LINE = 3;
/** First number of the chip in sysfs on this kernel. */
const BASE = 512;
const PATIENCE_NS = 30_000_000_000n;
const STANDARD_OUTPUT = 1;

/** Runs in a thread (`--in-thread`), as `onoff` works in the main thread only. */
it('onoff tells the edges of a pulse from outside, with the time of the main thread', () => {
  const { onoffPort } = workerData as { readonly onoffPort: MessagePort };
  const { hal, clock } = createLinuxBackend({ onoffPort, drivers: { gpio: 'onoff' } });
  const events: HalEvent[] = [];
  const line = hal.openGpioLine({ chip: CHIP, offset: LINE, consumer: 'test', direction: 'input' });
  line.watch({ edges: 'both', sink: { push: (event) => events.push(event) }, token: 7 });
  expect([line.read(), existsSync(`/sys/class/gpio/gpio${BASE + LINE}`)]).toEqual([0, true]);
  const beforeNs = clock.nowNs();
  // At once: a stream of this thread waits for the thread itself.
  writeSync(STANDARD_OUTPUT, 'please pulse the line again\n');
  const deadlineNs = clock.nowNs() + PATIENCE_NS;
  while (events.length < 2 && clock.nowNs() < deadlineNs) clock.waitUntil(deadlineNs);
  expect(events.map(({ kind, token, sequence, detail }) => [kind, token, sequence, detail])).toEqual([
    ['edge', 7, 1, 1],
    ['edge', 7, 2, 0],
  ]);
  const times = [beforeNs, ...events.map(({ timeNs }) => timeNs), clock.nowNs()];
  expect(times.every((time, index) => index === 0 || time > (times[index - 1] as bigint))).toBe(true);
  line.unwatch();
  line.close();
  expect(existsSync(`/sys/class/gpio/gpio${BASE + LINE}`)).toBe(false);
  expect(hal.openHandleCount()).toBe(0);
  hal.close();
});
