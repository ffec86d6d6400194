import { describe, expect, it } from 'vitest';
import { readRepositoryFile, repositoryFiles } from '../support/repository.ts';

/** Which workspace packages each package's sources may import: hal <- runtime <- sensor-framework <- cli. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  hal: [],
  runtime: ['@kanchi/hal'],
  'sensor-framework': ['@kanchi/hal', '@kanchi/runtime'],
  cli: ['@kanchi/hal', '@kanchi/runtime', '@kanchi/sensor-framework', '@kanchi/guest-sdk'],
};
/** Backends; only the CLI, examples and tests choose one. The protocol to the broker's thread is not one. */
const backends = ['@kanchi/hal/mock', '@kanchi/hal/linux'];

interface Import {
  readonly file: string;
  readonly specifier: string;
}

const sources = repositoryFiles().filter((path) => /^packages\/[^/]+\/src\/.*\.ts$/u.test(path));

function importsOf(file: string): Import[] {
  const pattern = /(?:\bfrom\s*|\bimport\s*\(?\s*)(['"])([^'"]+)\1/gu;
  return [...readRepositoryFile(file).matchAll(pattern)].map((match) => ({
    file,
    specifier: match[2] as string,
  }));
}

const isTest = (file: string): boolean => /\.test\.ts$|\.test-support\.ts$|\/fixtures\//u.test(file);

describe('direction of dependencies', () => {
  it('finds sources and imports to check', () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(sources.flatMap(importsOf).length).toBeGreaterThan(200);
  });

  it('lets each package import only the packages below it', () => {
    const wrong = sources.flatMap(importsOf).filter(({ file, specifier }) => {
      const ownPackage = file.split('/')[1] as string;
      if (specifier !== 'kanchi' && !specifier.startsWith('@kanchi/')) {
        return false;
      }
      const target = specifier.split('/').slice(0, 2).join('/');
      return !(allowed[ownPackage] ?? []).includes(target) && target !== `@kanchi/${ownPackage}`;
    });
    expect(wrong).toEqual([]);
  });

  it('lets no library choose a backend', () => {
    const wrong = sources
      .filter((file) => !isTest(file) && file.startsWith('packages/runtime/'))
      .flatMap(importsOf)
      .filter(({ specifier }) => backends.includes(specifier));
    expect(wrong).toEqual([]);
  });

  it('keeps the HAL contract free of Node and of backends', () => {
    const wrong = sources
      .filter((file) => file.startsWith('packages/hal/src/contract/'))
      .flatMap(importsOf)
      .filter(({ specifier }) => !/^\.\/[a-z0-9-]+\.ts$/u.test(specifier) && specifier !== '../error.ts');
    expect(wrong).toEqual([]);
  });

  it('keeps relative imports inside their package', () => {
    const wrong = sources.flatMap(importsOf).filter(({ file, specifier }) => {
      if (!specifier.startsWith('.')) {
        return false;
      }
      const depth = file.split('/').length - 4;
      const ups = specifier.split('/').filter((part) => part === '..').length;
      return ups > depth;
    });
    expect(wrong).toEqual([]);
  });

  it('keeps calling conventions and host APIs apart from isolation', () => {
    const wrong = sources
      .filter((file) => !isTest(file) && /^packages\/runtime\/src\/(guest|permission|host-api)\//u.test(file))
      .flatMap(importsOf)
      .filter(({ specifier }) => /^\.\.\/(abi|isolation)\//u.test(specifier));
    expect(wrong).toEqual([]);
  });

  it('keeps the guest SDK free of TypeScript', () => {
    expect(repositoryFiles().filter((path) => /^packages\/guest-sdk\/.*\.[cm]?[jt]s$/u.test(path))).toEqual(
      [],
    );
  });
});
