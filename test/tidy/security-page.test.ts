import { expect, it } from 'vitest';
import { readRepositoryFile, repositoryFiles } from '../support/repository.ts';

it('SECURITY.md names a test that there is for each promise', () => {
  const rows = [
    ...readRepositoryFile('SECURITY.md').matchAll(/^\| (?<promise>An?|It|What|When|The|With)\b.*\|$/gmu),
  ].map(([row]) => row);
  expect(rows.length).toBeGreaterThan(8);
  const files = repositoryFiles();
  for (const row of rows) {
    const tests = [...(row.split('|').at(-2) ?? '').matchAll(/`(?<path>[^`]+)`/gu)].map(
      ({ groups }) => groups?.['path'],
    );
    expect([row, tests.length > 0]).toEqual([row, true]);
    expect(tests.filter((path) => path === undefined || !files.includes(path))).toEqual([]);
  }
});
