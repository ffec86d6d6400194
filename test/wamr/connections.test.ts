import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MockBoard, UartLink, VirtualClock } from '@kanchi/hal/mock';
import type { AppConnections, ConnectionData } from '@kanchi/sensor-framework/wamr';
import { compileGuest } from 'kanchi/guest-build';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FrameworkRunOptions, runFrameworkApps } from '../support/run-framework-apps.ts';

/** Connections of apps in virtual time: a simulated network, and serial ports of the mock board with a simulated peer. */

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kanchi-connections-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const head = `
#include <stdio.h>
#include <string.h>
#include <wamr/wamr.h>
static void on_event(wamr_connection *connection, int event, const char *data, uint32_t length, void *user_data)
{
    char shown[13] = {0};
    memcpy(shown, data, event == WAMR_CONNECTION_CLOSED ? 0 : length < 12 ? length : 12);
    printf("%s: %s %d %s\\n", (const char *)user_data, event == WAMR_CONNECTION_CLOSED ? "closed" : "data", (int)length, shown);
}
static wamr_connection *tcp(const char *host, int port)
{
    wamr_connection *connection = wamr_connection_open_tcp(host, port, on_event, "tcp");
    printf("tcp %s\\n", connection == NULL ? "refused" : "open");
    return connection;
}
static wamr_connection *uart(const char *device, int baud)
{
    wamr_connection *connection = wamr_connection_open_uart(device, baud, on_event, "uart");
    printf("uart %s\\n", connection == NULL ? "refused" : "open");
    return connection;
}
`;

let built = 0;
async function run(source: string, options: Partial<FrameworkRunOptions> & { permissions?: object[] } = {}) {
  built += 1;
  const path = join(folder, `app-${built}.c`);
  writeFileSync(path, `${head}\n${source}`);
  const output = join(folder, `app-${built}.wasm`);
  const { status, diagnostics } = await compileGuest({
    sources: [path],
    output,
    libc: 'small',
    libraries: ['wamr'],
  });
  if (status === 'failed') throw new Error(diagnostics);
  const result = runFrameworkApps({
    apps: [{ name: 'app', module: readFileSync(output), permissions: options.permissions ?? [] }],
    seconds: 2,
    ...options,
  });
  return { ...result, printed: result.linesOf('app') };
}

/** Opens everything, and answers what the test says. */
class SimulatedConnections implements AppConnections {
  readonly calls: string[] = [];
  readonly received: ConnectionData[] = [];
  #last = 10;

  openTcp(host: string, port: number): number {
    return this.#open(`tcp ${host} ${port}`);
  }

  openUdp(port: number): number {
    return this.#open(`udp ${port}`);
  }

  setRemote(handle: number, host: string, port: number): boolean {
    this.calls.push(`remote ${handle} ${host} ${port}`);
    return true;
  }

  send(handle: number, bytes: Uint8Array): number {
    this.calls.push(`send ${handle} ${new TextDecoder().decode(bytes)}`);
    return bytes.length;
  }

  close(handle: number): void {
    this.calls.push(`close ${handle}`);
  }

  collect(): ConnectionData[] {
    return this.received.splice(0);
  }

  closeAll(): void {
    this.calls.push('close all');
  }

  #open(what: string): number {
    this.#last += 1;
    this.calls.push(`${what} is ${this.#last}`);
    return this.#last;
  }
}

const connection = (protocol: string, host: string, port: number) => ({
  kind: 'connection',
  protocol,
  host,
  port,
});
const serialPort = { uart: { ports: { modem: { port: '/dev/ttyUSB0', baud: 115200 } } } };
const silent = { receive: () => {}, connect: () => {} };
const mayUseModem = [{ kind: 'uart', port: 'modem', actions: ['read', 'write'] }];

