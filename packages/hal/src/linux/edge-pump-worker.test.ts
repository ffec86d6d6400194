import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// The built package: its thread runs a built file.
import { createLinuxBackend } from '@kanchi/hal/linux';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeptEvents, waitFor } from '../conformance/fixture-test.ts';

/** `struct gpio_v2_line_event`: time, id (1 is rising), offset, number of the request. */
function eventRecord(timeNs: bigint, id: 1 | 2, sequence: number): Uint8Array {
  const bytes = new Uint8Array(48);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, timeNs, true);
  view.setUint32(8, id, true);
  view.setUint32(16, sequence, true);
  return bytes;
}

/** mkfifo(1). */
const makePipe = 'mkfifo';

// A named pipe stands for the descriptor of a line: records that are written to it are what a read of a line gives.
describe.runIf(process.platform === 'linux')('the thread that waits for edges', () => {
  let folder: string;
  let pipe: number;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kanchi-edges-'));
    const path = join(folder, 'line');
    execFileSync(makePipe, [path]);
    // For both ends, so that it is never at its end.
    pipe = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  });

  afterEach(() => {
    closeSync(pipe);
    rmSync(folder, { recursive: true });
  });

  const line = () => ({
    fileDescriptor: pipe,
    configOn: new Uint8Array(272),
    configOff: new Uint8Array(272),
    lastSequence: 0,
  });

  it('delivers what it reads while the clock waits, and nothing after unwatch', () => {
    const { clock, edges } = createLinuxBackend();
    const sink = new KeptEvents();
    const key = edges.watch(line(), sink, 9);
    writeSync(pipe, eventRecord(11n, 1, 1));
    writeSync(pipe, eventRecord(12n, 2, 2));
    waitFor(clock, 'two edges', () => sink.events.length === 2);
    expect(sink.events).toEqual([
      { kind: 'edge', token: 9, timeNs: 11n, sequence: 1, detail: 1 },
      { kind: 'edge', token: 9, timeNs: 12n, sequence: 2, detail: 0 },
    ]);
    writeSync(pipe, eventRecord(13n, 1, 3));
    // It is read to the end, and that end is told.
    expect(edges.unwatch(key)).toBe(3);
    edges.drain();
    expect(sink.events).toHaveLength(2);
    edges.close();
  });

  it('starts again after close, and many times', () => {
    const { clock, edges } = createLinuxBackend();
    for (let round = 1; round <= 20; round += 1) {
      const sink = new KeptEvents();
      edges.watch(line(), sink, round);
      writeSync(pipe, eventRecord(1n, 1, 1));
      waitFor(clock, 'an edge', () => sink.events.length === 1);
      edges.close();
    }
    expect(edges.droppedCount).toBe(0);
  });

  it('hears a line on which a storm cannot be switched off no more, and goes on with the others', () => {
    const { clock, edges } = createLinuxBackend();
    const sink = new KeptEvents();
    const key = edges.watch(line(), sink, 1);
    let sequence = 0;
    // A pipe takes no GPIO configuration (ENOTTY).
    for (let round = 0; round < 20 && edges.stormCount === 0; round += 1) {
      for (let count = 0; count < 100; count += 1) {
        sequence += 1;
        writeSync(pipe, eventRecord(1n, 1, sequence));
      }
      const expected = Math.min(sequence, 1001);
      waitFor(clock, 'a round of edges', () => sink.events.length >= expected || edges.stormCount > 0);
    }
    waitFor(clock, 'the storm is counted', () => edges.stormCount === 1);
    expect(edges.unwatch(key)).toBeGreaterThan(1000);
    edges.close();
  });

  it('a process with a watch that is never closed ends by itself', () => {
    const code = `
      import { createLinuxBackend } from '@kanchi/hal/linux';
      const { edges } = createLinuxBackend();
      const bytes = new Uint8Array(272);
      edges.watch({ fileDescriptor: 0, configOn: bytes, configOff: bytes, lastSequence: 0 }, { push() {} }, 1);
      process.stdout.write('watching');
    `;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', code], {
      cwd: new URL('.', import.meta.url).pathname,
      // Standard input stands for a line; its far end is closed.
      stdio: ['pipe', 'pipe', 'inherit'],
      timeout: 100_000,
    });
    expect(output.toString()).toBe('watching');
  });
});
