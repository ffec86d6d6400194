import { describe, expect, it } from 'vitest';
import { keepingIo } from './console-io.test-support.ts';
import { LiveLine } from './live-line.ts';

function record(isTerminal: boolean) {
  const { io, written } = keepingIo(isTerminal);
  const live = new LiveLine(io);
  return { written, live, say: (text: string) => live.print(() => io.out(text), text.endsWith('\n')) };
}

describe('the live line', () => {
  it('makes way for what the app prints and comes back after it', () => {
    const { written, live, say } = record(true);
    live.update('1 s');
    say('reading\n');
    live.update('2 s');
    live.end();
    expect(written.stdout).toBe('\r\u001b[K1 s\r\u001b[Kreading\n1 s\r\u001b[K2 s\n');
  });

  it('is no longer than the terminal is wide', () => {
    const { io, written } = keepingIo(true, () => ({ columns: 12, rows: 24 }));
    new LiveLine(io).update('3 s | lamp ● | 120 calls');
    expect(written.stdout).toBe('\r\u001b[K3 s | lamp …');
  });

  it('does not wipe a line that the app has not ended yet', () => {
    const { written, live, say } = record(true);
    live.update('1 s');
    say('.');
    say('.');
    live.update('2 s');
    expect(written.stdout).toBe('\r\u001b[K1 s\r\u001b[K..\n\r\u001b[K2 s');
  });

  it('is a line of its own where there is no terminal', () => {
    const { written, live, say } = record(false);
    live.update('1 s');
    say('half');
    live.update('2 s');
    live.end();
    expect(written.stdout).toBe('1 s\nhalf\n2 s\n');
  });
});
