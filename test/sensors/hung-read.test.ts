import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../support/repository.ts';

/** A read that never returns (field report 47): the thread that could give it up is the one in it. */

const folders: string[] = [];
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kanchi-hung-'));
  folders.push(folder);
  spawnSync('mkfifo', [join(folder, 'pipe')]);
  const sensors = Object.fromEntries(
    ['t0', 't1', 't2'].map((name, index) => [
      name,
      { driver: 'ds18b20', options: { id: `28-00000000000${index + 1}` } },
    ]),
  );
  writeFileSync(join(folder, 'board.json'), JSON.stringify({ kanchi: 1, name: 'test', sensors }));
});

afterEach(() => {
  for (const each of folders.splice(0)) rmSync(each, { recursive: true, force: true });
});

function start(...parameters: readonly string[]) {
  const hook = new URL('./fixtures/hanging-one-wire.mjs', import.meta.url).href;
  return spawn(process.execPath, [`${repositoryRoot}packages/cli/bin/kanchi.js`, ...parameters], {
    env: {
      ...process.env,
      NODE_OPTIONS: `--import ${hook}`,
      KANCHI_TEST_PIPE: join(folder, 'pipe'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // What hangs for ever fails the test.
    timeout: 25_000,
    killSignal: 'SIGKILL',
  });
}

async function ended(child: ReturnType<typeof start>): Promise<{ code: number | null; output: string }> {
  let output = '';
  child.stdout.on('data', (data) => {
    output += String(data);
  });
  child.stderr.on('data', (data) => {
    output += String(data);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

describe.skipIf(process.platform !== 'linux')('a read that never returns', () => {
  it('is a timeout for kanchi read, told while it lasts, and the command ends with its own exit code', async () => {
    const { code, output } = await ended(start('read', 't0', folder, '--backend', 'linux'));
    expect(output).toContain('t0 temperature timeout degC\n');
    expect(output).toContain('one-wire: stuck in a read of sensor t0');
    expect(code).toBe(8);
  });

  it('does not keep kanchi read over its seconds and the limit of a read', async () => {
    const { code } = await ended(start('read', 't0', folder, '--backend', 'linux', '--seconds', '1'));
    expect(code).toBe(8);
  });

  it('shows in kanchi sensors, for every sensor of the bus', async () => {
    const { code, output } = await ended(start('sensors', folder, '--backend', 'linux'));
    expect(output.match(/ds18b20, one-wire +timeout +timeout\n/gu)).toHaveLength(3);
    expect(code).toBe(0);
  });

  it('is told to an app while it lasts, and the app ends in order when it is asked to', async () => {
    copyFileSync(`${repositoryRoot}test/guests/build/sensor-probe.wasm`, join(folder, 'app.wasm'));
    const app = {
      kanchi: 1,
      name: 'probe',
      version: '0.1.0',
      module: 'app.wasm',
      arguments: ['t0:1000'],
      permissions: [
        { kind: 'log', maxBytesPerSecond: 100_000 },
        { kind: 'clock', actions: ['monotonic', 'sleep'] },
        { kind: 'sensor', sensor: 't0', maximumRateHz: 1 },
      ],
    };
    writeFileSync(join(folder, 'app.json'), JSON.stringify(app));
    const { code, output } = await ended(
      start('run', folder, '--backend', 'linux', '--seconds', '8', '--no-guard'),
    );
    expect(output.match(/^t0 \d+ ms #1 temperature timeout$/gmu)).toHaveLength(1);
    expect(code).toBe(0);
  });

  it('shows in kanchi watch, which ends by Ctrl-C', async () => {
    const child = start('watch', '--board', folder, '--backend', 'linux');
    let shown = '';
    let isAsked = false;
    child.stdout.on('data', (data) => {
      shown += String(data);
      const isShown = ['t0', 't1', 't2'].every((name) =>
        shown.includes(`${name}      temperature  timeout `),
      );
      if (!isShown || isAsked) return;
      isAsked = true;
      child.kill('SIGINT');
    });
    const { code } = await ended(child);
    expect(code).toBe(0);
  });
});