describe('an app', () => {
  it('has three connections, serial ones included; what it does not close is closed when it ends', async () => {
    const network = new SimulatedConnections();
    const { printed, logs } = await run(
      `
void on_init(void)
{
    wamr_connection *first = tcp("192.0.2.7", 1883);
    uart("modem", 115200);
    tcp("192.0.2.7", 1883);
    tcp("192.0.2.7", 1883);
    uart("modem", 115200);
    wamr_connection_close(first);
    wamr_connection *last = tcp("192.0.2.7", 1883);
    printf("%d\\n", (int)wamr_connection_send(last, "hi", 2));
}
`,
      {
        connections: () => network,
        board: serialPort,
        wire: (mock) => mock.attachUartPeer('/dev/ttyUSB0', silent),
        permissions: [...mayUseModem, connection('tcp', '192.0.2.7', 1883)],
      },
    );
    expect(printed).toEqual([
      'tcp open',
      'uart open',
      'tcp open',
      'tcp refused',
      'uart refused',
      'tcp open',
      '2',
    ]);
    expect(network.calls).toEqual([
      'tcp 192.0.2.7 1883 is 11',
      'tcp 192.0.2.7 1883 is 12',
      'close 11',
      'tcp 192.0.2.7 1883 is 13',
      'send 13 hi',
      'close 12',
      'close 13',
      'close all',
    ]);
    expect(logs).toEqual([
      'app: warning: tcp connection, 192.0.2.7 port 1883: 3 connections are open, the most of one app; close one first',
      'app: warning: uart "modem": 3 connections are open, the most of one app; close one first',
    ]);
  });

  it('is asked for the permission of each remote of a UDP connection, before the network knows of it', async () => {
    const network = new SimulatedConnections();
    const { printed, denials } = await run(
      `
void on_init(void)
{
    wamr_connection_open_udp(5001, on_event, "udp");
    wamr_connection *udp = wamr_connection_open_udp(5000, on_event, "udp");
    printf("%d", (int)wamr_connection_send(udp, "a", 1));
    printf(" %d", wamr_connection_set_far_end(udp, "192.0.2.9", 6000));
    printf(" %d", (int)wamr_connection_send(udp, "b", 1));
    printf(" %d", wamr_connection_set_far_end(udp, "192.0.2.9", 6001));
    printf(" %d\\n", (int)wamr_connection_send(udp, "c", 1));
}
`,
      {
        connections: () => network,
        permissions: [connection('udp', '0.0.0.0', 5000), connection('udp', '192.0.2.9', 6000)],
      },
    );
    // The remote that is refused leaves the one before.
    expect(printed).toEqual(['-1 1 1 0 1']);
    expect(network.calls.slice(0, -2)).toEqual([
      'udp 5000 is 11',
      'remote 11 192.0.2.9 6000',
      'send 11 b',
      'send 11 c',
    ]);
    expect(denials).toEqual([
      expect.stringContaining('udp connection to "0.0.0.0" port 5001'),
      expect.stringContaining('udp connection to "192.0.2.9" port 6001'),
    ]);
  });

  it('hears of its own connections only, and of one that it has closed nothing', async () => {
    const network = new SimulatedConnections();
    const text = (handle: number, shown: string) => ({ handle, bytes: new TextEncoder().encode(shown) });
    network.received.push(
      text(99, 'nobody'),
      text(11, 'one'),
      text(12, 'two'),
      { handle: 12, bytes: undefined },
      text(12, 'late'),
    );
    const { printed } = await run(
      `
void on_init(void) { wamr_connection_close(tcp("192.0.2.7", 1883)); tcp("192.0.2.7", 1883); }
`,
      { connections: () => network, permissions: [connection('tcp', '192.0.2.7', 1883)] },
    );
    expect(printed).toEqual(['tcp open', 'tcp open', 'tcp: data 3 two', 'tcp: closed 0 ']);
  });

  it('without a network is refused, and its log says so', async () => {
    const { printed, logs } = await run('void on_init(void) { tcp("192.0.2.7", 1883); }', {
      permissions: [connection('tcp', '192.0.2.7', 1883)],
    });
    expect(printed).toEqual(['tcp refused']);
    expect(logs).toEqual([
      'app: warning: tcp connection, 192.0.2.7 port 1883: this host makes no network connections',
    ]);
  });

  it('is told what a connection is made of when it asks for another kind', async () => {
    const { logs } = await run(`
void on_init(void)
{
    wamr_container *none = wamr_container_create("");
    wamr_connection_open("TCP", none, on_event, "");
    wamr_connection_open("SCTP", none, on_event, "");
    wamr_connection_open_tcp("192.0.2.7", 0, on_event, "");
}
`);
    expect(logs).toEqual(
      ['TCP', 'SCTP', 'TCP'].map(
        (name) =>
          `app: warning: connection "${name}": there is TCP with "address" and "port", UDP with "bind port", UART with "device" and "baudrate"`,
      ),
    );
  });
});

