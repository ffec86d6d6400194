import { describe, expect, it } from 'vitest';
import type { ConsoleIo } from './console-io.ts';
import { alignColumns, LiveTable } from './live-table.ts';

function recording(isTerminal: boolean): { io: ConsoleIo; text: () => string } {
  let text = '';
  const io: ConsoleIo = {
    out: (more) => {
      text += more;
    },
    outBytes: () => {},
    error: () => {},
    errorBytes: () => {},
    isTerminal,
    afterWritten: (action) => action(),
    onOutputLost: () => () => {},
  };
  return { io, text: () => text };
}

describe('a live table', () => {
  it('is rewritten in place on a terminal, also when it gets shorter', () => {
    const { io, text } = recording(true);
    const table = new LiveTable(io);
    table.update(['a', 'b']);
    table.update(['c']);
    expect(text()).toBe('\u001b[Ja\nb\n\u001b[2A\u001b[Jc\n');
  });

  it('has no control characters elsewhere', () => {
    const { io, text } = recording(false);
    const table = new LiveTable(io);
    table.update(['a', 'b']);
    table.update(['c']);
    expect(text()).toBe('a\nb\nc\n');
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
