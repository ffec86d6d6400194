import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { openPseudoTerminal } from '../support/pseudo-terminal.ts';

/** A thread that starts takes a quarter of a second of processor; the program was run with 1,000 as well (docs/backends.md). */
const ROUNDS = 160;
const WARM_ROUNDS = 40;

interface Left {
  readonly descriptors: number;
  readonly threads: number;
  readonly clients: number;
  readonly heapBytes: number;
  readonly residentBytes: number;
}

it('apps in threads that end with a serial port open, by return, trap, stop and termination, leave nothing behind', async (context) => {
  const terminal = await openPseudoTerminal('sys.stdin.read()');
  if (terminal === undefined) return context.skip('no python3 here that makes a pseudo terminal');
  const compileCache = mkdtempSync(join(tmpdir(), 'kanchi-starts-'));
  try {
    const program = fileURLToPath(new URL('./thread-starts.mjs', import.meta.url));
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ['--expose-gc', program, terminal.path, String(ROUNDS), String(WARM_ROUNDS)],
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
    terminal.process.kill();
    rmSync(compileCache, { recursive: true, force: true });
  }
}, 180_000);
