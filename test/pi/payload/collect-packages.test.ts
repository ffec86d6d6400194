import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planPackages } from './collect-packages.ts';
import { readPackage } from './installed-package.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kanchi-plan-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function install(place: string, manifest: Readonly<Record<string, unknown>>): void {
  mkdirSync(join(folder, place), { recursive: true });
  writeFileSync(join(folder, place, 'package.json'), JSON.stringify({ version: '1.0.0', ...manifest }));
}

function plan() {
  const { places, notes } = planPackages([readPackage(join(folder, 'app'))], join(folder, 'arm64'));
  return { places: Object.fromEntries([...places].map(([place, { version }]) => [place, version])), notes };
}

describe('packages of the payload', () => {
  it('are what is needed at run time, directly and not, each once', () => {
    install('app', { name: 'app', dependencies: { one: '1', two: '1' }, devDependencies: { tool: '1' } });
    install('app/node_modules/one', { name: 'one', dependencies: { two: '1' } });
    install('app/node_modules/two', { name: 'two' });
    install('app/node_modules/tool', { name: 'tool' });
    expect(plan()).toEqual({
      places: { 'node_modules/app': '1.0.0', 'node_modules/one': '1.0.0', 'node_modules/two': '1.0.0' },
      notes: [],
    });
  });

  it('keep a second version beside the package that asked for it', () => {
    install('app', { name: 'app', dependencies: { one: '1', two: '1' } });
    install('app/node_modules/two', { name: 'two' });
    install('app/node_modules/one', { name: 'one', dependencies: { two: '2' } });
    install('app/node_modules/one/node_modules/two', { name: 'two', version: '2.0.0' });
    expect(plan().places).toEqual({
      'node_modules/app': '1.0.0',
      'node_modules/one': '1.0.0',
      'node_modules/two': '2.0.0',
      'node_modules/app/node_modules/two': '1.0.0',
    });
  });

  it('take the arm64 binary in place of that of this machine', () => {
    const binaries = {
      '@x/native-linux-x64': '3.1.0',
      '@x/native-linux-arm64': '3.1.0',
      '@x/native-win32-arm64': '3.1.0',
    };
    install('app', { name: 'app', optionalDependencies: binaries });
    install('app/node_modules/@x/native-linux-x64', { name: '@x/native-linux-x64', version: '3.1.0' });
    install('arm64/@x/native-linux-arm64', { name: '@x/native-linux-arm64', version: '3.1.0' });
    expect(plan()).toEqual({
      places: { 'node_modules/app': '1.0.0', 'node_modules/@x/native-linux-arm64': '3.1.0' },
      notes: [],
    });
  });

  it.each([
    ['is not there', undefined, 'add it to test/pi/guest/package.json'],
    ['has another version', '3.0.9', 'asks for 3.1.0'],
  ])('say so when the arm64 binary %s', (_name, version, note) => {
    install('app', { name: 'app', optionalDependencies: { 'native-linux-arm64': '3.1.0' } });
    if (version !== undefined) install('arm64/native-linux-arm64', { name: 'native-linux-arm64', version });
    expect(plan()).toEqual({
      places: { 'node_modules/app': '1.0.0' },
      notes: [expect.stringContaining(note)],
    });
  });

  it('are refused when one that is needed is not installed', () => {
    install('app', { name: 'app', dependencies: { one: '1' } });
    expect(plan).toThrow(
      expect.objectContaining({
        code: 'PI_PAYLOAD_REFUSED',
        message: expect.stringContaining('app needs one'),
      }),
    );
  });
});
