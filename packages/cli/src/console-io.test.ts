import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type OutputStream, processIo } from './console-io.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A stream that takes one write at a time, each when it is told to. */
function slowStream(isTTY: boolean) {
  const written: Buffer[] = [];
  const waiting: (() => void)[] = [];
  const stream: OutputStream = Object.assign(
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        written.push(chunk);
        waiting.push(() => done());
      },
    }),
    { isTTY },
  );
  return {
    stream,
    text: () => Buffer.concat(written).toString('latin1'),
    takeOne: async () => {
      waiting.shift()?.();
      await new Promise(setImmediate);
    },
  };
}

describe('what an app prints', () => {
  it('does not steer a terminal', () => {
    const out = slowStream(true);
    const io = processIo(out.stream, slowStream(true).stream);
    io.outBytes(bytes('\u001b]0;title\u0007\u009b2J a\tb\r\n'));
    expect(Buffer.from(out.text(), 'latin1').toString()).toBe('\ufffd]0;title\ufffd\ufffd2J a\tb\n');
  });

  it('is the same text however its bytes come', async () => {
    const out = slowStream(true);
    const io = processIo(out.stream, slowStream(true).stream);
    for (const byte of bytes('\u00e4\r\n\rb\u001b')) io.outBytes(Uint8Array.of(byte));
    for (let count = 0; count < 10; count += 1) await out.takeOne();
    expect(Buffer.from(out.text(), 'latin1').toString()).toBe('\u00e4\n\ufffdb\ufffd');
  });

  it('goes to a file or a program byte by byte as it is', () => {
    const out = slowStream(false);
    const error = slowStream(true);
    const io = processIo(out.stream, error.stream);
    io.outBytes(Uint8Array.of(0x1b, 0xff, 0x00));
    io.errorBytes(Uint8Array.of(0x1b));
    expect(out.text()).toBe('\u001b\u00ff\u0000');
    expect(Buffer.from(error.text(), 'latin1').toString()).toBe('\ufffd');
  });
});

describe('who waits for what was written', () => {
  it('is told at once when nothing waits, and else when both streams have let go of it', async () => {
    const out = slowStream(false);
    const error = slowStream(false);
    const io = processIo(out.stream, error.stream);
    const told: string[] = [];
    io.afterWritten(() => told.push('at once'));
    expect(told).toEqual(['at once']);
    io.out('one');
    io.error('two');
    io.afterWritten(() => told.push('written'));
    await out.takeOne();
    await out.takeOne();
    expect(told).toEqual(['at once']);
    await error.takeOne();
    await error.takeOne();
    expect(told).toEqual(['at once', 'written']);
  });

  it('is told when nobody reads any more', async () => {
    const out = slowStream(false);
    const io = processIo(out.stream, slowStream(false).stream);
    let count = 0;
    io.out('one');
    io.afterWritten(() => {
      count += 1;
    });
    out.stream.destroy(new Error('EPIPE'));
    await out.takeOne();
    expect(count).toBe(1);
    io.afterWritten(() => {
      count += 1;
    });
    expect(count).toBe(2);
  });
});
