import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runCommand } from '../support/command.ts';
import { readRepositoryFile } from '../support/repository.ts';

describe('kanchi service', () => {
  it('prints a unit that systemd takes', async (context) => {
    const { status, stdout, stderr } = await runCommand([
      'service',
      'examples/thermometer',
      '--user',
      'root',
    ]);
    expect([status, stderr]).toEqual([0, '']);
    if (spawnSync('systemd-analyze', ['--version']).error !== undefined) {
      context.skip('there is no systemd-analyze here, which checks units');
    }
    const folder = mkdtempSync(join(tmpdir(), 'service-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'thermometer.service');
    writeFileSync(path, stdout);
    const checked = spawnSync('systemd-analyze', ['verify', '--man=no', path], { encoding: 'utf8' });
    expect([checked.status, checked.stdout + checked.stderr]).toEqual([0, '']);
  });

  it('is shown in the page on the Raspberry Pi as it is printed', async () => {
    const page = readRepositoryFile('docs/how-to/raspberry-pi.md');
    const shown = /```ini\n([\s\S]*?)```/u.exec(page)?.[1] ?? '';
    const { stdout } = await runCommand(['service', 'examples/thermometer']);
    const withoutPaths = (text: string) => text.replace(/^ExecStart=.* run \S*\//mu, 'ExecStart=... run ');
    expect(withoutPaths(shown)).toBe(withoutPaths(stdout));
  });

  it('says what it needs', async () => {
    expect(await runCommand(['service'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('for which app?'),
    });
    expect(await runCommand(['service', 'examples/thermometer', '--user', 'a b'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('"a b" is no name of a user'),
    });
  });
});
