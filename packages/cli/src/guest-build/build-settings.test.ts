import { describe, expect, it } from 'vitest';
import { settingsOfSource } from './build-settings.ts';

const settings = (text: string) => settingsOfSource(text, 'a.c', ['one', 'two']);

describe('the build settings of a source', () => {
  it('are WASI and no library when the first line says nothing', () => {
    const nothing = { libc: 'wasi', libraries: [] };
    expect(settings('#include <stdio.h>\n// kanchi-build: libc=small\n')).toEqual(nothing);
    expect(settings('')).toEqual(nothing);
  });

  it('are what the first line says, in either kind of comment', () => {
    expect(settings('// kanchi-build: libc=small\nint main;').libc).toBe('small');
    expect(settings('/* kanchi-build: libc=none */\nint main;').libc).toBe('none');
  });

  it('name libraries of the SDK, in any order, each once', () => {
    expect(settings('// kanchi-build: library=two libc=small  library=one library=two\n')).toEqual({
      libc: 'small',
      libraries: ['two', 'one'],
    });
    expect(settings('// kanchi-build: library=one\n')).toEqual({ libc: 'wasi', libraries: ['one'] });
  });

  it.each(['libc=musl', 'fast', 'libc=small fast', 'library=three', 'library=', 'libc=small libc=none', ''])(
    'are an error with file, line and what can be written for "%s"',
    (line) => {
      expect(() => settings(`// kanchi-build: ${line}\n`)).toThrow(
        expect.objectContaining({
          code: 'KANCHI_BUILD_SETTING',
          message: expect.stringMatching(/^a\.c:1: .*libc=small.*library=.*one or two/u),
        }),
      );
    },
  );
});
