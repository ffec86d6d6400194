import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { runCommand } from '../support/command.ts';
import { repositoryRoot } from '../support/repository.ts';

const SENTENCE = '$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\\r\\n';

/** A receiver at the far end of a pseudo terminal: tells its path and sends a sentence (NMEA 0183) four times a second. */
const receiver = `
import os, time, tty
master, slave = os.openpty()
tty.setraw(slave)
print(os.ttyname(slave), flush=True)
while True:
    os.write(master, b"${SENTENCE}")
    time.sleep(0.25)
`;

it('an app reads a serial port of this machine with the manifest that it has on the mock', async (context) => {
  const peer = spawn('python3', ['-c', receiver], { stdio: ['ignore', 'pipe', 'inherit'] });
  const started = await new Promise<string | undefined>((resolve) => {
    peer.once('error', () => resolve(undefined));
    createInterface({ input: peer.stdout }).once('line', resolve);
  });
  if (started === undefined) return context.skip('no python3 here for the far end of a pseudo terminal');
  const folder = mkdtempSync(join(tmpdir(), 'kanchi-uart-'));
  try {
    const example = `${repositoryRoot}examples/uart-gps`;
    const text = readFileSync(`${example}/board.json`, 'utf8');
    const board = join(folder, 'board.json');
    writeFileSync(board, text.replace(/"port": "[^"]*"/u, `"port": "${started}"`));
    const { stdout, stderr, status } = await runCommand([
      'run',
      'examples/uart-gps',
      '--board',
      board,
      '--backend',
      'linux',
      '--seconds',
      '2',
      '--quiet',
    ]);
    expect(stderr).toBe('');
    expect(stdout).toContain(
      '12:35:19 UTC  latitude 48.117300  longitude 11.516667  altitude 545.4 m  satellites 8\n',
    );
    expect(stdout).toContain('0 sentences with a wrong checksum');
    expect(status).toBe(0);
  } finally {
    peer.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}, 30_000);
