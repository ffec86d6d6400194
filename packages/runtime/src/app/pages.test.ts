import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { denySchema, permissionSchema } from '../permission/entry-schema.ts';
import { parseBoard } from './board.ts';
import { limitsSchema } from './limits-schema.ts';
import { parseManifest } from './manifest.ts';

const page = (name: string): string =>
  readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), 'utf8');
const examples = (text: string): Record<string, unknown>[] =>
  [...text.matchAll(/```json\n(.*?)```/gsu)].map(
    (match) => JSON.parse(match[1] ?? '') as Record<string, unknown>,
  );

const manifestPage = page('manifest.md');

describe('the page of the manifest', () => {
  it('has a whole manifest that is valid', () => {
    const whole = examples(manifestPage).filter((example) => 'kanchi' in example);
    expect(whole).toHaveLength(1);
    expect(() => parseManifest(whole[0], 'app.json')).not.toThrow();
  });

  it('has valid entries of every kind', () => {
    const [permissions = '', deny = ''] = manifestPage.split('## Deny');
    const entries = examples(permissions).filter((example) => 'kind' in example);
    for (const entry of entries) {
      expect(permissionSchema.safeParse(entry).error).toBeUndefined();
    }
    expect(new Set(entries.map((entry) => entry['kind']))).toEqual(
      new Set(permissionSchema.options.map((option) => option.shape.kind.value)),
    );
    expect(examples(deny)).toHaveLength(1);
    expect(examples(deny).map((entry) => denySchema.safeParse(entry).success)).toEqual([true]);
  });

  it('tells each limit, its default and its maximum', () => {
    const rows = [...manifestPage.matchAll(/^\| `(\w+)` \| (\d+) \| (\d+) \|/gmu)].map(
      ([, name, fallback, maximum]) => [name, Number(fallback), Number(maximum)],
    );
    const defaults = limitsSchema.parse({});
    expect(rows.map(([name, fallback]) => [name, fallback])).toEqual(Object.entries(defaults));
    for (const [name, , maximum] of rows) {
      const largest = maximum as number;
      expect(limitsSchema.safeParse({ [name as string]: largest }).success).toBe(true);
      expect(limitsSchema.safeParse({ [name as string]: largest + 1 }).success).toBe(false);
    }
  });

  it('names every field of the file', () => {
    const fields = Object.keys(
      parseManifest({ kanchi: 1, name: 'a', version: '1.0.0', permissions: [] }, 'app.json'),
    );
    for (const field of [...fields, 'description', 'module']) {
      expect(manifestPage).toContain(`| \`${field}\` |`);
    }
  });
});

describe('the page of the board file', () => {
  it('has a board that is valid', () => {
    const boards = examples(page('board.md'));
    expect(boards).toHaveLength(1);
    expect(() => parseBoard(boards[0], 'board.json')).not.toThrow();
  });
});
