import { describe, expect, it } from 'vitest';
import { keepingIo } from './console-io.test-support.ts';
import { alignColumns, LiveTable } from './live-table.ts';

describe('a live table', () => {
  it('is rewritten in place on a terminal, also when it gets shorter', () => {
    const { io, written } = keepingIo(true);
    const table = new LiveTable(io);
    table.update(['a', 'b']);
    table.update(['c']);
    expect(written.stdout).toBe('\u001b[Ja\nb\n\u001b[2A\u001b[Jc\n');
  });

  it('shows no more than the terminal has room for, and goes back over just that', () => {
    const { io, written } = keepingIo(true, () => ({ columns: 12, rows: 4 }));
    const table = new LiveTable(io);
    table.update(['123456789012', '1234567890123', 'c', 'd']);
    expect(written.stdout).toBe('\u001b[J123456789012\n12345678901…\n… 2 more li…\n');
    written.stdout = '';
    table.update(['a']);
    expect(written.stdout).toBe('\u001b[3A\u001b[Ja\n');
  });

  it('goes back over what a window that got narrower has wrapped', () => {
    let columns = 20;
    const { io, written } = keepingIo(true, () => ({ columns, rows: 24 }));
    const table = new LiveTable(io);
    table.update(['12345678901234567890', 'b']);
    columns = 10;
    written.stdout = '';
    table.update(['c']);
    expect(written.stdout).toBe('\u001b[3A\u001b[Jc\n');
  });

  it('has no control characters elsewhere', () => {
    const { io, written } = keepingIo(false);
    const table = new LiveTable(io);
    table.update(['a', 'b']);
    table.update(['c']);
    expect(written.stdout).toBe('a\nb\nc\n');
  });

  it('aligns its columns by characters, without blanks at the end', () => {
    expect(
      alignColumns([
        ['sensor', 'x'],
        ['µ', 'yy', ''],
      ]),
    ).toEqual(['sensor  x', 'µ       yy']);
  });
});
