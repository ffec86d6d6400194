import { describe, expect, it } from 'vitest';
import { readRepositoryFile, repositoryFiles } from '../support/repository.ts';

const page = readRepositoryFile('docs/how-to/wamr-apps.md');

describe('the page on apps of the framework', () => {
  it('shows the example that runs', () => {
    const shown = /```c\n([\s\S]*?)```/u.exec(page)?.[1];
    expect(shown).toBe(readRepositoryFile('examples/wamr-sensor/wamr-sensor.c'));
  });

  it('names every header and every guest program', () => {
    const files = repositoryFiles();
    const headers = files.flatMap((path) => /^packages\/guest-sdk\/c\/(wamr\/.*\.h)$/u.exec(path)?.[1] ?? []);
    const guests = files.flatMap((path) => /^test\/guests\/(wamr-[^/]+)\/app\.json$/u.exec(path)?.[1] ?? []);
    expect(headers.length).toBeGreaterThan(5);
    expect(guests.length).toBeGreaterThan(5);
    expect([...headers, ...guests].filter((name) => !page.includes(name))).toEqual([]);
  });

  it('speaks only of functions that there are', () => {
    const header = repositoryFiles()
      .filter((path) => /^packages\/guest-sdk\/c\/wamr\/.*\.h$/u.test(path))
      .map(readRepositoryFile)
      .join('\n');
    const named = [...page.matchAll(/\b(?:wamr_|api_|attr_container_)[a-z_]+/gu)].map(([name]) => name);
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((name) => !new RegExp(`\\b${name}\\b`, 'u').test(header))).toEqual([]);
  });
});
