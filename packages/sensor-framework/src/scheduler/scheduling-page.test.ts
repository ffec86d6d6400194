import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as streamLimits from '../stream/limits.ts';
import * as schedulerLimits from './limits.ts';

it('docs/sensors/scheduling.md states every limit with its value', () => {
  const page = readFileSync(new URL('../../../../docs/sensors/scheduling.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (\d+) \|$/gmu)].map(([, name, value]) => [name, value]);
  const limits = Object.entries({ ...schedulerLimits, ...streamLimits });
  expect(Object.fromEntries(rows)).toEqual(
    Object.fromEntries(limits.map(([name, value]) => [name, String(value)])),
  );
});
