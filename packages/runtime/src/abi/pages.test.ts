import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { libcSignatures } from './libc/create-libc.ts';
import { wasiSignatures } from './wasi-preview1-signatures.ts';

/** Names in the first cells of the table under "## Functions". */
function listedFunctions(page: string): Map<string, string> {
  const text = readFileSync(new URL(`../../../../docs/host-api/${page}`, import.meta.url), 'utf8');
  const section = text.split('## Functions')[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return new Map(
    rows.flatMap((row) => {
      const [, first = '', second = ''] = row.split('|');
      return Array.from(first.matchAll(/`(\w+)`/gu), (match): [string, string] => [
        match[1] ?? '',
        second.trim(),
      ]);
    }),
  );
}

describe('the pages of the foreign calling conventions', () => {
  it('list every function of the small libc with its type', () => {
    const listed = Object.fromEntries(
      Array.from(listedFunctions('libc.md'), ([name, type]) => [name, type.replaceAll('`', '')]),
    );
    expect(listed).toEqual(libcSignatures);
  });

  it('list every function of WASI preview 1', () => {
    expect([...listedFunctions('wasi-preview1.md').keys()].sort()).toEqual(
      Object.keys(wasiSignatures).sort(),
    );
  });
});
