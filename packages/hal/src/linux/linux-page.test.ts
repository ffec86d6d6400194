import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errnoTable } from './errno-error.ts';
import * as limits from './limits.ts';
import { enablings } from './reserved-lines.ts';

const page = readFileSync(new URL('../../../../docs/backends.md', import.meta.url), 'utf8');

/** Cells of the rows of a section, without the two that head the table. */
function rowsOf(heading: string): string[][] {
  const section = page.split(`### ${heading}\n`)[1]?.split('\n#')[0] ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
}

describe('docs/backends.md', () => {
  it('states every limit of the Linux backend with its value', () => {
    const stated = Object.fromEntries(rowsOf('Limits').map(([name, value]) => [name, Number(value)]));
    expect(stated).toEqual({ ...limits });
  });

  it('states every errno with its code', () => {
    const rows = Object.entries(errnoTable).flatMap(([context, codes]) =>
      Object.entries(codes).map(([errno, code]) => [context, errno, code]),
    );
    expect(rowsOf('Errors of the kernel')).toEqual(rows);
  });

  it('states what gives lines to which device', () => {
    expect(rowsOf('Reserved lines')).toEqual(
      enablings.map(({ node, lines, setting }) => [
        node === '' ? 'any other' : node,
        lines?.join(', ') ?? '',
        setting,
      ]),
    );
  });
});
