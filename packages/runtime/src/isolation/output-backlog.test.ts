import { describe, expect, it } from 'vitest';
import { AppCounters } from '../app/counters.ts';
import { BoundedOutput, MAX_BACKLOG_BYTES, OutputBacklog, type OutputMessage } from './output-backlog.ts';

function twoThreads() {
  const buffer = new SharedArrayBuffer(OutputBacklog.byteLength);
  const counters = new AppCounters();
  const sent: OutputMessage[] = [];
  const output = new BoundedOutput({
    appName: 'app',
    backlog: new OutputBacklog(buffer),
    counters,
    send: (message) => sent.push(message),
    nowNs: () => 7n,
  });
  const supervisor = new OutputBacklog(buffer);
  const takeAll = (): OutputMessage[] => {
    const taken = sent.splice(0);
    for (const message of taken) supervisor.taken(message);
    return taken;
  };
  return { counters, output, sent, takeAll };
}

const MIB = 1024 * 1024;

describe('output that nobody takes', () => {
  it('is dropped where more than 4 MiB of it would wait, and counted', () => {
    expect(MAX_BACKLOG_BYTES).toBe(4 * MIB);
    const { counters, output, sent } = twoThreads();
    for (let count = 0; count < 100; count += 1) output.standardOutput(new Uint8Array(MIB));
    expect(sent).toHaveLength(3);
    expect(counters.get('logBytesDropped')).toBe(97 * MIB);
  });

  it('is bounded too when it is very many lines without a character', () => {
    const { output, sent } = twoThreads();
    for (let count = 0; count < 100_000; count += 1) output.log({ timeNs: 1n, level: 'info', text: '' });
    // Each counts 256 bytes.
    expect(sent).toHaveLength(16_384);
  });

  it('is one write of any length where nothing else waits', () => {
    const { output, sent } = twoThreads();
    output.standardOutput(new Uint8Array(16 * MIB));
    output.standardOutput(new Uint8Array(1));
    expect(sent).toHaveLength(1);
  });

  it('goes on when it is taken, behind a line that says what is missing', () => {
    const { counters, output, takeAll } = twoThreads();
    for (let count = 0; count < 5; count += 1) output.standardError(new Uint8Array(MIB));
    expect(takeAll()).toHaveLength(3);
    output.log({ timeNs: 9n, level: 'info', text: 'again' });
    output.log({ timeNs: 9n, level: 'info', text: 'and again' });
    expect(takeAll()).toEqual([
      {
        kind: 'log',
        entry: {
          timeNs: 7n,
          level: 'warning',
          text: 'app "app": output dropped: 2 lines and writes came while nobody took what was printed before; let the app print less, or read its output faster',
        },
      },
      { kind: 'log', entry: { timeNs: 9n, level: 'info', text: 'again' } },
      { kind: 'log', entry: { timeNs: 9n, level: 'info', text: 'and again' } },
    ]);
    expect(counters.get('logBytesDropped')).toBe(2 * MIB);
    // Nothing is left over of what was taken.
    for (let count = 0; count < 1000; count += 1) {
      output.standardOutput(new Uint8Array(MIB));
      expect(takeAll()).toHaveLength(1);
    }
  });
});
