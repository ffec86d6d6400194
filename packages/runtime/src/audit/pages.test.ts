import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { auditFields } from './audit-entry.ts';

it('docs/audit.md has the kinds and fields of the audit log, in their order', () => {
  const page = readFileSync(new URL('../../../../docs/audit.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `(?<kind>[a-z-]+)` \| (?<fields>[^|]*) \|/gmu)].map(({ groups }) => [
    groups?.['kind'],
    [...(groups?.['fields'] ?? '').matchAll(/`(?<name>[a-zA-Z]+)`/gu)].map((match) => match.groups?.['name']),
  ]);
  expect(rows).toEqual(Object.entries(auditFields));
});
