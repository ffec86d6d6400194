import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RunningCommand } from '../support/command.ts';
import { readRepositoryFile, repositoryRoot } from '../support/repository.ts';
import { AppFolder, board, manifest } from './app-folder.ts';
import { compilePuppet, readAll, TestServer } from './connection-puppet.ts';

/** Connections of WAMR apps through the command, to real sockets on 127.0.0.1. Everything is awaited by what it causes. */

let compiled: AppFolder;
let control: TestServer;
let other: TestServer;
let peer: UdpSocket;
let wasm: Uint8Array;
let ownPort = 0;

beforeAll(async () => {
  compiled = new AppFolder();
  control = await TestServer.listen();
  other = await TestServer.listen();
  peer = createSocket('udp4');
  peer.bind(0, '127.0.0.1');
  await once(peer, 'listening');
  ownPort = await freeUdpPort();
  wasm = await compilePuppet(compiled.path, control.port);
});
afterAll(async () => {
  await control.close();
  await other.close();
  peer.close();
  compiled.remove();
});

let folder: AppFolder;
beforeEach(() => {
  folder = new AppFolder();
  folder.write('app.wasm', wasm);
  folder.write('app.json', manifest({ permissions: permissions() }));
  folder.write('board.json', board());
});
afterEach(() => folder.remove());

/** For as long as nobody else takes it: the app is given it at once. */
async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '0.0.0.0');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

function permissions(): object[] {
  const tcp = (port: number) => ({ kind: 'connection', protocol: 'tcp', host: '127.0.0.1', port });
  const udp = (host: string, port: number) => ({ kind: 'connection', protocol: 'udp', host, port });
  return [
    { kind: 'log', maxBytesPerSecond: 100_000 },
    tcp(control.port),
    tcp(other.port),
    udp('0.0.0.0', ownPort),
    udp('127.0.0.1', peer.address().port),
  ];
}

async function startPuppet() {
  const command = new RunningCommand(['run', '.', '--quiet'], { cwd: folder.path });
  const wire = await control.accept();
  await command.printed(/ready 1\n/u);
  return {
    command,
    wire,
    /** Tells it and waits for what it prints. */
    tell: async (line: string, printed: RegExp): Promise<void> => {
      wire.write(`${line}\n`);
      await command.printed(printed);
    },
    stop: async () => {
      const last = readAll(wire);
      command.process.kill('SIGINT');
      return { ...(await command.ended), last: (await last).toString() };
    },
  };
}

