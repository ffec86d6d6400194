import { VirtualClock } from '@kanchi/hal/mock';
import { describe, expect, it } from 'vitest';
import { AppLog, type LogEntry, MAX_LOG_LINE_BYTES } from './app-log.ts';
import { AppCounters } from './counters.ts';

const NS_PER_S = 1_000_000_000n;

function createLog(maxBytesPerSecond: number) {
  const clock = new VirtualClock();
  const counters = new AppCounters();
  const entries: LogEntry[] = [];
  const output: Uint8Array[] = [];
  const log = new AppLog({
    appName: 'app',
    output: {
      log: (entry) => entries.push(entry),
      standardOutput: (bytes) => output.push(bytes),
      standardError: (bytes) => output.push(bytes),
    },
    clock,
    counters,
    maxBytesPerSecond,
  });
  return { clock, counters, entries, output, log, texts: () => entries.map(({ text }) => text) };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the budget of an app', () => {
  it('drops what exceeds it, counts every byte of that, and says so once a second', () => {
    const { clock, counters, log, texts } = createLog(100);
    let kept = 0;
    for (let line = 0; line < 50; line += 1) {
      kept += log.write('info', bytes('ten bytes.')) ? 1 : 0;
    }
    expect(kept).toBe(10);
    expect(counters.get('logBytes')).toBe(100);
    expect(counters.get('logBytesDropped')).toBe(400);
    expect(texts().slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 'ten bytes.'));
    expect(texts().slice(10)).toEqual([
      'app "app": output dropped: more than 100 bytes in a second; raise it in app.json: { "kind": "log", "maxBytesPerSecond": 200 }',
    ]);
    clock.spend(NS_PER_S);
    expect(log.write('info', bytes('again'))).toBe(true);
    expect(log.write('info', bytes('x'.repeat(96)))).toBe(false);
    expect(texts().slice(11)).toEqual(['again', texts()[10]]);
  });

  it('is one for log, standard output and standard error', () => {
    const { counters, log, output } = createLog(10);
    expect(log.write('info', bytes('1234'))).toBe(true);
    expect(log.standardOutput(bytes('1234'))).toBe(true);
    expect(log.standardError(bytes('123'))).toBe(false);
    expect(log.standardError(bytes('12'))).toBe(true);
    expect(log.standardOutput(bytes('1'))).toBe(false);
    expect(output).toHaveLength(2);
    expect(counters.get('logBytes')).toBe(10);
    expect(counters.get('logBytesDropped')).toBe(4);
  });

  it('has an end for lines without a byte too, which says so once a second', () => {
    const { clock, log, texts } = createLog(100);
    let kept = 0;
    for (let line = 0; line < 10_000; line += 1) {
      kept += log.write('info', bytes('')) ? 1 : 0;
    }
    expect(kept).toBe(4096);
    expect(texts().filter((text) => text !== '')).toEqual([
      'app "app": output dropped: more than 4096 lines and writes in a second; put more into each of them',
    ]);
    clock.spend(NS_PER_S);
    expect(log.standardOutput(bytes(''))).toBe(true);
  });

  it('charges a line for what it passed, kept or cut', () => {
    const { counters, log, texts } = createLog(2 * MAX_LOG_LINE_BYTES);
    expect(log.write('info', bytes('x'.repeat(MAX_LOG_LINE_BYTES + 7)))).toBe(true);
    expect(texts()[0]).toHaveLength(MAX_LOG_LINE_BYTES);
    expect(counters.get('logBytesDropped')).toBe(7);
    expect(log.write('info', bytes('x'.repeat(MAX_LOG_LINE_BYTES)))).toBe(false);
  });

  it('of 0 lets nothing through but the note', () => {
    const { log, output, texts } = createLog(0);
    expect(log.standardOutput(bytes('a'))).toBe(false);
    expect(output).toEqual([]);
    expect(texts()).toHaveLength(1);
  });
});

describe('a log line', () => {
  it('cannot steer the terminal, forge a second line or turn the writing direction', () => {
    const { log, texts } = createLog(1000);
    log.write('info', bytes('a\u001b[2Jb\nkanchi: denied\u202ec\tend\r\n'));
    expect(texts()).toEqual(['a\ufffd[2Jb\ufffdkanchi: denied\ufffdc\tend']);
  });

  it('that is not UTF-8 is shown with replacement characters', () => {
    const { log, texts } = createLog(1000);
    log.write('info', Uint8Array.of(0x61, 0xff, 0x62));
    expect(texts()).toEqual(['a\ufffdb']);
  });
});

describe('the bytes of a stream', () => {
  it('are a copy: the guest goes on writing into its own', () => {
    const { log, output } = createLog(100);
    const own = bytes('before');
    log.standardOutput(own);
    own.fill(0x78);
    expect(output.map((piece) => new TextDecoder().decode(piece))).toEqual(['before']);
  });
});
