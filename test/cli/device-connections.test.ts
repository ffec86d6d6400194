import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connectWamrHost, type WamrHostClient } from '@kanchi/sensor-framework/wamr';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RunningCommand } from '../support/command.ts';
import { AppFolder, board, manifest } from './app-folder.ts';
import { compilePuppet, readAll, TestServer } from './connection-puppet.ts';

/** Whatever way an app ends on a device, the far ends of its connections see it. */

let folder: AppFolder;
let control: TestServer;
let wasm: Uint8Array;
beforeAll(async () => {
  folder = new AppFolder();
  control = await TestServer.listen();
  wasm = await compilePuppet(folder.path, control.port);
  folder.write('board.json', board());
  folder.write(
    'manifests/puppet.json',
    manifest({
      name: 'puppet',
      permissions: [
        { kind: 'log' },
        { kind: 'connection', protocol: 'tcp', host: '127.0.0.1', port: control.port },
      ],
    }),
  );
});
afterAll(async () => {
  await control.close();
  folder.remove();
});

let command: RunningCommand;
let host: WamrHostClient;
beforeEach(async () => {
  command = new RunningCommand(['device', '.', '--port', '0', '--manifests', 'manifests'], {
    cwd: folder.path,
  });
  await command.printed(/port \d+\n/u);
  host = await connectWamrHost({ port: Number(/port (\d+)/u.exec(command.stdout)?.[1]) });
});
afterEach(async () => {
  await host.close();
  command.process.kill('SIGKILL');
  await command.ended;
});

async function install(watchdogMs = 60_000): Promise<Socket> {
  expect(await host.install('puppet', wasm, { heapBytes: 8192, timers: 5, watchdogMs })).toMatchObject({
    status: 65,
  });
  return control.accept();
}

describe('the connections of an app on a device', () => {
  it('are closed when it is uninstalled, after what it sends last', async () => {
    const first = readAll(await install());
    expect(await host.uninstall('puppet')).toMatchObject({ status: 66 });
    expect((await first).toString()).toBe('goodbye');
    // The app that is installed after it has its own.
    const second = readAll(await install());
    await host.uninstall('puppet');
    expect((await second).toString()).toBe('goodbye');
  });

  it('are closed when its callback hangs and it is ended', async () => {
    const wire = await install(400);
    const received = readAll(wire);
    wire.write('hang\n');
    expect((await received).toString()).toBe('');
    await command.printed(
      /puppet ended by itself, terminated: .*on_connection_data did not return within 400 ms/u,
    );
  });

  it('are closed when the device stops, and the command ends by itself', async () => {
    const received = readAll(await install());
    command.process.kill('SIGINT');
    expect((await received).toString()).toBe('goodbye');
    expect(await command.ended).toMatchObject({ status: 0, stderr: '' });
  });

  it('are closed when the whole command is killed', async () => {
    const wire = await install();
    command.process.kill('SIGKILL');
    await once(wire.resume(), 'close');
    expect(wire.destroyed).toBe(true);
  });
});
