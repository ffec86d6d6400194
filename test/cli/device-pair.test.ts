import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectWamrHost, type WamrHostClient } from '@kanchi/sensor-framework/wamr';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunningCommand } from '../support/command.ts';
import { readRepositoryFile, repositoryRoot } from '../support/repository.ts';

/** Two apps on a device, each in its thread, that talk to each other and to nobody else: the guest programs of test/guests. */

interface ManifestFile {
  readonly permissions: readonly { readonly kind: string }[];
}

const installation = { heapBytes: 8192, timers: 5, watchdogMs: 60_000 };
let folder = '';
let command: RunningCommand;
let host: WamrHostClient;

const manifestPath = (name: string): string => join(folder, 'manifests', `${name}.json`);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kanchi-pair-'));
  mkdirSync(join(folder, 'manifests'));
  for (const name of ['request-handler', 'request-sender', 'publisher', 'subscriber']) {
    copyFileSync(`${repositoryRoot}test/guests/wamr-${name}/app.json`, manifestPath(`wamr-${name}`));
  }
  writeFileSync(join(folder, 'board.json'), JSON.stringify({ kanchi: 1, name: 'desk' }));
  command = new RunningCommand(['device', folder, '--port', '0', '--manifests', join(folder, 'manifests')], {
    cwd: folder,
  });
  await command.printed(/port \d+\n/u);
  host = await connectWamrHost({ port: Number(/port (\d+)/u.exec(command.stdout)?.[1]) });
});
afterEach(async () => {
  await host.close();
  command.process.kill('SIGKILL');
  await command.ended;
  rmSync(folder, { recursive: true, force: true });
});

async function install(name: string, heapBytes = installation.heapBytes): Promise<void> {
  const wasm = readFileSync(`${repositoryRoot}test/guests/${name}/build/${name}.wasm`);
  expect(await host.install(name, new Uint8Array(wasm), { ...installation, heapBytes })).toMatchObject({
    status: 65,
  });
}

/** What the app printed, as its expected.txt has it. */
function output(stdout: string, name: string): string {
  const head = `${name}: `;
  const lines = stdout.split('\n').filter((line) => line.startsWith(head));
  return lines.map((line) => `${line.slice(head.length)}\n`).join('');
}

async function stopDevice(): Promise<{ stdout: string; stderr: string }> {
  command.process.kill('SIGTERM');
  const { status, stdout, stderr } = await command.ended;
  expect(status).toBe(0);
  return { stdout, stderr };
}

describe('two apps on kanchi device', () => {
  it('ask and answer: each prints what it prints in virtual time, with the manifest beside it', async () => {
    await install('wamr-request-handler');
    await install('wamr-request-sender');
    // One request stays without an answer for the five seconds that the sender waits.
    await command.printed(/wamr-request-sender: done/u);
    const { stdout, stderr } = await stopDevice();
    for (const name of ['wamr-request-handler', 'wamr-request-sender']) {
      const expected = readRepositoryFile(`test/guests/${name}/expected.txt`);
      // Real time: the wait is as long as asked for, or a little longer.
      expect(output(stdout, name).replace(/after 5\d\d\d ms/u, 'after 5000 ms')).toBe(expected);
    }
    expect(stderr).toBe('');
  });

  it('publish and subscribe', async () => {
    await install('wamr-subscriber');
    await install('wamr-publisher');
    await command.printed(/wamr-subscriber: \/alert\/end/u);
    const { stdout, stderr } = await stopDevice();
    for (const name of ['wamr-subscriber', 'wamr-publisher']) {
      expect(output(stdout, name)).toBe(readRepositoryFile(`test/guests/${name}/expected.txt`));
    }
    expect(stderr).toBe('');
  });

  it('without the permission are refused with the lines to add; with them added they talk', async () => {
    const name = 'wamr-publisher';
    const manifest = JSON.parse(readFileSync(manifestPath(name), 'utf8')) as ManifestFile;
    const others = manifest.permissions.filter(({ kind }) => kind !== 'message');
    const write = (permissions: readonly object[]): void => {
      writeFileSync(manifestPath(name), JSON.stringify({ ...manifest, permissions }));
    };
    write(others);
    await install('wamr-subscriber');
    await install(name);
    await command.printed(/wamr-publisher: publishes \/alert\/end/u);
    expect(await host.uninstall(name)).toMatchObject({ status: 66 });
    expect(output(command.stdout, 'wamr-subscriber')).toBe('listens\n');

    const refused = (topic: string, line: string): string =>
      `kanchi: KANCHI_DENIED: app "${name}": env.wasm_post_request refused: publish of "${topic}": no "message" permission; ` +
      `add to "permissions" in manifests/${name}.json: ${line}\n`;
    const lines = ['/alert/overheat', '/alert/end'].map(
      (topic) => [topic, `{"kind":"message","actions":["publish"],"topics":["${topic}"]}`] as const,
    );
    write([...others, ...lines.map(([, line]) => JSON.parse(line) as object)]);
    await install(name);
    await command.printed(/wamr-subscriber: \/alert\/end/u);
    const { stdout, stderr } = await stopDevice();
    expect(stderr).toBe(lines.map(([topic, line]) => refused(topic, line)).join(''));
    expect(output(stdout, 'wamr-subscriber')).toBe(
      readRepositoryFile('test/guests/wamr-subscriber/expected.txt'),
    );
  });
});

describe('a message for an app on kanchi device', () => {
  it.each([60_000, 1_000_000])('of %i bytes reaches it', async (byteCount) => {
    await install('wamr-request-handler', 2_097_152);
    const payload = new Uint8Array(byteCount).fill(1);
    // It answers what is no container with 128, and it lives on.
    expect(await host.request({ action: 3, url: '/lamp', format: 98, payload })).toMatchObject({
      status: 128,
    });
    expect(await host.request({ action: 1, url: '/lamp' })).toMatchObject({ status: 69 });
    const { stdout } = await stopDevice();
    expect(stdout).toContain(`wamr-request-handler: /lamp action 3 format 98, ${byteCount} bytes\n`);
  });
});
