import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCommand } from '../support/command.ts';
import { openPseudoTerminal } from '../support/pseudo-terminal.ts';
import { repositoryRoot } from '../support/repository.ts';

const SENTENCE = '$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\\r\\n';

/** A receiver sends a sentence (NMEA 0183) four times a second. */
const receiver = `
while True:
    os.write(master, b"${SENTENCE}")
    time.sleep(0.25)
`;

it('an app reads a serial port of this machine with the manifest that it has on the mock', async (context) => {
  const terminal = await openPseudoTerminal(receiver);
  if (terminal === undefined) return context.skip('no python3 here that makes a pseudo terminal');
  const folder = mkdtempSync(join(tmpdir(), 'kanchi-uart-'));
  try {
    const example = `${repositoryRoot}examples/uart-gps`;
    const text = readFileSync(`${example}/board.json`, 'utf8');
    const board = join(folder, 'board.json');
    writeFileSync(board, text.replace(/"port": "[^"]*"/u, `"port": "${terminal.path}"`));
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
    terminal.process.kill();
    rmSync(folder, { recursive: true, force: true });
  }
});
