import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { piFolder } from '../checkout.ts';
import { PiError } from '../pi-error.ts';
import { runTool } from './run-tool.ts';

/** What the emulated machine is, for npm. */
const platform = ['--os=linux', '--cpu=arm64', '--libc=glibc'];

/**
 * Fetches the packages of `guest/package.json` into a folder, for arm64. npm checks each against the integrity in the
 * lock file. No script of theirs runs: it would run on the wrong machine.
 */
export function fetchGuestPackages(folder: string): string {
  mkdirSync(folder, { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) {
    copyFileSync(join(piFolder, 'guest', name), join(folder, name));
  }
  const switches = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  runTool('npm', ['ci', ...platform, ...switches], { cwd: folder });
  const packages = join(folder, 'node_modules');
  const { optionalDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly optionalDependencies: Readonly<Record<string, string>>;
  };
  // npm leaves an optional package out without a word when it does not suit the machine.
  for (const name of Object.keys(optionalDependencies)) {
    if (!existsSync(join(packages, name))) {
      throw new PiError('PI_BUILD_FAILED', `npm left ${name} out; npm 10 or newer is needed`);
    }
  }
  return packages;
}