describe('a serial connection, on a mock port with a simulated peer', () => {
  let link: UartLink;
  let hardware: MockBoard;
  let received = '';
  const modem = (schedule: (clock: VirtualClock) => void = () => {}) => ({
    board: serialPort,
    permissions: mayUseModem,
    wire: (mock: MockBoard, clock: VirtualClock): void => {
      hardware = mock;
      received = '';
      mock.attachUartPeer('/dev/ttyUSB0', {
        receive: (bytes) => {
          received += new TextDecoder().decode(bytes);
        },
        connect: (connected) => {
          link = connected;
        },
      });
      schedule(clock);
    },
  });
  const send = (text: string) => link.send(new TextEncoder().encode(text));
  const opens = (device: string) => `
static wamr_connection *modem;
void on_init(void)
{
    modem = uart("${device}", 115200);
    printf("%d\\n", (int)wamr_connection_send(modem, "AT\\r", 3));
}
`;

  it.each(['modem', '/dev/ttyUSB0'])('is opened as %s; it sends, and gives what comes', async (device) => {
    const { printed, exits } = await run(
      opens(device),
      modem((clock) => clock.schedule(1_000_000_000n, () => send('OK'))),
    );
    expect(received).toBe('AT\r');
    expect(printed.slice(0, 2)).toEqual(['uart open', '3']);
    expect(printed.slice(2).join('\n')).toMatch(/^uart: data (?:2 OK|1 O\nuart: data 1 K)$/u);
    expect(exits.get('app')).toMatchObject({ reason: 'stopped', exitCode: 0 });
    expect(hardware.openHandleCount()).toBe(0);
  });

  it('gives at most 256 bytes at a time', async () => {
    const { printed } = await run(
      'void on_init(void) { uart("modem", 115200); }',
      modem((clock) =>
        clock.schedule(1_000_000_000n, () => {
          send('a'.repeat(600));
          // All of it has come before the app looks: 600 characters of ten bits.
          clock.spend(100_000_000n);
        }),
      ),
    );
    expect(printed).toEqual([
      'uart open',
      'uart: data 256 aaaaaaaaaaaa',
      'uart: data 256 aaaaaaaaaaaa',
      'uart: data 88 aaaaaaaaaaaa',
    ]);
  });

  it('needs the permission for the port, a label of the board and the speed of the board', async () => {
    const other = { ...serialPort.uart.ports, console: { port: '/dev/serial0', baud: 9600 } };
    const { printed, denials, logs } = await run(
      `
void on_init(void)
{
    uart("modem", 9600);
    uart("nowhere", 115200);
    uart("console", 9600);
    uart("/dev/serial0", 9600);
}
`,
      { ...modem(), board: { uart: { ports: other } } },
    );
    expect(printed).toEqual(Array(4).fill('uart refused'));
    expect(denials).toEqual([expect.stringContaining('uart port "console"')]);
    expect(logs).toEqual([
      'app: warning: env.wasm_open_connection: uart "modem": the board file says 115200 baud and the app asks for 9600; make them the same',
      'app: warning: env.wasm_open_connection: no "nowhere" under "uart" in the board file; it has "modem", "console"',
    ]);
  });

  it('that may only be written gives nothing, and one that may only be read takes nothing', async () => {
    const ports = { modem: serialPort.uart.ports.modem, console: { port: '/dev/serial0', baud: 115200 } };
    const { printed, denials } = await run(
      `
void on_init(void)
{
    printf("%d\\n", (int)wamr_connection_send(uart("modem", 115200), "a", 1));
    printf("%d\\n", (int)wamr_connection_send(uart("console", 115200), "b", 1));
}
`,
      {
        wire: (mock, clock) => {
          modem((time) => time.schedule(1_000_000_000n, () => send('OK'))).wire(mock, clock);
          mock.attachUartPeer('/dev/serial0', silent);
        },
        board: { uart: { ports } },
        permissions: [
          { kind: 'uart', port: 'modem', actions: ['write'] },
          { kind: 'uart', port: 'console', actions: ['read'] },
        ],
      },
    );
    expect(printed).toEqual(['uart open', '1', 'uart open', '-1']);
    expect(denials).toEqual([expect.stringContaining('uart port "console"')]);
  });

  it('tells a broken character in the log and goes on; a far end that goes away is no closed connection', async () => {
    const { printed, logs } = await run(
      `${opens('modem')}
static void on_timer(wamr_timer *timer, void *user_data) { printf("%d\\n", (int)wamr_connection_send(modem, "x", 1)); }
WAMR_EXPORT(on_destroy) void on_destroy(void) { on_timer(NULL, NULL); }
`,
      modem((clock) => {
        clock.schedule(500_000_000n, () => {
          link.corrupt('parity');
          send('ab');
        });
        clock.schedule(1_000_000_000n, () => {
          send('c');
          link.disconnect();
        });
      }),
    );
    expect(printed.filter((line) => line.startsWith('uart:')).join()).not.toContain('closed');
    expect(printed.at(-1)).toBe('-1');
    expect(printed).toContain('uart: data 1 c');
    expect(logs.slice(0, 2)).toEqual([
      'app: error: on_connection_data: uart "modem": uart /dev/ttyUSB0 (app) received a broken character',
      'app: error: on_connection_data: uart "modem": the far end of uart /dev/ttyUSB0 (app) is gone (EIO)',
    ]);
    expect(logs[2]).toMatch(/^app: error: env\.wasm_send_on_connection: uart "modem": /u);
    expect(logs).toHaveLength(3);
  });
});
