import { describe, expect, it } from 'vitest';
import { ConsoleText } from './console-text.ts';

function consoleOf(...pieces: string[]): ConsoleText {
  const text = new ConsoleText('5f3a');
  for (const piece of pieces) text.append(piece);
  return text;
}

describe('text of the console', () => {
  it('gives what the payload printed and how it ended', () => {
    const text = consoleOf(
      '[    1.0] Linux\r\nKANCHI-PI-START 5f3a\r\nhel',
      'lo\r\n\r\nKANCHI-PI-END 5f3a 3\r\n',
    );
    expect(text.output).toBe('hello\n');
    expect(text.status).toBe(3);
  });

  it('knows no end before the whole line is there', () => {
    const text = consoleOf('KANCHI-PI-START 5f3a\na\n\nKANCHI-PI-END 5f3a 1');
    expect(text.status).toBeUndefined();
    text.append('2\n');
    expect(text.status).toBe(12);
  });

  it('takes nothing for the end that has the word of another run', () => {
    const text = consoleOf('KANCHI-PI-START 5f3a\n\nKANCHI-PI-END 0000 0\n');
    expect(text.status).toBeUndefined();
    expect(text.output).toContain('KANCHI-PI-END 0000 0');
  });

  it('has no output before the payload starts', () => {
    expect(consoleOf('[    1.0] Linux\n').output).toBe('');
  });

  it('drops the oldest text beyond 4 MiB and counts it', () => {
    const text = consoleOf('abc', 'x'.repeat(4 * 1024 * 1024));
    expect(text.droppedCharacters).toBe(3);
    expect(text.text.startsWith('x')).toBe(true);
  });
});