describe('an app under kanchi run', () => {
  it('wamr-connection-echo prints what is expected of it', async () => {
    const guest = 'test/guests/wamr-connection-echo';
    const { port } = JSON.parse(readRepositoryFile(`${guest}/app.json`)).permissions[0];
    const echo = await TestServer.listen(port);
    const command = new RunningCommand(['run', guest, '--quiet'], { cwd: repositoryRoot });
    const socket = await echo.accept();
    socket.on('data', (piece: Buffer) => {
      if (piece.toString() === 'bye\n') socket.end();
      else for (const byte of piece) socket.write(Buffer.of(byte));
    });
    await command.printed(/sends -1 after that\n/u);
    command.process.kill('SIGINT');
    const { stdout, stderr } = await command.ended;
    expect(stdout).toBe(readRepositoryFile(`${guest}/expected.txt`));
    expect(stderr.match(/KANCHI_DENIED/gu)).toHaveLength(1);
    expect(stderr).toContain('tcp connection to "127.0.0.2" port 7007: no "connection" permission names');
    await echo.close();
  });

  it('is told when the far end closes, and what it sends last arrives', async () => {
    const { tell, stop, wire, command } = await startPuppet();
    await tell(`tcp 127.0.0.1 ${other.port}`, /tcp 2\n/u);
    const socket = await other.accept();
    socket.write('a'.repeat(300));
    await command.printed(/data 2 44 a{40}\n/u);
    socket.end('last words');
    await command.printed(/data 2 10 last words\nclosed 2\n/u);
    await tell('send 2 hello', /sent -1\n/u);
    await tell('trap', /unreachable/u);
    await tell('send 1 still-here', /sent 10\n/u);
    expect(wire.destroyed).toBe(false);
    expect(await stop()).toMatchObject({ status: 0, stderr: '', last: 'still-heregoodbye' });
  });

  it('has three connections and no more, until it closes one', async () => {
    const { tell, stop } = await startPuppet();
    await tell(`tcp 127.0.0.1 ${other.port}`, /tcp 2\n/u);
    const second = await other.accept();
    await tell(`udp ${ownPort}`, /udp 3\n/u);
    await tell(`tcp 127.0.0.1 ${other.port}`, /tcp -1\n/u);
    await tell('close 2', /closes 2\n/u);
    expect((await readAll(second)).length).toBe(0);
    await tell(`tcp 127.0.0.1 ${other.port}`, /tcp 5\n/u);
    await other.accept();
    const { stdout, status } = await stop();
    expect(status).toBe(0);
    expect(stdout).toMatch(/warning\] tcp connection, 127\.0\.0\.1 port \d+: 3 connections are open/u);
  });

  it('is refused what its manifest does not name, and told of a server that is not there', async () => {
    const gone = await TestServer.listen();
    const { port } = gone;
    await gone.close();
    folder.write(
      'app.json',
      manifest({
        permissions: [...permissions(), { kind: 'connection', protocol: 'tcp', host: '127.0.0.1', port }],
      }),
    );
    const { tell, stop } = await startPuppet();
    await tell(`tcp localhost ${other.port}`, /tcp -1\n/u);
    await tell(`udp ${ownPort}`, /udp 3\n/u);
    await tell(`remote 3 127.0.0.1 ${other.port}`, /remote 0\n/u);
    await tell(`tcp 127.0.0.1 ${port}`, /tcp -1\n(?:.*\n)*tcp -1\n/u);
    const { stderr, status } = await stop();
    // Refused calls show in the exit code.
    expect(status).toBe(7);
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toEqual([
      expect.stringMatching(/KANCHI_DENIED: .*tcp connection to "localhost" port \d+/u),
      expect.stringMatching(/KANCHI_DENIED: .*udp connection to "127\.0\.0\.1" port \d+/u),
      expect.stringMatching(
        /^kanchi: \[\d+\.\d{3}\] app "station": tcp connection to 127\.0\.0\.1 port \d+ failed: nothing listens there; .* \(ECONNREFUSED\)$/u,
      ),
    ]);
  });

  it('sends and receives datagrams; a long one is cut, which is told', async () => {
    const { tell, stop, command } = await startPuppet();
    await tell(`udp ${ownPort}`, /udp 2\n/u);
    await tell('send 2 early', /sent -1\n/u);
    await tell(`remote 2 127.0.0.1 ${peer.address().port}`, /remote 1\n/u);
    const received = once(peer, 'message');
    await tell('send 2 hello', /sent 5\n/u);
    const [datagram, from] = await received;
    expect([String(datagram), from.port]).toEqual(['hello', ownPort]);
    peer.send('answer', ownPort, '127.0.0.1');
    await command.printed(/data 2 6 answer\n/u);
    peer.send(Buffer.alloc(1000, 'b'), ownPort, '127.0.0.1');
    await command.printed(/data 2 256 b{40}\n/u);
    const { stderr, status } = await stop();
    expect(status).toBe(0);
    expect(stderr).toContain('a datagram of 1000 bytes was cut to 256');
    expect(stderr).toContain('0 were dropped and 1 were cut to 256 bytes');
  });

  it('reads a serial port of the board: a mock port with the simulated GPS receiver', async () => {
    folder.write(
      'board.json',
      board({ uart: { ports: { gps: { port: '/dev/serial0', baud: 9600, part: 'nmea-gps' } } } }),
    );
    folder.write(
      'app.json',
      manifest({ permissions: [...permissions(), { kind: 'uart', port: 'gps', actions: ['read'] }] }),
    );
    const { tell, stop, command } = await startPuppet();
    await tell('uart gps 9600', /uart 2\n/u);
    // The receiver speaks once a second.
    await command.printed(/data 2 \d+ .*\$/u);
    await tell('send 2 a', /sent -1\n/u);
    await tell('close 2', /closes 2\n/u);
    await tell('uart gps 9600', /uart 3\n/u);
    const { stderr, status } = await stop();
    expect(status).toBe(7);
    expect(stderr).toMatch(/^kanchi: KANCHI_DENIED: .*uart port "gps".*\n$/u);
  });

  it('that floods a far end which does not read is held back, and nothing that was taken is lost', async () => {
    const { tell, stop, command } = await startPuppet();
    await tell(`tcp 127.0.0.1 ${other.port}`, /tcp 2\n/u);
    const socket = await other.accept();
    socket.pause();
    await tell('flood 2', /flooded \d+ bytes\n/u);
    const total = Number(/flooded (\d+) bytes/u.exec(command.stdout)?.[1]);
    expect(total).toBeGreaterThan(100_000);
    const received = readAll(socket);
    socket.resume();
    await tell('close 2', /closes 2\n/u);
    expect((await received).length).toBe(total);
    expect(await stop()).toMatchObject({ status: 0, stderr: '' });
  });

  it.each([
    ['that traps in on_init', '__builtin_trap();'],
    ['that exits in on_init', 'exit(3);'],
    [
      'that calls the host with an address outside its memory',
      'wasm_send_on_connection(1, (void *)0x7ffffff0, 64);',
    ],
  ])('%s has no connection any more, and the command ends', async (_what, then) => {
    folder.write('app.wasm', await compilePuppet(compiled.path, control.port, then));
    const command = new RunningCommand(['run', '.', '--quiet'], { cwd: folder.path });
    const wire = await control.accept();
    // on_destroy is called all the same.
    expect((await readAll(wire)).toString()).toBe('goodbye');
    expect(await command.ended).toMatchObject({ status: 70, signal: null });
  });

  it('has its connections under kanchi top too', async () => {
    const command = new RunningCommand(['top', '.'], { cwd: folder.path });
    const wire = await control.accept();
    const last = readAll(wire);
    wire.write('send 1 here\n');
    await once(wire, 'data');
    command.process.kill('SIGINT');
    expect((await last).toString()).toBe('heregoodbye');
    expect(await command.ended).toMatchObject({ status: 0, stderr: '' });
  });

  it('in virtual time gets none, and the message says what to do', async () => {
    const command = new RunningCommand(['run', '.', '--execution', 'inline'], { cwd: folder.path });
    const { stdout, stderr } = await command.ended;
    expect(stdout).toContain('ready -1\n');
    expect(stdout).toContain('1 call failed');
    expect(stderr).toBe(
      `kanchi: [0.000] app "station": tcp connection to 127.0.0.1 port ${control.port} refused: there is no network in virtual time; run without --execution inline\n`,
    );
  });
});
