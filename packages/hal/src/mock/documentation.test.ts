import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { faultFields } from './fault.ts';

const page = readFileSync(new URL('../../../../docs/mock-hardware.md', import.meta.url), 'utf8');

describe('docs/mock-hardware.md', () => {
  it('shows the example that the tests run', () => {
    const example = readFileSync(new URL('./example.test.ts', import.meta.url), 'utf8')
      .replaceAll("'../index.ts'", "'@kanchi/hal'")
      .replaceAll("'./index.ts'", "'@kanchi/hal/mock'");
    expect(page).toContain(`\`\`\`ts\n${example}\`\`\``);
  });

  it('lists every kind of fault with its fields', () => {
    const listed = [...page.matchAll(/^\| `([a-z0-9-]+)` \|([^|]*)\|/gmu)].map(([, kind, fields]) => [
      kind,
      [...(fields ?? '').matchAll(/`(\w+)`/gu)].map(([, field]) => field),
    ]);
    const extra: Readonly<Record<string, readonly string[]>> = {
      'uart-corrupt': ['error'],
      unplug: ['target'],
      'brown-out': ['target'],
    };
    const known = Object.entries(faultFields).map(([kind, fields]) => [
      kind,
      [...fields, ...(extra[kind] ?? [])],
    ]);
    expect(listed).toEqual(known);
  });
});
