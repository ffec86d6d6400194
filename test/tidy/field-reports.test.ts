import { expect, it } from 'vitest';
import { readRepositoryFile, repositoryFiles } from '../support/repository.ts';

it('docs/field-reports.md answers each of the forty reports, and names test files that there are', () => {
  const page = readRepositoryFile('docs/field-reports.md');
  const rows = [...page.matchAll(/^\| (\d+) \|(?<rest>.*)\|$/gmu)];
  expect(rows.map(([, number]) => Number(number))).toEqual(
    Array.from({ length: 40 }, (_, index) => index + 1),
  );
  const names = repositoryFiles().map((path) => path.split('/').at(-1));
  const named = [...page.matchAll(/`(?:[^`]*\/)?(?<name>[a-z0-9-]+\.test\.ts)`/gu)].map(
    ({ groups }) => groups?.['name'],
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => !names.includes(name))).toEqual([]);
});
