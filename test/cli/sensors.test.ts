import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../support/repository.ts';

function kanchi(...parameters: readonly string[]) {
  return spawnSync(process.execPath, [`${repositoryRoot}packages/cli/bin/kanchi.js`, ...parameters], {
    cwd: repositoryRoot,
    encoding: 'utf8',
    timeout: 100_000,
  });
}

const cells = (line: string): string[] => line.split(/ {2,}/u);

describe('kanchi sensors', () => {
  it('lists each channel with unit, range, fastest rate, what reads it, its state and its value', () => {
    const { stdout, status } = kanchi('sensors', 'examples/two-rates');
    const [head = '', ...rows] = stdout.trimEnd().split('\n');
    expect(cells(head)).toEqual(['sensor', 'channel', 'unit', 'range', 'at most', 'read by', 'state', 'now']);
    expect(rows.map((row) => cells(row).slice(0, 4))).toEqual([
      ['air', 'temperature', 'degC', '-40 to 85'],
      ['air', 'humidity', 'percent', '0 to 100'],
      ['air', 'pressure', 'Pa', '30000 to 110000'],
    ]);
    for (const row of rows) {
      expect(cells(row)[4]).toMatch(/^\d+(\.\d+)? Hz$/u);
      expect(cells(row).slice(5, 7)).toEqual(['bme280, i2c-1', 'ok']);
    }
    expect(Number(cells(rows[0] ?? '').at(-1))).toBeCloseTo(19, 0);
    expect(status).toBe(0);
  });

  it('says why a sensor has no value', () => {
    const { stdout, stderr } = kanchi('sensors', 'examples/unplugged');
    expect(cells(stdout.split('\n')[1] ?? '').slice(6)).toEqual(['not-present', 'not-present']);
    expect(stderr).toMatch(/^kanchi: sensor air: not-present; next try in /u);
  });

  it('says what to do for a board without sensors, and for a folder without a board', () => {
    expect(kanchi('sensors', 'examples/blink').stdout).toContain('name them under "sensors"');
    const { status, stderr } = kanchi('sensors', 'docs');
    expect(status).toBe(3);
    expect(stderr).toContain(
      'KANCHI_FILE_NOT_FOUND: docs/board.json: cannot be read (ENOENT): the folder has no board file',
    );
  });
});

describe('kanchi read', () => {
  it('prints a line for each channel and reading', () => {
    const { stdout, status } = kanchi(
      'read',
      'air',
      'examples/two-rates',
      '--count',
      '2',
      '--interval',
      '50',
    );
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.replace(/[\d.]+/u, '#'))).toEqual([
      'air temperature # degC',
      'air humidity # percent',
      'air pressure # Pa',
      'air temperature # degC',
      'air humidity # percent',
      'air pressure # Pa',
    ]);
    expect(status).toBe(0);
  });

  it('prints the reason and exits with 8 when there is no value', () => {
    const { stdout, status } = kanchi('read', 'air', 'examples/unplugged');
    expect(stdout.split('\n')[0]).toBe('air temperature not-present degC');
    expect(status).toBe(8);
  });

  it('names the sensors that there are when it is asked for another', () => {
    const { stderr, status } = kanchi('read', 'ari', 'examples/two-rates');
    expect(stderr).toBe(
      'kanchi: KANCHI_USAGE: no sensor "ari" in examples/two-rates/board.json; it has: air\n',
    );
    expect(status).toBe(2);
  });
});

describe('kanchi watch', () => {
  it('shows what each channel said lately', () => {
    const { stdout, status } = kanchi(
      'watch',
      'air',
      '--board',
      'examples/two-rates',
      '--seconds',
      '0.5',
      '--interval',
      '50',
    );
    const lines = stdout.trimEnd().split('\n');
    const [summaryHead, summary] = lines.slice(-4);
    expect(cells(summaryHead ?? '').slice(0, 5)).toEqual(['sensor', 'channel', 'lowest', 'highest', 'unit']);
    const [, , lowest, highest] = cells(summary ?? '');
    expect(Number(lowest)).toBeLessThanOrEqual(Number(highest));
    const last = lines.slice(-9, -5);
    expect(cells(last[0] ?? '')).toEqual([
      'sensor',
      'channel',
      'now',
      'unit',
      'readings',
      'no value',
      'lately',
    ]);
    const [sensor, channel, , unit, readings, failures, lately] = cells(last[1] ?? '');
    expect([sensor, channel, unit, failures]).toEqual(['air', 'temperature', 'degC', '0']);
    expect(lately).toMatch(/^[▁▂▃▄▅▆▇█]+$/u);
    expect(Array.from(lately ?? '').length).toBe(Number(readings));
    expect(status).toBe(0);
  });
});

describe('kanchi top', () => {
  it('shows what each sensor and each subscription of the app does', () => {
    const { stdout, status } = kanchi('top', 'examples/two-rates', '--seconds', '2.6');
    const lines = stdout.trimEnd().split('\n').slice(-6);
    expect(cells(lines[0] ?? '')).toEqual([
      'sensor',
      'state',
      'reads/s',
      'given/s',
      'late by',
      '99 %',
      'most',
      'missed',
      'dropped',
      'failed',
      'bus time',
    ]);
    const [sensor, state] = cells(lines[1] ?? '');
    expect([sensor, state]).toEqual(['air', 'ok']);
    expect(cells(lines[4] ?? '').slice(0, 3)).toEqual(['two-rates', 'air', '10 Hz']);
    expect(cells(lines[5] ?? '').slice(0, 3)).toEqual(['two-rates', 'air', '1 Hz']);
    expect(status).toBe(0);
  });
});
