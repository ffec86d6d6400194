import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

/** A thread that starts takes a quarter of a second of processor; the program was run with 1,000 as well (docs/backends.md). */
const ROUNDS = 160;
const WARM_ROUNDS = 40;

/** A pseudo terminal with nobody at the far end. */
const terminal = `
import os, sys, tty
master, slave = os.openpty()
tty.setraw(slave)
print(os.ttyname(slave), flush=True)
sys.stdin.read()
`;

interface Left {
  readonly descriptors: number;
  readonly threads: number;
  readonly clients: number;
  readonly heapBytes: number;
  readonly residentBytes: number;
}

it('apps in threads that end with a serial port open, by return, trap, stop and termination, leave nothing behind', async (context) => {
  const peer = spawn('python3', ['-c', terminal], { stdio: ['pipe', 'pipe', 'inherit'] });
  const path = await new Promise<string | undefined>((resolve) => {
    peer.once('error', () => resolve(undefined));
    peer.once('exit', () => resolve(undefined));
    createInterface({ input: peer.stdout }).once('line', resolve);
  });
  if (path === undefined) return context.skip('no python3 here that makes a pseudo terminal');
  const compileCache = mkdtempSync(join(tmpdir(), 'kanchi-starts-'));
  try {
    const program = fileURLToPath(new URL('./thread-starts.mjs', import.meta.url));
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ['--expose-gc', program, path, String(ROUNDS), String(WARM_ROUNDS)],
      { env: { ...process.env, NODE_COMPILE_CACHE: compileCache } },
    );
    const { before, after, ends } = JSON.parse(stdout) as {
      readonly before: Left;
      readonly after: Left;
      readonly ends: Readonly<Record<string, number>>;
    };
    expect(stderr).toBe('');
    expect(ends).toEqual({
      'return: completed, "open\\n"': ROUNDS / 4,
      'trap: trapped, "open\\n"': ROUNDS / 4,
      'stop: stopped, "open\\n"': ROUNDS / 4,
      'hang: terminated, "open\\n"': ROUNDS / 4,
    });
    const { residentBytes: residentBefore, heapBytes: heapBefore, ...others } = before;
    const { residentBytes: residentAfter, heapBytes: heapAfter, ...othersAfter } = after;
    expect({ ...othersAfter, clients: after.clients }).toEqual({ ...others, clients: 0 });
    // 8 KB that each start keeps would be more; 1,000 starts keep 0.6 MB together.
    expect(heapAfter - heapBefore).toBeLessThan(1024 * 1024);
    // What V8's young generation may grow by (48 MiB), and a bit.
    expect(residentAfter - residentBefore).toBeLessThan(64 * 1024 * 1024);
  } finally {
    peer.kill();
    rmSync(compileCache, { recursive: true, force: true });
  }
}, 180_000);
