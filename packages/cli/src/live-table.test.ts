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
