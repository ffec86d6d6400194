import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { crashOutcome } from './thread-crash.ts';

describe('an app whose thread broke', () => {
  it('broke by itself when it was the heap of its thread that was full, which is no fault of Kanchi', async () => {
    const worker = new Worker('const kept = []; for (;;) kept.push(new Array(10_000).fill(kept.length));', {
      eval: true,
      resourceLimits: { maxOldGenerationSizeMb: 8 },
      stderr: true,
    });
    const [crash] = (await once(worker, 'error')) as [Error];
    expect(crashOutcome('full', crash, 8)).toMatchObject({
      reason: 'trapped',
      exitCode: 70,
      code: 'KANCHI_TRAP',
      message: expect.stringMatching(/^app "full" trapped: .* more than 8 MiB, .*; pass less to the host/u),
    });
  });

  it('is a fault of Kanchi for whatever else breaks it', () => {
    expect(crashOutcome('app', new Error('no such file'), 8)).toMatchObject({
      reason: 'failed',
      code: 'KANCHI_INTERNAL',
      message: 'app "app": its thread ended: no such file',
    });
  });
});
