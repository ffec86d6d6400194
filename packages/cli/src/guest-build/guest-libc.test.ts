import { describe, expect, it } from 'vitest';
import { libcOfSource } from './guest-libc.ts';

describe('the libc that a source asks for', () => {
  it('is WASI when the first line says nothing', () => {
    expect(libcOfSource('#include <stdio.h>\n// kanchi-build: libc=small\n', 'a.c')).toBe('wasi');
    expect(libcOfSource('', 'a.c')).toBe('wasi');
  });

  it('is what the first line says, in either kind of comment', () => {
    expect(libcOfSource('// kanchi-build: libc=small\nint main;', 'a.c')).toBe('small');
    expect(libcOfSource('/* kanchi-build: libc=none */\nint main;', 'a.c')).toBe('none');
  });

  it('is an error with file and line when there is no such setting', () => {
    expect(() => libcOfSource('// kanchi-build: libc=musl\n', 'a.c')).toThrow(
      /a\.c:1: .*libc=musl.*libc=small/u,
    );
    expect(() => libcOfSource('// kanchi-build: fast\n', 'a.c')).toThrow(/KANCHI|libc=wasi/u);
  });
});
