import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { waitForChange } from './wait-for-change.ts';

let worker: Worker | undefined;
afterEach(async () => {
  await worker?.terminate();
});

/** Starts a thread that notifies word 0 without end, and changes it after so many notifications (never: 0). */
async function notifier(words: Int32Array, changeAfter: number): Promise<void> {
  const code = `
    const { parentPort, workerData: { words, changeAfter } } = require('node:worker_threads');
    parentPort.postMessage('begins');
    for (let count = 1; ; count += 1) {
      if (count === changeAfter) Atomics.store(words, 0, 1);
      Atomics.notify(words, 0);
    }`;
  const started = new Worker(code, { eval: true, workerData: { words, changeAfter } });
  worker = started;
  await new Promise((resolve) => started.once('message', resolve));
}

describe('a wait for a shared word to change', () => {
  it('is not over by notifications that come without a change', async () => {
    const words = new Int32Array(new SharedArrayBuffer(4));
    await notifier(words, 0);
    expect(waitForChange(words, 0, 0, 50)).toBe(false);
  });

  it('is over with the change', async () => {
    const words = new Int32Array(new SharedArrayBuffer(4));
    await notifier(words, 1_000_000);
    expect(waitForChange(words, 0, 0, 60_000)).toBe(true);
    expect(words[0]).toBe(1);
  });

  it('does not wait when the word has changed already', () => {
    expect(waitForChange(new Int32Array(new SharedArrayBuffer(4)), 0, 7, 60_000)).toBe(true);
  });
});
