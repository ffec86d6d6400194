import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { readRepositoryFile, repositoryFiles, repositoryRoot } from '../support/repository.ts';

/** Virtual seconds of each example, as its README says; the others end by themselves. */
const secondsOf: Readonly<Record<string, number>> = {
  batching: 7,
  blink: 3,
  'mmio-gpio': 3,
  'real-time-clock': 5,
  servo: 5,
  'spi-adc': 3,
  thermometer: 6,
  'threshold-alarm': 30,
  'two-rates': 5,
  'uart-gps': 8,
  unplugged: 16,
  'wamr-sensor': 5,
  'weather-station': 5,
};

const examples = repositoryFiles()
  .map((path) => /^examples\/(?<name>[^/]+)\/app\.json$/u.exec(path)?.groups?.['name'])
  .filter((name) => name !== undefined);

/** Runs the command as a user does. */
function run(name: string) {
  const seconds = secondsOf[name];
  const parameters = [
    `${repositoryRoot}packages/cli/bin/kanchi.js`,
    'run',
    `examples/${name}`,
    '--execution',
    'inline',
    '--quiet',
    ...(seconds === undefined ? [] : ['--seconds', String(seconds)]),
  ];
  return spawnSync(process.execPath, parameters, { cwd: repositoryRoot, encoding: 'utf8', timeout: 100_000 });
}

describe('the examples', () => {
  it('are the ones that the documentation names', () => {
    expect([...examples].sort()).toEqual([
      'batching',
      'blink',
      'denied',
      'eeprom-counter',
      'hello-world',
      'mmio-gpio',
      'real-time-clock',
      'servo',
      'spi-adc',
      'spi-flash',
      'thermometer',
      'threshold-alarm',
      'two-rates',
      'uart-gps',
      'unplugged',
      'wamr-sensor',
      'weather-station',
    ]);
  });

  for (const name of examples) {
    it(`${name} prints what its expected.txt says and ends well, twice the same`, () => {
      const first = run(name);
      expect(first.stdout).toBe(readRepositoryFile(`examples/${name}/expected.txt`));
      // The example that shows refusals ends with the exit code of a refusal.
      expect(first.status).toBe(name === 'denied' ? 7 : 0);
      expect(run(name).stdout).toBe(first.stdout);
    });
  }
});
