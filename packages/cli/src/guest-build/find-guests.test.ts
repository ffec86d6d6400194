import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findGuests } from './find-guests.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kanchi-find-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function write(path: string, text = ''): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function found(path = '.'): string[] {
  return findGuests(join(root, path)).map(
    ({ sources, output }) =>
      `${sources.map((source) => relative(root, source)).join(' ')} -> ${relative(root, output)}`,
  );
}

describe('the guests under a path', () => {
  it('are one module from all C files of a folder with a manifest, named as the manifest says', () => {
    write('station/app.json', '{"name": "weather"}');
    write('station/b.c');
    write('station/a.c');
    write('station/a.h');
    expect(found('station')).toEqual(['station/a.c station/b.c -> station/build/weather.wasm']);
  });

  it('are one module for each file of a folder without a manifest', () => {
    write('guests/one.c');
    write('guests/two.rs');
    write('guests/README.md');
    expect(found('guests')).toEqual([
      'guests/one.c -> guests/build/one.wasm',
      'guests/two.rs -> guests/build/two.wasm',
    ]);
  });

  it('are found in subfolders, but not in what was built or installed', () => {
    write('examples/blink/app.json', '{"name": "blink"}');
    write('examples/blink/blink.c');
    write('examples/build/old.c');
    write('examples/node_modules/theirs.c');
    write('examples/.hidden/hidden.c');
    expect(found('examples')).toEqual(['examples/blink/blink.c -> examples/blink/build/blink.wasm']);
  });

  it('are one for a file', () => {
    write('one.c');
    expect(found('one.c')).toEqual(['one.c -> build/one.wasm']);
  });

  it('stay in the build folder whatever the manifest calls them', () => {
    write('trick/app.json', '{"name": "../../etc/passwd"}');
    write('trick/a.c');
    expect(found('trick')).toEqual(['trick/a.c -> trick/build/trick.wasm']);
  });

  it('are an error when there are none, or no such path, or no valid manifest', () => {
    write('empty/README.md');
    write('broken/app.json', '{');
    write('broken/a.c');
    expect(() => found('empty')).toThrow(/nothing to build/u);
    expect(() => found('absent')).toThrow(/no such file or folder/u);
    expect(() => found('broken')).toThrow(/app\.json: not valid JSON/u);
  });
});
