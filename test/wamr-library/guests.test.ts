import { readFileSync } from 'node:fs';
import { Bme280 } from '@kanchi/sensor-framework/sim';
import type { AppConnections } from '@kanchi/sensor-framework/wamr';
import { describe, expect, it } from 'vitest';
import { readRepositoryFile, repositoryRoot } from '../support/repository.ts';
import { type FrameworkRunOptions, runFrameworkApps } from '../support/run-framework-apps.ts';

/**
 * The guest programs that are written with the library, on Kanchi: each prints what its expected.txt says, with the
 * permissions of the manifest beside it and no others.
 */

function file(name: string, part: string): string {
  return readRepositoryFile(`test/guests/${name}/${part}`);
}

type Manifest = Readonly<Record<string, unknown>> & { readonly permissions: readonly PermissionEntry[] };
type PermissionEntry = Readonly<Record<string, unknown>>;

const manifestOf = (name: string): Manifest => JSON.parse(file(name, 'app.json')) as Manifest;

/** `manifests`: other ones than those beside the programs. */
function run(
  names: readonly string[],
  options: Partial<FrameworkRunOptions> = {},
  manifests: Readonly<Record<string, Manifest>> = {},
) {
  return runFrameworkApps({
    apps: names.map((name) => ({
      name,
      module: readFileSync(`${repositoryRoot}test/guests/${name}/build/${name}.wasm`),
      manifest: manifests[name] ?? manifestOf(name),
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

const twoSensors: Partial<FrameworkRunOptions> = {
  board: JSON.parse(file('wamr-two-sensors', 'board.json')) as object,
  seconds: 3,
  wire: (hardware, clock) => {
    hardware.attachI2cChip(1, 0x76, new Bme280({ clock, world: { temperatureC: 21.5 } }));
    hardware.attachI2cChip(1, 0x77, new Bme280({ clock, world: { temperatureC: -4.5 } }));
  },
};

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
    const result = run(['wamr-two-sensors'], twoSensors);
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
      expect.stringContaining('tcp connection to "127.0.0.2" port 7007: no "connection" permission names'),
    ]);
  });
});

/** Every manifest that has one permission less, or one action, topic or channel less in one of them. */
function smaller(manifest: Manifest): { readonly without: string; readonly manifest: Manifest }[] {
  const { permissions } = manifest;
  const replace = (index: number, entries: readonly PermissionEntry[]): Manifest => ({
    ...manifest,
    permissions: permissions.toSpliced(index, 1, ...entries),
  });
  return permissions.flatMap((entry, index) => [
    { without: JSON.stringify(entry), manifest: replace(index, []) },
    ...Object.entries(entry).flatMap(([key, list]) =>
      Array.isArray(list) && list.length > 1
        ? (list as unknown[]).map((item, place) => ({
            without: `${key} ${String(item)} of ${JSON.stringify(entry)}`,
            manifest: replace(index, [{ ...entry, [key]: list.toSpliced(place, 1) }]),
          }))
        : [],
    ),
  ]);
}

describe('the manifest beside each guest program', () => {
  it.each<[string, readonly string[], Partial<FrameworkRunOptions>]>([
    ['wamr-timers', ['wamr-timers'], {}],
    ['wamr-trap', ['wamr-trap'], {}],
    ['wamr-two-sensors', ['wamr-two-sensors'], twoSensors],
    ['wamr-request-handler', ['wamr-request-handler', 'wamr-request-sender'], { seconds: 7 }],
    ['wamr-request-sender', ['wamr-request-handler', 'wamr-request-sender'], { seconds: 7 }],
    ['wamr-subscriber', ['wamr-subscriber', 'wamr-publisher'], { seconds: 3 }],
    ['wamr-publisher', ['wamr-subscriber', 'wamr-publisher'], { seconds: 3 }],
    ['wamr-connection-echo', ['wamr-connection-echo'], { connections: () => new EchoServer() }],
  ])('of %s grants nothing that the program does not need', (name, names, options) => {
    const whole = run(names, options);
    const notNeeded = smaller(manifestOf(name)).filter(({ manifest }) => {
      const less = run(names, options, { [name]: manifest });
      return less.lines.join('\n') === whole.lines.join('\n') && less.denials.length === whole.denials.length;
    });
    expect(notNeeded.map(({ without }) => without)).toEqual([]);
  });
});
