import { readFileSync } from 'node:fs';
import { Bme280 } from '@kanchi/sensor-framework/sim';
import type { AppConnections } from '@kanchi/sensor-framework/wamr';
import { describe, expect, it } from 'vitest';
import { readRepositoryFile, repositoryRoot } from '../support/repository.ts';
import { type FrameworkRunOptions, runFrameworkApps } from '../support/run-framework-apps.ts';

/** The guest programs that are written with the library, on Kanchi: each prints what its expected.txt says. */

function file(name: string, part: string): string {
  return readRepositoryFile(`test/guests/${name}/${part}`);
}

function run(names: readonly string[], options: Partial<FrameworkRunOptions> = {}) {
  return runFrameworkApps({
    apps: names.map((name) => ({
      name,
      module: readFileSync(`${repositoryRoot}test/guests/${name}/build/${name}.wasm`),
      permissions: (JSON.parse(file(name, 'app.json')) as { permissions: object[] }).permissions,
    })),
    seconds: 1,
    ...options,
  });
}

function expectOutput({ linesOf }: ReturnType<typeof run>, names: readonly string[]): void {
  for (const name of names) {
    expect([name, ...linesOf(name), '']).toEqual([name, ...file(name, 'expected.txt').split('\n')]);
  }
}

/** An echo server that closes when it reads "bye"; what it sends comes in pieces of three bytes. */
class EchoServer implements AppConnections {
  readonly #pieces: (Uint8Array | undefined)[] = [];
  readonly opened: string[] = [];
  readonly closed: number[] = [];

  openTcp(host: string, port: number): number {
    this.opened.push(`${host}:${port}`);
    return 2;
  }

  openUdp(): number {
    return -1;
  }

  setRemote(): boolean {
    return false;
  }

  send(handle: number, bytes: Uint8Array): number {
    if (handle !== 2) return -1;
    if (new TextDecoder().decode(bytes) === 'bye\n') {
      this.#pieces.push(undefined);
    } else {
      for (let at = 0; at < bytes.length; at += 3) this.#pieces.push(bytes.slice(at, at + 3));
    }
    return bytes.length;
  }

  close(handle: number): void {
    this.closed.push(handle);
  }

  collect() {
    return this.#pieces.splice(0).map((bytes) => ({ handle: 2, bytes }));
  }

  closeAll(): void {}
}

describe('the guest program', () => {
  it('wamr-timers gets each timer at its time', () => {
    const result = run(['wamr-timers']);
    expectOutput(result, ['wamr-timers']);
    // Each line begins with the milliseconds that the program saw; the clock of the host says the same.
    for (const line of result.lines.slice(1)) {
      const [seconds, , ms] = /^(\S+) (\S+): (\d+)/u.exec(line)?.slice(1) ?? [];
      expect(Number(seconds) * 1000).toBeCloseTo(Number(ms), 6);
    }
  });

  it('wamr-trap goes on after a callback that traps', () => {
    const result = run(['wamr-trap']);
    expectOutput(result, ['wamr-trap']);
    expect(result.logs).toEqual([
      'wamr-trap: error: Got exception running wasm code: Exception: unreachable',
    ]);
  });

  it('wamr-two-sensors gets each sensor at its own rate', () => {
    const result = run(['wamr-two-sensors'], {
      board: JSON.parse(file('wamr-two-sensors', 'board.json')) as object,
      seconds: 3,
      wire: (hardware, clock) => {
        hardware.attachI2cChip(1, 0x76, new Bme280({ clock, world: { temperatureC: 21.5 } }));
        hardware.attachI2cChip(1, 0x77, new Bme280({ clock, world: { temperatureC: -4.5 } }));
      },
    });
    expectOutput(result, ['wamr-two-sensors']);
    expect(result.denials).toEqual([]);
  });

  it('wamr-request-sender gets the answers of wamr-request-handler, or none after five seconds', () => {
    const names = ['wamr-request-handler', 'wamr-request-sender'];
    const result = run(names, { seconds: 7 });
    expectOutput(result, names);
    expect(result.denials).toEqual([]);
  });

  it('wamr-subscriber gets the events of wamr-publisher, at their times', () => {
    const names = ['wamr-subscriber', 'wamr-publisher'];
    const result = run(names, { seconds: 3 });
    expectOutput(result, names);
    expect(result.denials).toEqual([]);
    const times = result.lines
      .filter((line) => line.includes('publisher: publishes'))
      .map((line) => line.slice(0, 5));
    expect(times).toEqual(['0.500', '1.000', '1.500', '2.000']);
  });

  it('wamr-connection-echo talks to a server that the manifest names, and to no other', () => {
    const server = new EchoServer();
    const result = run(['wamr-connection-echo'], { connections: () => server });
    expectOutput(result, ['wamr-connection-echo']);
    expect(server.opened).toEqual(['127.0.0.1:7007']);
    expect(server.closed).toEqual([]);
    expect(result.denials).toEqual([
      expect.stringContaining('tcp connection to 127.0.0.2 port 7007: no "connection" permission names'),
    ]);
  });
});
