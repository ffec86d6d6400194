import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectWamrHost } from '@kanchi/sensor-framework/wamr';
import { compileGuest } from 'kanchi/guest-build';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunningCommand } from '../support/command.ts';

const declarations = `
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#define IN(name) __attribute__((import_module("env"), import_name(#name)))
#define OUT(name) __attribute__((export_name(#name)))
IN(wasm_register_resource) void wasm_register_resource(const char *url);
IN(wasm_response_send) int wasm_response_send(const void *p, int n);
IN(wasm_post_request) void wasm_post_request(const void *p, int n);
IN(wasm_sensor_open) int wasm_sensor_open(const char *name, int instance);
`;
const app = `
OUT(on_init) void on_init(void)
{
    wasm_register_resource("/lamp");
    printf("sensor %d\\n", wasm_sensor_open("air", 0));
}
OUT(on_sensor_event) void on_sensor_event(int id, const uint8_t *p, int n) { printf("event of %d\\n", id); }
OUT(on_request) void on_request(const uint8_t *p, int length)
{
    printf("request %s\\n", p + 18);
    if (strcmp((const char *)p + 18, "/lamp/hang") == 0) for (;;) {}
    uint8_t answer[18] = {1, 69, 0, 98, p[4], p[5], p[6], p[7], p[8], p[9], p[10], p[11], 0, 0, 0, 2, 'o', 'n'};
    wasm_response_send(answer, 18);
    uint8_t event[25] = {1, 6, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, '/', 'a', 'l', 'e', 'r', 't', 0};
    wasm_post_request(event, 25);
}
OUT(on_destroy) void on_destroy(void) { printf("destroyed\\n"); }
`;

let folder = '';
let wasm = new Uint8Array();

