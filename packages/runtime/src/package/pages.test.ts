import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { MAX_MANIFEST_BYTES, MAX_MODULE_BYTES, PACKAGE_MAGIC, partsOffset } from './package-format.ts';

const page = readFileSync(new URL('../../../../docs/packages.md', import.meta.url), 'utf8');
/** Offset, bytes and words of each row of the format's table. */
const rows = [...page.matchAll(/^\| (\d+(?: or \d+)?) \| (\d*) ?\| (.*) \|$/gmu)].map(
  ([, offset, bytes, words]) => ({
    offset,
    bytes: Number(bytes),
    words,
  }),
);

it('the page on packages has the layout of the format, with nothing between its fields', () => {
  const fields = rows.slice(0, -1);
  expect(fields).toHaveLength(12);
  let offset = 0;
  for (const field of fields) {
    expect(field.offset).toBe(String(offset));
    offset += field.bytes;
  }
  expect(offset).toBe(partsOffset(true));
  expect(rows.at(-1)?.offset).toBe(`${partsOffset(false)} or ${partsOffset(true)}`);
  expect(rows[0]?.words).toBe(
    `\`${[...PACKAGE_MAGIC].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')}\``,
  );
  expect(rows[5]?.words).toBe(`its length, at most ${MAX_MANIFEST_BYTES} (\`MAX_MANIFEST_BYTES\`)`);
  expect(rows[8]?.words).toBe(`its length, at most ${MAX_MODULE_BYTES} (\`MAX_MODULE_BYTES\`)`);
});
