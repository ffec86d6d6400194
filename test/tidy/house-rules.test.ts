import { describe, expect, it } from 'vitest';
import { readRepositoryFile, repositoryFiles, repositoryRoot } from '../support/repository.ts';

const MAX_SOURCE_LINES = 400;
const files = repositoryFiles();
const sources = files.filter((path) => /\.(ts|c|h|rs)$/u.test(path));
const text = (path: string): string => readRepositoryFile(path);

describe('house rules', () => {
  it('keeps every source file under the line limit', () => {
    const long = sources
      .map((path) => ({ path, lines: text(path).split('\n').length - 1 }))
      .filter(({ lines }) => lines > MAX_SOURCE_LINES);
    expect(long).toEqual([]);
  });

  it('names no file after nothing in particular', () => {
    expect(files.filter((path) => /(manager|helper|util)s?[-./]/iu.test(path))).toEqual([]);
  });

  it('names no type after nothing in particular', () => {
    const pattern = /\b(?:class|interface|type)\s+\w*(?:Manager|Helper|Util|Utils)\b/u;
    expect(sources.filter((path) => pattern.test(text(path)))).toEqual([]);
  });

  it('uses plain byte arrays in contracts', () => {
    const contracts = files.filter((path) => path.startsWith('packages/hal/src/contract/'));
    expect(contracts.length).toBeGreaterThan(5);
    expect(contracts.filter((path) => /\bBuffer\b/u.test(text(path)))).toEqual([]);
  });

  it('has no focused or silently skipped test', () => {
    const pattern = /\b(?:it|test|describe)\.(?:only|todo|skip)\(/u;
    const tests = files.filter((path) => path.endsWith('.test.ts') && !path.startsWith('test/tidy/'));
    expect(tests.length).toBeGreaterThan(20);
    expect(tests.filter((path) => pattern.test(text(path)))).toEqual([]);
  });

  it('names no place outside the repository: no registry host, no path of the machine that wrote it', () => {
    const host = /https?:\/\/(?:registry|deb|security|proxy|index|static|files|snapshot)\./u;
    const ownPath = repositoryRoot.replace(/\/[^/]+\/$/u, '/');
    const binary = /\.(wasm|png|gz|zst)$/u;
    const wrong = files.filter((path) => {
      if (binary.test(path)) {
        return false;
      }
      const content = text(path);
      return host.test(content) || (ownPath.length > 3 && content.includes(ownPath));
    });
    expect(wrong).toEqual([]);
  });

  it('keeps addresses out of the lock file', () => {
    expect(text('pnpm-lock.yaml')).not.toMatch(/https?:\/\//u);
  });

  it('gives a written reason for each dependency', () => {
    const reasons = text('docs/dependencies.md');
    const manifests = files.filter((path) => /(?:^|\/)package\.json$/u.test(path));
    const names = new Set(
      manifests.flatMap((path) => {
        const parsed = JSON.parse(text(path)) as Record<string, Record<string, string> | undefined>;
        return ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'].flatMap(
          (kind) => Object.keys(parsed[kind] ?? {}),
        );
      }),
    );
    const own = /^(?:@kanchi\/.*|kanchi)$/u;
    const missing = [...names].filter((name) => !own.test(name) && !reasons.includes(`\`${name}\``));
    expect(missing).toEqual([]);
  });
});
