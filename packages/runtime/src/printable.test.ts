import { describe, expect, it } from 'vitest';
import { RuntimeError } from './error.ts';
import { messageLine, printable } from './printable.ts';

describe('a message', () => {
  it('is one line that no terminal obeys, whatever names are in it', () => {
    expect(printable('a\n\u001b[2Jb\u202ec\u2028')).toBe('a\\u000a\\u001b[2Jb\\u202ec\\u2028');
    expect(new RuntimeError('KANCHI_MODULE_INVALID', 'exports "\u0007"').message).toBe('exports "\\u0007"');
  });

  it('that is printable already stays as it is', () => {
    expect(printable(printable('\n'))).toBe('\\u000a');
  });

  it('has an end', () => {
    expect(messageLine('x'.repeat(4000))).toBe('x'.repeat(4000));
    expect(messageLine('\n'.repeat(70_000))).toBe(`${'\\u000a'.repeat(666)}\\u00...`);
  });
});