async function compile(name: string, text: string): Promise<Uint8Array<ArrayBuffer>> {
  const source = join(folder, `${name}.c`);
  writeFileSync(source, declarations + text);
  const output = join(folder, `${name}.wasm`);
  const { status, diagnostics } = await compileGuest({ sources: [source], output, libc: 'small' });
  if (status === 'failed') throw new Error(diagnostics);
  return new Uint8Array(readFileSync(output));
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kanchi-device-'));
  mkdirSync(join(folder, 'manifests'));
  wasm = await compile('app', app);
  writeFileSync(
    join(folder, 'board.json'),
    JSON.stringify({
      kanchi: 1,
      name: 'desk',
      i2c: { devices: { environment: { bus: 1, address: '0x76', part: 'bme280' } } },
      sensors: { air: { driver: 'bme280', device: 'environment' } },
    }),
  );
  writeFileSync(
    join(folder, 'manifests', 'lamp.json'),
    JSON.stringify({
      kanchi: 1,
      name: 'lamp',
      version: '1.0.0',
      permissions: [
        { kind: 'log' },
        { kind: 'sensor', sensor: 'air' },
        { kind: 'message', actions: ['register', 'publish'], topics: ['/lamp', '/alert'] },
      ],
    }),
  );
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function startDevice(
  ...options: readonly string[]
): Promise<{ command: RunningCommand; port: number }> {
  const command = new RunningCommand(
    ['device', folder, '--port', '0', '--manifests', join(folder, 'manifests'), ...options],
    {
      cwd: folder,
    },
  );
  await command.printed(/port \d+\n/u);
  return { command, port: Number(/port (\d+)/u.exec(command.stdout)?.[1]) };
}

const installation = { heapBytes: 8192, timers: 5, watchdogMs: 60_000 };

describe('kanchi device', () => {
  it('takes an app, passes requests to it and events from it, lists and removes it', async () => {
    const { command, port } = await startDevice();
    const host = await connectWamrHost({ port, timeoutMs: 60_000 });
    try {
      const events: string[] = [];
      const told = new Promise<void>((resolve) => {
        void host.subscribe('/alert', ({ url }) => {
          events.push(url);
          resolve();
        });
      });
      expect(await host.install('lamp', wasm, installation)).toMatchObject({ status: 65 });
      expect(await host.install('lamp', wasm, installation)).toMatchObject({
        status: 160,
        errorText: 'Install WASM app failed: app already installed.',
      });
      const reply = await host.request({ action: 1, url: '/lamp/red' });
      expect(reply).toMatchObject({ status: 69, format: 98 });
      expect(new TextDecoder().decode(reply.payload)).toBe('on');
      await told;
      expect(events).toEqual(['/alert']);
      await command.printed(/lamp: event of 1/u);
      expect((await host.query()).attributes?.attributes.slice(0, 2)).toEqual([
        { key: 'num', value: { type: 'int32', value: 1 } },
        { key: 'applet1', value: { type: 'string', value: 'lamp' } },
      ]);
      expect(await host.uninstall('lamp')).toMatchObject({ status: 66 });
      expect(await host.request({ action: 1, url: '/lamp/red' })).toMatchObject({ status: 132 });
      // An app without a manifest may only print.
      expect(await host.install('other', wasm, installation)).toMatchObject({ status: 65 });
      await command.printed(/other: sensor -1/u);
      expect(await host.request({ action: 1, url: '/lamp/red' })).toMatchObject({ status: 132 });
    } finally {
      await host.close();
    }
    command.process.kill('SIGINT');
    const { status, stdout, stderr } = await command.ended;
    expect(status).toBe(0);
    expect(stdout).toContain('lamp: sensor 1\n');
    expect(stdout).toContain('lamp: request /lamp/red\n');
    expect(stdout).toContain('lamp: destroyed\n');
    expect(stdout).toContain('kanchi: lamp uninstalled\n');
    expect(stderr).toContain('app "other": env.wasm_register_resource refused: register of "/lamp"');
    expect(stderr).toContain('manifests/other.json');
  });

  it('ends an app whose callback hangs, says why, and goes on with the others', async () => {
    const { command, port } = await startDevice();
    const host = await connectWamrHost({ port, timeoutMs: 60_000 });
    await host.install('lamp', wasm, { ...installation, watchdogMs: 400 });
    const asked = host.request({ action: 1, url: '/lamp/hang' });
    await command.printed(/lamp ended by itself, terminated: .*on_request did not return within 400 ms/u);
    expect(await asked).toMatchObject({ status: 160 });
    expect(await host.install('lamp', wasm, installation)).toMatchObject({ status: 65 });
    expect(await host.request({ action: 1, url: '/lamp/on' })).toMatchObject({ status: 69 });
    await host.close();
    command.process.kill('SIGTERM');
    expect(await command.ended).toMatchObject({ status: 0 });
  });

  it('takes up a policy that changes: from apps that run, and for those that come later', async () => {
    const policy = join(folder, 'policy.json');
    const write = (apps: object): void => writeFileSync(policy, JSON.stringify({ kanchi: 1, apps }));
    write({});
    const log = join(folder, 'audit.jsonl');
    const { command, port } = await startDevice('--policy', policy, '--audit', log);
    const host = await connectWamrHost({ port, timeoutMs: 60_000 });
    try {
      await host.install('lamp', wasm, installation);
      await command.printed(/lamp: event of 1/u);
      write({ '*': { deny: [{ kind: 'sensor', sensor: 'air' }] } });
      await command.printed(
        /policy\.json took something of sensor:air from lamp: what was open is closed/u,
        'stderr',
      );
      await host.uninstall('lamp');
      await host.install('lamp', wasm, installation);
      await command.printed(/lamp: sensor -1\n/u);
      await host.uninstall('lamp');
      command.process.kill('SIGHUP');
      await command.printed(/policy\.json read again: it holds for apps that start\n/u, 'stderr');
      await host.install('broken', wasm.subarray(0, 40), installation);
    } finally {
      await host.close();
    }
    command.process.kill('SIGTERM');
    expect(await command.ended).toMatchObject({ status: 0 });
    const noted = readFileSync(log, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(noted.map(({ kind, app: who }) => `${kind} ${who}`)).toEqual([
      'installed lamp',
      'app-started lamp',
      'revoked lamp',
      'app-ended lamp',
      'installed lamp',
      'app-started lamp',
      'denied lamp',
      'denied-count lamp',
      'app-ended lamp',
      'app-ended broken',
    ]);
    expect(noted[0]).toMatchObject({ version: '1.0.0', source: `127.0.0.1 port ${port}` });
    expect(noted[0].gained.length).toBeGreaterThan(2);
    expect(noted.at(-1)).toMatchObject({ reason: 'failed', code: 'KANCHI_EXPORT_MISSING' });
  });

  it('refuses what is no app with the reason', async () => {
    const { command, port } = await startDevice();
    const host = await connectWamrHost({ port, timeoutMs: 60_000 });
    const { status, errorText } = await host.install('broken', Uint8Array.of(1, 2, 3), installation);
    expect(status).toBe(160);
    expect(errorText).toContain('not a WebAssembly module');
    await host.close();
    command.process.kill('SIGINT');
    expect(await command.ended).toMatchObject({ status: 0 });
  });

  it('lists an app that hangs in on_init and removes it, for any host', async () => {
    const hanging = await compile(
      'hanging',
      'OUT(on_request) void on_request(const void *p, int n) {}\nOUT(on_init) void on_init(void) { for (volatile int i = 0;; i = 1) {} }\n',
    );
    const { command, port } = await startDevice();
    const [own, other] = [
      await connectWamrHost({ port, timeoutMs: 60_000 }),
      await connectWamrHost({ port, timeoutMs: 60_000 }),
    ];
    for (const host of [own, other]) {
      const installed = own.install('lamp', hanging, installation);
      await expect.poll(async () => (await other.query('lamp')).status, { timeout: 20_000 }).toBe(69);
      expect(await own.query('lamp')).toMatchObject({ status: 69 });
      expect(await host.uninstall('lamp')).toMatchObject({ status: 66 });
      expect(await installed).toMatchObject({ status: 160 });
    }
    await Promise.all([own.close(), other.close()]);
    command.process.kill('SIGTERM');
    expect(await command.ended).toMatchObject({ status: 0 });
  });

  it('answers the installation of an app that traps in on_init with why, and tells of every app that ends', async () => {
    const trapping = await compile(
      'trapping',
      'OUT(on_request) void on_request(const void *p, int n) {}\nOUT(on_init) void on_init(void) { __builtin_trap(); }\n',
    );
    const { command, port } = await startDevice();
    const host = await connectWamrHost({ port });
    try {
      const events: string[] = [];
      await host.subscribe('/applets', ({ url }) => events.push(url));
      expect(await host.install('other', trapping, installation)).toMatchObject({
        status: 160,
        errorText: 'Install WASM app failed: app "other" trapped: on_init: unreachable',
      });
      expect(events).toHaveLength(1);
      expect(await host.query('other')).toMatchObject({ status: 160 });
      await host.install('lamp', wasm, { ...installation, watchdogMs: 1000 });
      expect(events).toHaveLength(2);
      expect(await host.request({ action: 1, url: '/lamp/hang' })).toMatchObject({ status: 160 });
      await expect.poll(() => events.length, { timeout: 20_000 }).toBe(3);
    } finally {
      await host.close();
    }
    command.process.kill('SIGTERM');
    expect(await command.ended).toMatchObject({ status: 0 });
  });

  it('tells of messages for which an app has no room, of hosts that it refuses, and of what was no frame', async () => {
    const { command, port } = await startDevice();
    const host = await connectWamrHost({ port, timeoutMs: 60_000 });
    await host.install('lamp', wasm, installation);
    const ask = () => host.request({ action: 1, url: '/lamp/hang' });
    const asked = [ask()];
    await command.printed(/lamp: request \/lamp\/hang/u);
    asked.push(...Array.from({ length: 59 }, ask));
    await command.printed(/app "lamp": 50 messages wait for it, the most; new ones are lost/u, 'stderr');
    const sockets = Array.from({ length: 8 }, () => createConnection({ port, host: '127.0.0.1' }));
    for (const socket of sockets) {
      socket.on('error', () => {});
      socket.write('noise');
    }
    await command.printed(/host link: the host 127\.0\.0\.1 was refused: 8 are connected/u, 'stderr');
    expect(await host.uninstall('lamp')).toMatchObject({ status: 66 });
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 163)).toHaveLength(9);
    expect(statuses.filter((status) => status === 160)).toHaveLength(51);
    for (const socket of sockets) socket.destroy();
    await host.close();
    command.process.kill('SIGTERM');
    const { stderr } = await command.ended;
    expect(stderr).toContain('app "lamp": nothing waits for it any more; 9 messages were lost');
    expect(stderr).toMatch(/hosts sent \d+ bytes that were no frame and 0 frames that were no request/u);
  });
});
