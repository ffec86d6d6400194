import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path/posix';
import { describe, expect, it } from 'vitest';
import { readRepositoryFile } from '../support/repository.ts';

/**
 * Each thread of an app loads its entry anew, with all that it imports: seconds on a small processor. Files are parsed
 * before a thread starts, so that none needs their schemas.
 */
const appThread = 'packages/cli/src/broker/app-worker.ts';
const brokerThread = 'packages/cli/src/broker/broker-thread.ts';
/** Imported by the thread that owns hardware once it knows which it needs. */
const [linuxHardware, mockHardware, recordSession] = [
  'packages/cli/src/broker/linux-hardware.ts',
  'packages/cli/src/broker/simulated-hardware.ts',
  'packages/cli/src/record-session.ts',
] as const;
const entries = [appThread, brokerThread];
const parts = [linuxHardware, mockHardware, recordSession];
const wanted = ['@bjorn3/browser_wasi_shim'];

/** What a module takes from others at run time; types are gone by then. */
function loadedBy(file: string): string[] {
  const statement = /^(?:import|export)\s(?!type\s)(?:[^;'"]*?\bfrom\s*)?(['"])([^'"]+)\1/gmu;
  return [...readRepositoryFile(file).matchAll(statement)].map((match) => match[2] as string);
}

/** The source that a specifier stands for; undefined for what is none of this repository. */
function sourceOf(specifier: string, from: string): string | undefined {
  if (specifier.startsWith('.')) return join(dirname(from), specifier);
  const [scope, name, ...rest] = specifier.split('/');
  if (scope !== '@kanchi') return undefined;
  const { exports } = JSON.parse(readRepositoryFile(`packages/${name}/package.json`));
  const entry = exports[rest.length === 0 ? '.' : `./${rest.join('/')}`];
  return join('packages', name as string, entry.default.replace(/^\.\/dist\/(.*)\.js$/u, 'src/$1.ts'));
}

/** All that is loaded, by source or by name of its package, each with who loaded it first. */
function allLoadedBy(entry: string): Map<string, string> {
  const found = new Map([[entry, '']]);
  // A map that grows while it is walked hands out what came in.
  for (const [file] of found) {
    if (!file.endsWith('.ts')) continue;
    for (const specifier of loadedBy(file)) {
      const loaded = sourceOf(specifier, file) ?? specifier;
      if (!found.has(loaded)) found.set(loaded, file);
    }
  }
  return found;
}

it.each(entries)('%s is followed through the packages', (entry) => {
  expect(allLoadedBy(entry).size).toBeGreaterThan(100);
});

describe.each([...entries, ...parts])('%s', (entry) => {
  const loaded = allLoadedBy(entry);

  it('loads no package but those that an app needs while it runs', () => {
    const foreign = [...loaded].filter(
      ([name]) => !name.endsWith('.ts') && !name.startsWith('node:') && !builtinModules.includes(name),
    );
    expect(foreign.filter(([name]) => !wanted.includes(name))).toEqual([]);
  });
});

it("an app's thread loads nothing of what reads sensors, drives hardware or has sockets, which other threads do", () => {
  const elsewhere =
    /\/(?:drivers|sources|scheduler\/timeline|hub\/sensor-hub|hal\/src\/(?:linux|mock)|remote\/client-session|remote\/broker-connection|connections\/connection-service|network|wamr\/host-)/u;
  expect([...allLoadedBy(appThread)].filter(([file]) => elsewhere.test(file))).toEqual([]);
});

it('a thread that owns hardware loads one backend, by an import when it knows which, and nothing of the apps', () => {
  const elsewhere =
    /\/(?:hal\/src\/(?:linux|mock|record)|sim|wamr\/host-|abi|guest-memory|framework-abi|network)(?:\/|\.ts|$)/u;
  expect([...allLoadedBy(brokerThread)].filter(([file]) => elsewhere.test(file))).toEqual([]);
});

it('each backend is loaded without the other', () => {
  const files = (entry: string): string[] => [...allLoadedBy(entry).keys()];
  expect(files(linuxHardware).filter((file) => /hal\/src\/mock\/(?!index)|\/sim\//u.test(file))).toEqual([]);
  expect(files(mockHardware).filter((file) => /hal\/src\/linux\//u.test(file))).toEqual([]);
  expect(files(linuxHardware).some((file) => file.includes('hal/src/linux/'))).toBe(true);
  expect(files(mockHardware).some((file) => file.includes('hal/src/mock/'))).toBe(true);
});
