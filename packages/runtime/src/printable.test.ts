import { describe, expect, it } from 'vitest';
import { RuntimeError } from './error.ts';
import { messageLine, printable } from './printable.ts';

describe('a message', () => {
  it('is one line that no terminal obeys, whatever names are in it', () => {
    expect(printable('a\n\u001b[2Jb\u202ec\u2028')).toBe('a\\u000a\\u001b[2Jb\\u202ec\\u2028');
    expect(new RuntimeError('KANCHI_MODULE_INVALID', 'exports "\u0007"').message).toBe('exports "\\u0007"');
  });

  it('has no blank but the space, and nothing that is not seen', () => {
    for (const [text, shown] of [
      ['a\u00a0b', 'a\\u00a0b'],
      ['a\u2003b\u3000c', 'a\\u2003b\\u3000c'],
      ['a\u2800b\u3164c\uffa0d\u115fe', 'a\\u2800b\\u3164c\\uffa0d\\u115fe'],
      ['a\u034fb\ufe0fc', 'a\\u034fb\\ufe0fc'],
      ['a\ud800b\ue000c', 'a\\ud800b\\ue000c'],
      ['a\u{e0020}b', 'a\\udb40\\udc20b'],
    ] as const) {
      expect(printable(text)).toBe(shown);
    }
  });

  it('keeps letters of all languages, with as many marks as they have, not more, and none on something else', () => {
    for (const text of [
      'Gr\u00fc\u00dfe',
      'vie\u0323\u0302t',
      '\u0e17\u0e35\u0e48',
      '\u0915\u094d\u0937\u093f',
      '\u6e29\u5ea6',
    ]) {
      expect(printable(text)).toBe(text);
    }
    expect(printable(`a${'\u0301'.repeat(5)}b`)).toBe(`a${'\u0301'.repeat(3)}\\u0301\\u0301b`);
    expect(printable('"\u0332x \u0332')).toBe('"\\u0332x \\u0332');
    expect(printable(printable('"\u0332x'))).toBe('"\\u0332x');
  });

  it('that is printable already stays as it is', () => {
    expect(printable(printable('\n'))).toBe('\\u000a');
  });

  it('has an end', () => {
    expect(messageLine('x'.repeat(4000))).toBe('x'.repeat(4000));
    expect(messageLine('\n'.repeat(70_000))).toBe(`${'\\u000a'.repeat(666)}\\u00...`);
  });
});
