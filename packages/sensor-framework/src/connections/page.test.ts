import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as limits from './limits.ts';

const page = readFileSync(new URL('../../../../docs/host-api/wamr.md', import.meta.url), 'utf8');

it('docs/host-api/wamr.md states every limit of connections', () => {
  const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (\d+) \|/gmu)];
  expect(Object.fromEntries(rows.map(([, name, value]) => [name, Number(value)]))).toEqual({ ...limits });
});
