import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { endThread } from './end-thread.ts';

it('terminates a thread that does not answer its stop, and tells that it did not', async () => {
  const worker = new Worker('for (;;) {}', { eval: true });
  await once(worker, 'online');
  const ended = once(worker, 'exit');
  const stopped = Promise.reject(new Error('no answer'));
  let isLeft = false;
  await expect(
    endThread(worker, stopped, () => {
      isLeft = true;
    }),
  ).rejects.toThrow('no answer');
  expect(isLeft).toBe(false);
  await ended;
});

it('waits for the end of a thread that has answered', async () => {
  const worker = new Worker('', { eval: true });
  let hasEnded = false;
  worker.once('exit', () => {
    hasEnded = true;
  });
  await endThread(worker, Promise.resolve(), () => {});
  expect(hasEnded).toBe(true);
});
